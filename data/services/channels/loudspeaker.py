"""MQTT topic for village loudspeakers 农村大喇叭 and screens: what is read out, and the CAP."""

from __future__ import annotations

import msgspec
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from data.services.channels.base import Failed, Parcel, Sent
from data.services.channels.settings import ChannelSettings

name = "mqtt"


def host(_parcel: Parcel, settings: ChannelSettings) -> str:
    """The broker."""
    return f"{settings.mqtt.get('host', '')}:{settings.mqtt.get('port', 1883)}"


def send(parcel: Parcel, settings: ChannelSettings) -> Sent:
    """Publish once with quality 1 and wait until the broker has it; the topic is the address."""
    given, topic = settings.mqtt, parcel.address
    if not topic or any(c in topic for c in "#+\0"):
        raise Failed(f"主题 {topic[:60]} 无效", again=False)
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"hubei-warning-{parcel.delivery}",
        protocol=mqtt.MQTTv5 if given.get("version", 5) == 5 else mqtt.MQTTv311,  # noqa: PLR2004
    )  # fmt: skip
    if given.get("tls"):
        client.tls_set()
    if given.get("username"):
        client.username_pw_set(str(given["username"]), str(given.get("password", "")))
    client.connect_timeout = settings.timeout_s
    try:
        client.connect(str(given["host"]), int(given.get("port", 1883)))
        client.loop_start()
        told = client.publish(topic, msgspec.json.encode(parcel.body()), qos=1)
        told.wait_for_publish(settings.timeout_s)
        done = told.rc == MQTTErrorCode.MQTT_ERR_SUCCESS and told.is_published()
    except (OSError, ValueError, RuntimeError) as error:
        raise Failed("连不上消息服务器") from error
    finally:
        client.disconnect()
        client.loop_stop()
    if not done:
        raise Failed("消息服务器没有确认")
    return Sent()
