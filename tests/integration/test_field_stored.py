"""Codes, photos and retries of phones as both engines keep them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from data.domain.messages import fielding as m
from data.domain.org import Actor
from data.errors import Forbidden, IllegalMove, NotFound, NotSignedIn
from data.services.pictures import made_new
from data.store.blobs import read_blob
from tests.integration import plan_world as w

ELSEWHERE = Actor.of("duty.420500", "duty", "420500")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """Two incidents in 黄梅, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def ordered(center) -> str:
    """A team ordered to the first incident."""
    free = next(t for t in w.seen(center).teams.values() if t.state == "standby" and t.plannable)
    return w.bound(center, free.id, w.incidents(center)[0])


def test_codes_photos_and_retries_are_kept_alike(center):
    """One use of a code; the same photo twice is one file, two things; one thing on a retry."""
    order = ordered(center)
    code = center.field_code(w.DUTY, order)["code"]
    _, held = center.accounts.redeem_field(code, "10.0.0.1")
    assert (held.kind, held.actor.order, held.actor.role) == ("field", order, "field")
    with pytest.raises(NotSignedIn):
        center.accounts.redeem_field(code, "10.0.0.2")
    out = BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "PNG")
    picture = made_new(out.getvalue())
    photo = m.SendPhoto(jpeg=picture.jpeg, width=picture.width, height=picture.height)
    first = center.handle(photo, held.actor, "one")
    assert center.handle(photo, held.actor, "one").body == first.body
    second = center.handle(photo, held.actor, "two")
    one, two = first.body["photo"], second.body["photo"]
    assert one["id"] != two["id"]
    assert one["blob_id"] == two["blob_id"]
    assert read_blob(center.database.reader, one["blob_id"]) == (picture.jpeg, "image/jpeg")
    assert {one["id"], two["id"]} <= set(w.seen(center).photos)


def test_only_who_follows_the_order_may_let_a_phone_in(center):
    """Another city's officer, a leader and a phone may not; an ended order gets none."""
    order = ordered(center)
    with pytest.raises(NotFound):
        center.field_code(ELSEWHERE, order)
    with pytest.raises(Forbidden):
        center.field_code(w.LEADER, order)
    code = center.field_code(w.COUNTY, order)["code"]
    _, held = center.accounts.redeem_field(code, "10.0.0.3")
    with pytest.raises(Forbidden):
        center.field_code(held.actor, order)
    center.handle(m.FieldState(to="declined", note="车辆故障"), held.actor)
    assert not w.seen(center).assignments[order].active
    with pytest.raises(IllegalMove):
        center.field_code(w.DUTY, order)


def test_needs_and_photos_stay_within_their_area(center):
    """The county of the incident sees and answers them; another city sees and answers none."""
    order = ordered(center)
    code = center.field_code(w.DUTY, order)["code"]
    _, held = center.accounts.redeem_field(code, "10.0.0.4")
    need = center.handle(m.StateNeed(kind="other", words="夜间照明"), held.actor).body["need"]["id"]
    assert need in center.queries.situation(w.COUNTY).field_needs
    assert need not in center.queries.situation(ELSEWHERE).field_needs
    with pytest.raises(NotFound):
        center.handle(m.AnswerNeed(need_id=need, to="met"), ELSEWHERE)
    center.handle(m.AnswerNeed(need_id=need, to="taken", words="已协调"), w.COUNTY)
    assert w.seen(center).field_needs[need].answered_by == w.COUNTY.name
