"""The duty room over HTTP: people in, papers out, retries alike, other rooms unseen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import docx
import httpx
import pytest
from pypdf import PdfReader

from tests.integration import api_world as w
from tests.serving import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center without pages."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as made:
        yield made


@pytest.fixture(scope="module")
def duty(running: Running) -> Iterator[httpx.Client]:
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


def test_a_shift_goes_in_and_the_brief_comes_out_four_ways(
    running: Running, duty: httpx.Client
) -> None:
    """The same key is answered alike; Word and PDF can be read again; a bad format is named."""
    now = running.center.clock.now()
    body = {
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=11)).isoformat(),
        "chief": {"name": "演练甲", "post": "主任"}, "officers": [{"name": "演练乙"}],
    }  # fmt: skip
    key = {"Idempotency-Key": w.fresh_key()}
    made = w.post(duty, "/shifts", body, headers=key)
    assert w.post(duty, "/shifts", body, headers=key)["revision"] == made["revision"]
    assert w.get(duty, "/shifts")["total"] == 1
    shift = made["shift"]["id"]
    named = w.get(duty, "/shifts/now")
    assert (named["on"], named["rostered"]["id"]) == (None, shift)
    w.post(duty, f"/shifts/{shift}/start", {"by": "演练乙"}, status=200)
    incident = w.incident(duty)
    held = duty.get("/api/v1/brief", params={"format": "docx"})
    words = "\n".join(p.text for p in docx.Document(io.BytesIO(held.content)).paragraphs)
    assert "值班快报" in words
    assert "袁山村滑坡" in words
    held = duty.get("/api/v1/brief", params={"format": "pdf"})
    pages = PdfReader(io.BytesIO(held.content)).pages
    assert "值班快报" in "".join(p.extract_text() for p in pages)
    page = duty.get("/api/v1/brief", params={"format": "html"})
    assert page.headers["content-disposition"].startswith("inline")
    assert "演练乙" in duty.get("/api/v1/brief", params={"format": "txt"}).text
    w.problem(duty.get("/api/v1/brief", params={"format": "exe"}), 422)
    w.problem(duty.get("/api/v1/brief", params={"hours": 0}), 422)
    lines = w.get(duty, "/log", shift=shift, incident=incident)["items"]
    assert lines
    assert all(x["incident_id"] == incident for x in lines)
    with running.client("duty.421127") as county:
        assert w.get(county, "/shifts")["total"] == 0


def test_a_post_in_a_phones_coordinates_stands_in_wgs84(duty: httpx.Client) -> None:
    """What a phone gives in GCJ-02 is moved once, at the door."""
    incident = w.incident(duty, "二号滑坡")
    body = {"place": "村委会", "lon": 115.94, "lat": 30.07, "crs": "GCJ02"}
    post = w.post(duty, f"/incidents/{incident}/post", body)["post"]
    assert 0.001 < abs(post["lon"] - 115.94) < 0.01
    w.problem(duty.patch(f"/api/v1/posts/{post['id']}", json={"lon": 115.9}), 422)
    assert w.get(duty, "/posts", incident=incident)["items"][0]["id"] == post["id"]
