"""The shipped nginx and Caddy examples, made to fit a test: addresses, certificate, folders."""

import datetime as dt
import os
import re
import shutil
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
NAME = "command.example"


def found(program: str) -> str | None:
    """Where a program is: by its variable, by name, or where Debian keeps servers."""
    named = os.environ.get(f"HUBEI_{program.upper()}")
    return named or shutil.which(program) or shutil.which(f"/usr/sbin/{program}")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A throw-away certificate of `command.example` and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    shown, kept = folder / "command.crt", folder / "command.key"
    shown.write_bytes(made.public_bytes(pem))
    kept.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return shown, kept


def fitted(example: str, folder: Path, workers: list[str]) -> str:
    """An example with these workers and a throw-away certificate in place of its own."""
    text = (DEPLOY / example).read_text(encoding="utf-8")
    shown, kept = certificate(folder)
    text = text.replace("/etc/hubei/tls/command.crt", str(shown))
    text = text.replace("/etc/hubei/tls/command.key", str(kept))
    standing = iter(workers)
    return re.sub(r"10\.1\.0\.1[12]:805[12]", lambda _: next(standing), text)


def nginx_of(folder: Path, workers: list[str]) -> Path:
    """A whole configuration of nginx round the shipped site."""
    folder.mkdir(exist_ok=True)
    (folder / "site.conf").write_text(fitted("nginx.conf", folder, workers))
    temps = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    whole = folder / "nginx.conf"
    whole.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {temps} include {folder}/site.conf; }}"
    )
    return whole


def start_nginx(whole: Path) -> subprocess.Popen:
    """Nginx on the ports of the example, on the machine this thread is on."""
    return subprocess.Popen([str(found("nginx")), "-c", str(whole), "-e", f"{whole}.log"])
