"""Channels: what may be reached, how messages are signed, and settings refused by name."""

import dataclasses
import ipaddress
import socket
from pathlib import Path

import pytest

from data.errors import Invalid
from data.services import channels
from data.services.channels import filedrop, guard, mail, sms, webhook
from data.services.channels.base import Failed, Parcel
from data.services.channels.settings import ChannelSettings, Receiver, read_channels

PARCEL = Parcel(
    delivery="FB-00001", identifier="42000000000000_20200708153000_0", receiver="广播站",
    address="https://example.org/in", secret="key", status="Actual", kind="alert", colour="red",
    headline="暴雨红色预警", text="全文", spoken="口播", short="短信",
    expires="2020-07-08T13:30:00+00:00", cap=b"<alert/>",
)  # fmt: skip
INSIDE = (
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "::",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused_however_they_are_wrapped(address):
    """Loopback, private, link-local, shared, multicast, mapped and translated ones."""
    with pytest.raises(Failed, match="内部地址") as caught:
        guard.judged([address], ())
    assert not caught.value.again


def test_one_inside_address_among_many_refuses_the_name():
    """Which of them is taken is not the name's to say."""
    with pytest.raises(Failed, match=r"10\.0\.0\.1"):
        guard.judged(["8.8.8.8", "10.0.0.1"], ())
    assert guard.judged(["8.8.8.8", "8.8.4.4"], ()) == "8.8.8.8"


def test_a_private_network_is_reached_when_the_settings_list_it():
    """And only that one."""
    allow = (ipaddress.ip_network("10.1.0.0/16"),)
    assert guard.judged(["10.1.2.3"], allow) == "10.1.2.3"
    with pytest.raises(Failed):
        guard.judged(["10.2.2.3"], allow)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "https://u:p@example.org/", "https:///x", "file:///etc/passwd",
            "http://[::1", "javascript:1"]
)  # fmt: skip
def test_only_plain_web_addresses_are_taken(url):
    """No other scheme, no password in the address."""
    with pytest.raises(Failed):
        guard.parts_of(url)


def test_a_name_that_changes_its_mind_is_asked_once_and_the_judged_address_is_used(monkeypatch):
    """DNS rebinding: the second answer, which points inside, is never heard."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    reached = []

    def connect(address, _timeout=None):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Failed, match="拒绝连接"):
        guard.post(
            "http://rebinding.example.org/x", b"{}", {}, allow=(), timeout_s=1,
            resolve=lambda _host, _port: next(answers),
        )  # fmt: skip
    assert reached == [("8.8.8.8", 80)]
    assert next(answers) == ["127.0.0.1"]


def test_the_signature_is_over_time_and_body():
    """A changed body or time has another one; without a key nothing is sent."""
    signed = {webhook.signature("key", t, b) for t, b in ((1, b"a"), (2, b"a"), (1, b"b"))}
    assert len(signed) == 3
    headers = webhook.headers_of(PARCEL, b"a", 1)
    assert headers["X-Hubei-Signature"] == f"t=1,v1={webhook.signature('key', 1, b'a')}"
    assert headers["Idempotency-Key"] == "42000000000000_20200708153000_0/FB-00001"
    with pytest.raises(Failed, match="密钥"):
        webhook.headers_of(dataclasses.replace(PARCEL, secret=""), b"a", 1)


def test_letters_carry_the_message_and_the_same_id_at_every_try():
    """So that a mail server drops the double; a header cannot be broken out of."""
    held = dataclasses.replace(PARCEL, address="a@example.org", headline="暴雨\nBcc: x@y.org")
    one, two = (mail.letter_of(held, "center@example.org") for _ in range(2))
    assert one["Message-ID"] == two["Message-ID"]
    assert one["Bcc"] is None
    parts = [p.get_content_type() for p in one.walk()]
    assert "application/cap+xml" in parts
    with pytest.raises(Failed, match="邮件地址"):
        mail.letter_of(dataclasses.replace(PARCEL, address="nobody"), "center@example.org")


def test_numbers_are_read_or_refused():
    """Several in one address, by any separator."""
    assert sms.numbers("138-0000-0000、13900000000") == ["13800000000", "13900000000"]
    with pytest.raises(Failed, match="手机号有误"):
        sms.numbers("甲")


def test_files_appear_whole_and_names_stay_in_their_folder(tmp_path):
    """Twice is the same file; an address with slashes leads nowhere else."""
    settings = ChannelSettings(box=tmp_path)
    held = dataclasses.replace(PARCEL, address="../../etc")
    filedrop.send(held, settings)
    filedrop.send(held, settings)
    files = sorted(p.relative_to(tmp_path).parts for p in tmp_path.rglob("*") if p.is_file())
    assert [f[-1].rpartition(".")[2] for f in files] == ["cap", "json"]
    assert not any("part" in f[-1] for f in files)


def test_an_exercise_sends_into_its_box_and_refuses_what_is_not_one(tmp_path):
    """Whatever the channel; only a host named for exercises is reached."""
    drill = ChannelSettings(drill=True, box=tmp_path)
    exercise = dataclasses.replace(PARCEL, status="Exercise")
    sent, boxed = channels.dispatch(exercise, "webhook", drill)
    assert (sent.state, boxed) == ("sent", True)
    assert list((tmp_path / "webhook").glob("*.cap"))
    with pytest.raises(Failed, match="演练中不发实际预警"):
        channels.dispatch(PARCEL, "webhook", drill)
    with pytest.raises(Failed, match="没有渠道"):
        channels.dispatch(PARCEL, "fax", drill)


GOOD = """
allow: [10.1.0.0/16]
email: {host: mail, from: a@example.org}
receivers:
  - {name: 广播站, channel: webhook, area: 421127, address: https://example.org, secret: k}
  - {name: 水利厅, channel: email, address: b@example.org, colours: [red], receipt: true}
"""


def test_settings_are_read(tmp_path):
    """Areas default to the province, colours to all, keys are not shown."""
    path = tmp_path / "channels.yaml"
    path.write_text(GOOD, encoding="utf-8")
    held = read_channels(path, drill=False, box=tmp_path)
    assert [r.area for r in held.receivers] == ["421127", "420000"]
    assert (held.receivers[1].colours, held.receivers[1].receipt) == (("red",), True)
    assert held.secret_of("webhook", "https://example.org") == "k"
    assert "secret" not in repr(Receiver(name="x", channel="file", address="y", secret="zz"))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("receivers: [{name: a, channel: fax, address: x}]", "没有渠道 fax"),
        ("receivers: [{name: a, channel: webhook, address: x}]", "签名密钥"),
        ("receivers: [{name: a, channel: sms, address: x}]", "没有写 sms"),
        ("receivers: [{name: a, channel: file}]", "address"),
        ("receivers: [{name: a, channel: file, address: x, colours: [紫]}]", "颜色"),
        ("allow: [300.1.1.1]", "网段"),
        ("recievers: []", "不认识"),
        ("[1", "读不出来"),
        ("- a", "一组带名称的值"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_naming_the_place(tmp_path, text, match):
    """At the start, with what to do."""
    path = Path(tmp_path / "channels.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=match):
        read_channels(path, drill=False, box=tmp_path)
