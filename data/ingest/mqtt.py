"""The MQTT consumer: a persistent session that acknowledges a message once its rows are kept.

A message stays with the broker until then: kill this program at any instant and it comes again.
What could not be kept is asked for again by a new connection; what cannot be read is kept in the
quarantine and acknowledged, so that it never comes round twice.
"""

from __future__ import annotations

import logging
import ssl
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from data.domain.feeding import VIA_WORDS, Taken, Via
from data.errors import Invalid, Unavailable
from data.ingest.doorway import Door, device_actor
from data.ingest.mqtt_rows import MOST_BYTES, ROOT, rows_of
from data.ingest.mqtt_settings import MqttSettings
from data.ingest.mqtt_socket import Client
from data.ingest.status import Tally

log = logging.getLogger("hubei.ingest")

VIA: Via = "mqtt"
RECEIVE_MAXIMUM = 1_000  # messages not yet acknowledged: all that this program may have to hold
KEEPALIVE_S = 30
FOREVER = 0xFFFFFFFF  # a session that never expires
RETRY_S = (1, 30)
WATCH_S = 2.0
CLOSING_S, CLOSING_TOPIC = 3.0, f"{ROOT}/closing"


@dataclass(frozen=True, kw_only=True)
class _Came:
    """A message, and the connection it came by."""

    session: int
    mid: int
    qos: int
    topic: str
    payload: bytes
    rows: list[Any]
    unread: str = ""


