"""What the desk sees of the field, and what the phone is told of the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.components import field_card, field_code
from dashboard.components.flat import flat
from data.domain.field import FieldNeed, NeedState, Photo
from data.domain.incident import Incident
from data.domain.situation import Situation
from data.errors import IllegalMove, Invalid
from data.services import pictures
from data.services.field_view import distance_km, heading

AT = datetime(2020, 7, 8, 0, 10, tzinfo=UTC)


@pytest.fixture
def seen() -> Situation:
    """One incident with a need, a message and two photos of one team."""
    incident = Incident(
        id="I-1", letter="甲", name="滑坡", short_name="滑坡", type="landslide",
        area_code="421127", received_at=AT, opened_at=AT,
    )  # fmt: skip
    need = FieldNeed(
        id="XQ-1", incident_id="I-1", team_id="T", kind="item", what="雨衣", amount=30, unit="件",
        team_name="一队", at=AT, received_at=AT,
    )  # fmt: skip
    said = FieldNeed(
        id="XQ-2", incident_id="I-1", team_id="T", words="<b>路断</b>", team_name="一队", at=AT,
        received_at=AT,
    )  # fmt: skip
    photos = {
        key: Photo(id=key, incident_id="I-1", team_id="T", note=key, at=AT, received_at=AT)
        for key in ("ZP-1", "ZP-2")
    }
    return Situation(
        revision=1, at=AT, incidents={"I-1": incident}, photos=photos,
        field_needs={"XQ-1": need, "XQ-2": said},
    )  # fmt: skip


def test_what_waits_is_a_row_until_somebody_dealt_with_it(seen) -> None:
    """A row for each open need and message, one for a team's unseen photos; none afterwards."""
    assert [r.char for r in field_card.waiting_for(seen)] == ["需", "言", "图"]
    done = {k: replace(n, state="met") for k, n in seen.field_needs.items()}
    looked = {k: replace(p, seen_at=AT) for k, p in seen.photos.items()}
    assert field_card.waiting_for(replace(seen, field_needs=done, photos=looked)) == []


def test_the_panel_shows_all_and_escapes_what_was_typed(seen) -> None:
    """Needs with their buttons, photos by their address, a message's markup as text."""
    text = flat(field_card.field_view(seen, seen.incidents["I-1"]))
    assert "雨衣 30件" in text
    assert "&lt;b&gt;路断" in text
    assert 'src="/api/v1/photos/ZP-2/image"' in text
    assert text.index("ZP-2") < text.index("ZP-1")
    assert "转任务" in text


def test_a_need_is_answered_once(seen) -> None:
    """What is met cannot be refused any more; a message is read, not met."""
    met = seen.field_needs["XQ-1"].answered(NeedState.MET, "值班员", AT, "已送")
    with pytest.raises(IllegalMove, match="值班员"):
        met.answered(NeedState.REFUSED, "另一人", AT, "没有")
    with pytest.raises(IllegalMove):
        seen.field_needs["XQ-2"].answered(NeedState.MET, "值班员", AT, "")


@pytest.mark.parametrize(
    ("end", "word"),
    [((114.0, 31.0), "北"), ((115.0, 30.0), "东"), ((114.0, 29.0), "南"), ((113.0, 29.1), "西南")],
)
def test_the_way_has_a_direction(end, word) -> None:
    """The compass word of eight."""
    assert heading((114.0, 30.0), end) == word


def test_a_degree_of_latitude_is_111_km() -> None:
    """On the sphere of mean radius."""
    assert distance_km((114.0, 30.0), (114.0, 31.0)) == pytest.approx(111.19, abs=0.01)


def test_a_code_is_drawn_and_differs() -> None:
    """Two addresses give two images; each is an SVG that holds itself."""
    one, other = field_code.drawn("/field#1234567890"), field_code.drawn("/field#1234567891")
    assert one != other
    assert one.startswith("data:image/svg+xml;base64,")


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch) -> None:
    """A small file that says it has too many pixels: refused by its header."""
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("1", (4000, 4000)).save(out, "PNG")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 15_999_999)
    with pytest.raises(Invalid, match="像素"):
        pictures.made_here(out.getvalue())
    monkeypatch.setattr(pictures, "MOST_PIXELS", 16_000_000)
    assert pictures.made_here(out.getvalue()).width == pictures.LONGEST_SIDE
