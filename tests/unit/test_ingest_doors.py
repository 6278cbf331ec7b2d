"""How the doors for devices look: open, shut, away, and what could not be taken."""

from dashboard.components.flat import flat
from dashboard.components.ingest_doors import doors_view, faults_view
from data.domain.clock import real_now
from data.ingest.status import Tally


def tally(via, **values):
    """A door's figures."""
    return Tally(via=via, word=via.upper(), address="h:1", **values).status()


def test_without_a_door_it_says_how_to_open_one():
    """The variables are named."""
    assert "HUBEI_MQTT" in flat(doors_view([]))


def test_each_door_says_how_it_stands():
    """Open with its connections, away and trying, not to be opened with the reason."""
    doors = [
        tally("sl651", open=True, connected=1200, messages=5, last_at=real_now()),
        tally("mqtt", open=True),
        {"word": "HJ 212 502", "open": False, "error": "端口 502 打不开"},
    ]
    text = flat(doors_view(doors))
    assert "开启，1,200 个连接" in text
    assert "未连接，正在重试" in text
    assert "端口 502 打不开" in text


def test_faults_are_told_with_their_sender_the_newest_first():
    """Kind, words and from whom; hostile words are only words."""
    made = Tally(via="sl651", word="SL 651", address="h:1", open=True)
    made.fault("校验码不符", "应为 6BCA", "10.0.0.1")
    made.fault("帧间杂字节", "<script>", "10.0.0.2")
    text = flat(faults_view([made.status()]))
    assert text.index("10.0.0.2") < text.index("10.0.0.1")
    assert "<script>" not in text
    assert "6BCA" in text
    assert "没有差错" in flat(faults_view([]))
