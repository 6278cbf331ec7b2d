"""The shipped deployment examples are accepted by the programs they are for."""

import subprocess

import pytest

from tests import proxies

WORKERS = [f"127.0.0.1:{port}" for port in (8051, 8052, 8053, 8054)]
UNITS = sorted(proxies.DEPLOY.glob("*.service"))


@pytest.mark.skipif(not proxies.found("nginx"), reason="no nginx: install the package 'nginx'")
def test_nginx_takes_the_example(tmp_path):
    """Syntax, modules and certificate, as `nginx -t` says."""
    whole = proxies.nginx_of(tmp_path, WORKERS)
    command = [proxies.found("nginx"), "-t", "-c", str(whole), "-e", str(tmp_path / "log")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not proxies.found("caddy"), reason="no Caddy: install the package 'caddy'")
def test_caddy_takes_the_example(tmp_path):
    """As `caddy validate` says."""
    path = tmp_path / "Caddyfile"
    path.write_text(proxies.fitted("Caddyfile", tmp_path, WORKERS))
    command = [proxies.found("caddy"), "validate", "--config", str(path), "--adapter", "caddyfile"]
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(
        command, capture_output=True, text=True, env=home, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not proxies.found("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_units(unit, tmp_path):
    """Every directive is known, and each unit is shut tight by systemd's own measure."""
    name = unit.name.replace("@.", "@8051.")
    text = unit.read_text(encoding="utf-8").replace("/srv/hubei/.venv/bin/python", "/bin/true")
    made = tmp_path / name
    made.write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert name not in done.stderr
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=30", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-400:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_each_unit_comes_back_is_bounded_and_holds_no_secret(unit):
    """Restarted always, with a limit of memory, without new privileges; secrets are credentials."""
    text = unit.read_text(encoding="utf-8")
    for line in ("Restart=always", "MemoryMax=", "NoNewPrivileges=yes", "ProtectSystem=strict",
                 "DynamicUser=yes", "LoadCredential="):  # fmt: skip
        assert line in text
    assert "postgresql+psycopg://" not in text
