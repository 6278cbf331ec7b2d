"""Cameras: live, old and offline by their own times; stills anew; only configured hosts."""

import os
from datetime import timedelta
from io import BytesIO
from time import monotonic

import pytest
from PIL import Image

from data.config import Settings
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.source import RiskSource, Video
from data.errors import Invalid
from data.services.cameras import Cameras
from tests.camera import camera_host, dated, make_still, make_stream, now
from tests.integration.api_world import get, problem
from tests.serving import Running

KEYS = ("still", "live", "gateway", "elsewhere", "endless", "foreign", "words")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the camera's host holds."""
    made = tmp_path_factory.mktemp("camera")
    make_still(made)
    make_stream(made)
    (made / "words.txt").write_text("这不是视频")
    (made / "master.m3u8").write_text(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nlive.m3u8\n"
    )
    return made


@pytest.fixture(scope="module")
def center(folder, tmp_path_factory):
    """A center that knows one source with cameras of every sort."""
    with camera_host(folder) as host:
        urls = {
            "still": ("still", f"http://{host}/still.jpg"),
            "live": ("hls", f"http://{host}/live.m3u8"),
            "gateway": ("rtsp-gateway", f"http://{host}/master.m3u8"),
            "elsewhere": ("still", f"http://{host}/elsewhere"),
            "endless": ("still", f"http://{host}/endless"),
            "foreign": ("still", "http://10.9.8.7/still.jpg"),
            "words": ("hls", f"http://{host}/words.txt"),
        }
        source = RiskSource(
            id="RS-1", name="甲库", area_code="421127", origin="exercise",
            videos=tuple(Video(name=k, kind=kind, url=u) for k, (kind, u) in urls.items()),
        )  # fmt: skip
        var = tmp_path_factory.mktemp("video")
        with Running(var=var, pages={}, video_hosts=(host,)) as running:
            running.center.handle(StoreRows(what="演练", things=(source,)), SYSTEM)
            yield running


@pytest.fixture(scope="module")
def api(center):
    """A duty officer's client."""
    with center.client("duty") as client:
        yield client


def state(api, key):
    """How one camera stands."""
    return get(api, f"/sources/RS-1/videos/{KEYS.index(key)}/state")


def still(api, key):
    """The answer to a still."""
    return api.get(f"/api/v1/sources/RS-1/videos/{KEYS.index(key)}/still.jpg")


def test_a_picture_is_as_old_as_its_own_time(api, folder):
    """A fresh file is live; one of ten minutes ago says so, and is sent with its time."""
    file = folder / "still.jpg"
    file.touch()
    assert state(api, "still")["state"] == "live"
    made = still(api, "still")
    picture = Image.open(BytesIO(made.content))
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    before = (now() - timedelta(minutes=10)).timestamp()
    os.utime(file, (before, before))
    old = asked_until(api, "still", lambda look: look["state"] == "old")
    assert 590 < old["age_s"] < 640


def asked_until(api, key, holds):
    """An answer is kept a moment for all who look: look until the camera is asked again."""
    ends = monotonic() + 20
    while not holds(found := state(api, key)):
        assert monotonic() < ends, found
    return found


def test_a_stream_is_as_old_as_its_newest_piece(api, folder):
    """Live while its pieces are fresh, also behind a gateway's list; then old, then ended."""
    dated(folder / "live.m3u8", now())
    assert state(api, "live")["state"] == "live"
    assert state(api, "gateway")["state"] == "live"
    dated(folder / "live.m3u8", now() - timedelta(seconds=75))
    old = asked_until(api, "live", lambda look: look["state"] == "old")
    assert 70 < old["age_s"] < 100
    dated(folder / "live.m3u8", now())
    with (folder / "live.m3u8").open("a") as file:
        file.write("#EXT-X-ENDLIST\n")
    ended = asked_until(api, "live", lambda look: "已结束" in look["why"])
    assert ended["state"] == "old"


def test_a_browser_without_hls_gets_a_frame_of_the_stream(api):
    """The newest piece is decoded here and painted anew."""
    made = still(api, "gateway")
    assert made.status_code == 200
    assert Image.open(BytesIO(made.content)).size == (640, 360)


@pytest.mark.parametrize(
    ("key", "why"), [("elsewhere", "302"), ("endless", "停止接收"), ("words", "没有 HLS 或图像")]
)
def test_what_is_no_camera_is_offline_and_says_why(api, key, why):
    """No redirect is followed, no endless answer read to its end, no text taken for a picture."""
    found = state(api, key)
    assert found["state"] == "offline"
    assert why in found["why"]
    assert still(api, key).status_code >= 400


def test_a_host_that_is_not_configured_is_never_asked(api):
    """Its address is not told to the browser either."""
    listed = get(api, "/sources/RS-1/videos")["items"]
    assert [one["url"] is None for one in listed] == [k == "foreign" for k in KEYS]
    assert "HUBEI_VIDEO_HOSTS" in state(api, "foreign")["why"]
    problem(still(api, "foreign"), 403)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("rtsp://10.1.1.1/1", "RTSP"),
        ("/still.jpg", "完整地址"),
        ("file:///etc/passwd", "完整地址"),
        ("http://a:b@h:1/x", "HUBEI_VIDEO_HOSTS"),
        ("http://[::1", "HUBEI_VIDEO_HOSTS"),
        ("http://h:1/x", ""),
    ],
)
def test_an_address_that_is_not_asked_says_what_to_register_instead(url, word):
    """RTSP, a bare path, a password, a broken or foreign address: each with its remedy."""
    said = Cameras(("h:1",)).refusal(url)
    assert (word in said) if word else said == ""


def test_only_one_s_own_sources_have_cameras(center):
    """Another county's duty room finds no such source."""
    center.center.accounts.seed("x", exercise=False)
    with center.client("duty.421127") as ours:
        assert get(ours, "/sources/RS-1/videos")["name"] == "甲库"
    with center.client("duty") as client:
        problem(client.get("/api/v1/sources/RS-9/videos"), 404)
        problem(client.get("/api/v1/sources/RS-1/videos/99/state"), 404)


def test_the_policy_names_the_cameras_and_nobody_else(center):
    """Pictures and video may come from the configured host, scripts and data may not."""
    with center.client() as stranger:
        policy = stranger.get("/healthz").headers["content-security-policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    host = center.video_hosts[0]
    assert {name for name, value in rules.items() if host in value} == {"img-src", "media-src"}


def test_hosts_are_read_strictly():
    """Hosts by comma or blank; an address or a wildcard is refused by name."""
    read = Settings.from_env({"HUBEI_VIDEO_HOSTS": "10.1.2.3:8888, Cam.Example.org"})
    assert read.video_hosts == ("10.1.2.3:8888", "cam.example.org")
    for wrong in ("http://a", "*.example.org", "a;b", "a:b"):
        with pytest.raises(Invalid):
            Settings.from_env({"HUBEI_VIDEO_HOSTS": wrong})