class MqttConsumer:
    """One worker; several with one group share the load of a topic."""

    def __init__(self, door: Door, settings: MqttSettings) -> None:
        self.door, self.settings = door, settings
        self.tally = Tally(
            via=VIA, word=VIA_WORDS[VIA], address=f"{settings.host}:{settings.port}"
        )  # fmt: skip
        self._actor = device_actor(VIA, VIA_WORDS[VIA])
        self._again: deque[_Came] = deque()  # could not be kept yet; as many as may be in flight
        self._client = self._make()
        self._session = 0  # counts connections: an acknowledgement belongs to the one it came by
        self._lock = Lock()
        self._stop = Event()
        self._watch = Thread(target=self._watch_over, name="mqtt-watch", daemon=True)

    def start(self) -> None:
        """Connect, and connect again for ever; a broker that is away is waited for.

        Raises
        ------
        Invalid
            When a certificate cannot be read.
        """
        self._secure(self._client)
        self.tally.open = True
        self._open()
        self._watch.start()

    def status(self) -> dict[str, Any]:
        """How the connection stands."""
        return self.tally.status()

    def close(self) -> None:
        """Leave; what is not acknowledged stays with the broker, as the session does."""
        self.tally.open = False
        self._stop.set()
        if self.tally.connected:
            # an answered request shows that the broker has read every acknowledgement before it
            read = Event()
            self._client.on_unsubscribe = lambda *_: read.set()
            self._client.unsubscribe(CLOSING_TOPIC)
            read.wait(CLOSING_S)
        self._client.disconnect()
        self._client.loop_stop()

    # ------------------------------------------------------------ the connection

    def _make(self) -> paho.Client:
        known, five = self.settings, self.settings.version == "5"
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=known.client_id,
            protocol=paho.MQTTv5 if five else paho.MQTTv311, clean_session=None if five else False,
            manual_ack=True,
        )  # fmt: skip
        client.reconnect_delay_set(*RETRY_S)
        if known.username:
            client.username_pw_set(known.username, known.password or None)
        client.on_connect = self._connected
        client.on_connect_fail = self._unreachable
        client.on_pre_connect = self._new_session
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.on_subscribe = self._subscribed
        return client

    def _secure(self, client: paho.Client) -> None:
        known = self.settings
        if not known.tls:
            return
        try:
            client.tls_set(
                ca_certs=known.ca or None, certfile=known.certificate or None,
                keyfile=known.key or None, cert_reqs=ssl.CERT_REQUIRED,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            remedy = "请核对 HUBEI_MQTT_CA、HUBEI_MQTT_CERT、HUBEI_MQTT_KEY 指向的文件"
            raise Invalid.field("HUBEI_MQTT_CA", f"证书读不出：{error}", remedy) from error

    def _open(self) -> None:
        """Begin the network's thread; it connects by itself, again and again."""
        known = self.settings
        given: dict[str, Any] = {}
        if known.version == "5":
            wanted = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            wanted.SessionExpiryInterval = FOREVER
            wanted.ReceiveMaximum = RECEIVE_MAXIMUM
            wanted.MaximumPacketSize = MOST_BYTES + 65_536
            given = {"clean_start": False, "properties": wanted}
        self._client.connect_async(known.host, known.port, KEEPALIVE_S, **given)
        self._client.loop_start()

    def _watch_over(self) -> None:
        """Try again what could not be kept; begin the network's thread anew should it die."""
        while not self._stop.wait(WATCH_S):
            for _ in range(len(self._again)):
                self._submit(self._again.popleft())
            thread = getattr(self._client, "_thread", None)
            if thread is not None and thread.is_alive():
                continue
            self.tally.fault("连接线程中止", "已重新开始", self.tally.address)
            self._client = self._make()
            self._secure(self._client)
            self._open()

    def _new_session(self, *_: Any) -> None:
        with self._lock:
            self._session += 1

    def _unreachable(self, *_: Any) -> None:
        self.tally.fault("连接失败", "MQTT 服务器没有应答", self.tally.address)

    def _connected(
        self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        self._new_session()
        if reason.is_failure:
            self.tally.fault("MQTT 服务器拒绝连接", str(reason), self.tally.address)
            return
        share = f"$share/{self.settings.group}/" if self.settings.group else ""
        wanted = [share + topic for topic in self.settings.topics]
        if self.settings.version == "5":
            client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in wanted])
        else:
            client.subscribe([(topic, 1) for topic in wanted])

    def _subscribed(
        self, _client: paho.Client, _data: Any, _mid: int, reasons: Any, _properties: Any
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self.tally.fault("拒绝订阅", "、".join(map(str, reasons)), self.tally.address)
            return
        self.tally.connected = 1

    def _disconnected(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        self._new_session()
        self.tally.connected = 0
        if reason.is_failure:
            self.tally.fault("连接断开", str(reason), self.tally.address)

    # ------------------------------------------------------------ a message

    def _message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        with self._lock:
            session = self._session
        topic, payload, unread = "?", bytes(message.payload), ""
        rows: list[Any] = []
        try:
            topic = message.topic  # raises where the topic is no UTF-8
            rows = rows_of(topic, payload, _time_of(message))
        except Exception as error:  # noqa: BLE001 - a poisonous message is kept, not met again
            unread = f"消息读不出：{error!r}"[:200]
        self.tally.heard(topic)
        self._submit(
            _Came(
                session=session, mid=message.mid, qos=message.qos, topic=topic, payload=payload,
                rows=rows, unread=unread,
            )
        )  # fmt: skip

    def _submit(self, came: _Came) -> None:
        """To the door; it blocks while its line is full, and the broker waits with it."""
        who, door, source = self._actor, self.door, source_of(came.topic)
        try:
            if came.unread:
                answer = door.refuse(who, came.payload, came.unread, via=VIA, source=source)
            else:
                answer = door.submit(who, came.rows, via=VIA, source=source)
        except Unavailable as error:
            self._unkept(came, error)
            return
        answer.add_done_callback(lambda done: self._settled(came, done))

    def _settled(self, came: _Came, done: Future[Taken]) -> None:
        error = done.exception()
        if error is not None:
            self._unkept(came, error)
            return
        self.tally.took(done.result())
        self._acknowledge(came)

    def _unkept(self, came: _Came, error: BaseException) -> None:
        """Not acknowledged: tried again here, and by the broker after a new connection."""
        self.tally.failure(error)
        with self._lock:
            current = came.session == self._session
        if current and came.qos > 0 and not self._stop.is_set():
            self._again.append(came)

    def _acknowledge(self, came: _Came) -> None:
        """Only on the connection it came by: the broker gives numbers anew after another one."""
        with self._lock:
            if came.session == self._session and came.qos > 0:
                self._client.ack(came.mid, came.qos)
                self.tally.answered += 1


def source_of(topic: str) -> str:
    """How a message is counted: readings by name together, other devices by three levels."""
    if topic == ROOT or topic.startswith(ROOT + "/"):
        return ROOT
    return "/".join(topic.split("/")[:3])


def _time_of(message: paho.MQTTMessage) -> str:
    """The user property `at` of a message, where it has one."""
    given = getattr(getattr(message, "properties", None), "UserProperty", None) or ()
    return next((str(value) for name, value in given if name == "at"), "")
