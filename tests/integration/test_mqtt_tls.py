"""MQTT over TLS with a real broker: both sides show certificates of a CA made for the test."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import paho.mqtt.client as paho
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from data.errors import Invalid
from data.ingest.mqtt import MqttConsumer
from data.ingest.mqtt_settings import MqttSettings
from tests.integration.device_world import START, make_center, waited
from tests.mosquitto import Broker, find_mosquitto

pytestmark = pytest.mark.skipif(
    find_mosquitto() is None, reason="no MQTT broker found: install 'mosquitto'"
)


def certificate(folder, name, by=None):
    """A key and a certificate, of its own or of the CA `by`; (name, key) for further ones."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = by or (called, key)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(issuer)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(here, critical=False).sign(signer, hashes.SHA256())
    )  # fmt: skip
    form = serialization.Encoding.PEM
    (folder / f"{name}.pem").write_bytes(made.public_bytes(form))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / f"{name}.key").write_bytes(key.private_bytes(form, *plain))
    return called, key


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A folder with a CA, certificates of the broker and of a client, and a stranger's CA."""
    folder = tmp_path_factory.mktemp("tls")
    ca = certificate(folder, "ca")
    for name in ("broker", "center"):
        certificate(folder, name, ca)
    certificate(folder, "stranger")
    return folder


@pytest.fixture
def broker(tmp_path, papers):
    """A broker that speaks TLS alone and asks who connects."""
    (tmp_path / "broker").mkdir()
    more = "\n".join(
        (f"cafile {papers}/ca.pem", f"certfile {papers}/broker.pem", f"keyfile {papers}/broker.key",
         "require_certificate true")
    )  # fmt: skip
    made = Broker(tmp_path / "broker", more=more).start()
    yield made
    made.stop()


def settings(broker, papers, ca="ca", own="center"):
    """As HUBEI_MQTT=mqtts://… with the three files."""
    return MqttSettings.of(
        f"mqtts://127.0.0.1:{broker.port}", client_id="tls", ca=f"{papers}/{ca}.pem",
        certificate=f"{papers}/{own}.pem", key=f"{papers}/{own}.key",
    )  # fmt: skip


def test_readings_come_over_tls_and_are_acknowledged(broker, papers, tmp_path):
    """The broker is checked by the CA, the center by its own certificate."""
    center = make_center(tmp_path)
    consumer = MqttConsumer(center.feed, settings(broker, papers))
    consumer.start()
    assert waited(lambda: consumer.status()["connected"])
    gauge = paho.Client(CallbackAPIVersion.VERSION2, client_id="gauge")
    gauge.tls_set(f"{papers}/ca.pem", f"{papers}/center.pem", f"{papers}/center.key")
    gauge.connect("127.0.0.1", broker.port)
    gauge.loop_start()
    row = {"sensor": "T-0", "at": START.isoformat(), "value": 1.5}
    gauge.publish("hubei/telemetry", json.dumps(row), qos=1).wait_for_publish(20)
    assert waited(lambda: consumer.status()["answered"] == 1)
    gauge.disconnect()
    gauge.loop_stop()
    consumer.close()
    assert [r.value for r in center.telemetry.series("T-0", START, START)] == [1.5]
    center.close()


@pytest.mark.parametrize(("ca", "own"), [("stranger", "center"), ("ca", "stranger")])
def test_strangers_are_not_spoken_to(broker, papers, tmp_path, ca, own):
    """A broker of another CA, or one that does not know us: no connection, and a named fault."""
    center = make_center(tmp_path)
    consumer = MqttConsumer(center.feed, settings(broker, papers, ca, own))
    consumer.start()
    assert waited(lambda: consumer.status()["faults"])
    assert not consumer.status()["connected"]
    consumer.close()
    center.close()


def test_plain_mqtt_finds_no_one_there(broker):
    """The port of TLS takes nothing else."""
    plain = paho.Client(CallbackAPIVersion.VERSION2, client_id="plain")
    plain.connect("127.0.0.1", broker.port)
    assert waited(lambda: plain.loop(0.2) != paho.MQTT_ERR_SUCCESS)
    assert not plain.is_connected()


def test_a_file_that_is_missing_is_named(broker, papers, tmp_path):
    """A certificate that cannot be read stops the door with what to mend."""
    center = make_center(tmp_path)
    consumer = MqttConsumer(center.feed, settings(broker, papers, ca="nobody"))
    with pytest.raises(Invalid, match="证书读不出"):
        consumer.start()
    center.close()
