"""A camera beside the map: stills anew, the browser's own HLS, and the truth about its age."""

import pytest

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.source import RiskSource, Video
from tests.camera import camera_host, dated, make_still, make_stream, now
from tests.map_app import wait_for
from tests.serving import PASSWORD, Running

OPEN = """(source) => { const button = document.createElement('button');
  button.dataset.video = source; document.body.append(button); button.click(); button.remove(); }"""
STATE = "document.querySelector('.video-state')?.textContent"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A camera's files."""
    made = tmp_path_factory.mktemp("camera")
    make_still(made)
    make_stream(made, seconds=6)
    return made


@pytest.fixture(scope="module")
def center(folder, tmp_path_factory):
    """A center with one source and three cameras: a picture, a stream, and one that is gone."""
    with camera_host(folder) as host:
        videos = (
            Video(name="坝顶", kind="still", url=f"http://{host}/still.jpg"),
            Video(name="坝下", kind="hls", url=f"http://{host}/live.m3u8"),
            Video(name="库区", kind="still", url=f"http://{host}/gone.jpg"),
        )
        source = RiskSource(
            id="RS-1", name="甲尾矿库", area_code="420281", lon=114.97, lat=30.1, videos=videos
        )
        with Running(var=tmp_path_factory.mktemp("video"), video_hosts=(host,)) as running:
            running.center.handle(StoreRows(what="测试", things=(source,)), SYSTEM)
            yield running


@pytest.fixture
def desk(context, center):
    """The duty desk with the camera's panel open; errors of the page fail the test."""
    signing = {"username": "duty", "password": PASSWORD}
    assert context.request.post(f"{center.base}/api/v1/session", data=signing).ok
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{center.base}/duty")
    wait_for(page, "!!document.querySelector('.map-box .leaflet-container')", seconds=40)
    page.evaluate(OPEN, "RS-1")
    wait_for(page, "document.querySelectorAll('.video-tabs button').length === 3")
    yield page
    page.goto("about:blank")
    assert faults == []


def test_a_picture_is_shown_beside_the_map_and_says_that_it_is_live(desk, folder):
    """The still is drawn in the map's box with its state; the desk stays usable."""
    (folder / "still.jpg").touch()
    wait_for(desk, "document.querySelector('.map-box .video-picture img')?.naturalWidth === 640")
    wait_for(desk, f"{STATE} === '实时'")
    desk.keyboard.press("Escape")
    wait_for(desk, "!document.querySelector('.video-pane')")


def test_a_stream_is_played_by_the_browser_or_shown_as_stills(desk, folder):
    """With HLS of its own the browser plays it; without, a frame of the stream is shown."""
    dated(folder / "live.m3u8", now())
    desk.evaluate("addEventListener('securitypolicyviolation', e => "
                  "{ window.refusedMedia = e.violatedDirective })")
    desk.locator(".video-tabs button", has_text="坝下").click()
    # a browser that says it may play a stream may still give it up: then stills take its place
    still = "document.querySelector('.video-picture img[alt=坝下]')?.naturalWidth === 640"
    wait_for(desk, f"document.querySelector('.video-picture video')?.currentTime > 0 || {still}")
    assert not desk.evaluate("window.refusedMedia")
    wait_for(desk, f"{STATE} === '实时'")


def test_what_is_gone_is_said_to_be_offline(desk):
    """No picture is invented for a camera that does not answer."""
    desk.locator(".video-tabs button", has_text="库区").click()
    wait_for(desk, f"{STATE}?.startsWith('离线')")
    assert desk.evaluate("document.querySelector('.video-picture img')?.hidden")


def test_a_sources_own_page_opens_its_cameras(context, center, folder):
    """The button among the facts opens the picture under them; a redraw leaves it there."""
    signing = {"username": "duty", "password": PASSWORD}
    assert context.request.post(f"{center.base}/api/v1/session", data=signing).ok
    page = context.new_page()
    (folder / "still.jpg").touch()
    page.goto(f"{center.base}/monitor?source=RS-1")
    page.locator("[data-video=RS-1]").click()
    wait_for(page, "document.querySelector('[data-video-box] img')?.naturalWidth === 640")
    with center.client("duty") as client:
        client.post("/api/v1/entries", json={"text": "看了视频"})
    assert page.locator("[data-video-box] .video-state").inner_text() in {"实时", "读取中"}
