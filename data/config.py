"""Settings, read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from data.domain.access_policy import POLICIES, AccessPolicy
from data.domain.identity import Provider
from data.domain.org import ROLE_WORDS
from data.domain.retention import Retention
from data.errors import Invalid

# Secrets: from the environment, or from a file that `…_FILE` names (systemd credentials, secrets
# of containers); never from the command line.
SECRETS = (
    "HUBEI_DATABASE_URL", "HUBEI_EXERCISE_DATABASE_URL", "HUBEI_SEED_PASSWORD",
    "HUBEI_RUNNER_PASSWORD", "HUBEI_MQTT_PASSWORD", "HUBEI_INGEST_TOKEN",
    "HUBEI_OIDC_CLIENT_SECRET", "HUBEI_NODE_TOKEN",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DoorSettings:
    """Which doors for devices are open; none unless its variable is set."""

    host: str = "127.0.0.1"
    sl651_port: int | None = None
    hj212_port: int | None = None
    mqtt: str = ""
    mqtt_password: str = ""
    mqtt_ca: str = ""
    mqtt_cert: str = ""
    mqtt_key: str = ""
    mqtt_version: str = "5"
    mqtt_client: str = "hubei-center"
    mqtt_group: str = ""
    mqtt_topics: tuple[str, ...] = ()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> DoorSettings:
        """The doors of `HUBEI_SL651_PORT`, `HUBEI_HJ212_PORT` and `HUBEI_MQTT*`."""
        topics = env.get("HUBEI_MQTT_TOPICS", "").replace("，", ",").split(",")
        return cls(
            host=env.get("HUBEI_DEVICES_HOST") or env.get("HUBEI_HOST", "127.0.0.1"),
            sl651_port=_port(env, "HUBEI_SL651_PORT"),
            hj212_port=_port(env, "HUBEI_HJ212_PORT"),
            mqtt=env.get("HUBEI_MQTT", ""),
            mqtt_password=env.get("HUBEI_MQTT_PASSWORD", ""),
            mqtt_ca=env.get("HUBEI_MQTT_CA", ""),
            mqtt_cert=env.get("HUBEI_MQTT_CERT", ""),
            mqtt_key=env.get("HUBEI_MQTT_KEY", ""),
            mqtt_version=env.get("HUBEI_MQTT_VERSION") or "5",
            mqtt_client=env.get("HUBEI_MQTT_CLIENT") or "hubei-center",
            mqtt_group=env.get("HUBEI_MQTT_GROUP", ""),
            mqtt_topics=tuple(t.strip() for t in topics if t.strip()),
        )


@dataclass(frozen=True, kw_only=True)
class NodeSettings:
    """A county's own machine: its name, the province's address, its token, whom it trusts."""

    name: str
    province: str
    token: str = field(repr=False)
    ca: Path | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> NodeSettings | None:
        """The node of `HUBEI_NODE`, `HUBEI_PROVINCE`, `HUBEI_NODE_TOKEN`, `HUBEI_PROVINCE_CA`.

        Raises
        ------
        Invalid
            When one is missing or cannot be, naming the variable.
        """
        name = env.get("HUBEI_NODE", "")
        if not name:
            return None
        if not re.fullmatch(r"\d{6}-\d{1,4}", name):
            remedy = "请填省里登记的名字，如 421127-1"
            raise Invalid.field("HUBEI_NODE", f"节点名 {name} 无效", remedy)
        if env.get("HUBEI_SCENARIO") != "none":
            raise Invalid.field(
                "HUBEI_SCENARIO", "县级节点不能是演练", "请设 HUBEI_SCENARIO=none"
            )
        province = env.get("HUBEI_PROVINCE", "")
        if not province.startswith("https://"):
            raise Invalid.field("HUBEI_PROVINCE", "省中心地址无效", "请填 https:// 开头的地址")
        if not env.get("HUBEI_NODE_TOKEN"):
            raise Invalid.field(
                "HUBEI_NODE_TOKEN", "没有令牌", "请填登记节点时给出的令牌，或以 _FILE 指向它"
            )
        ca = env.get("HUBEI_PROVINCE_CA")
        return cls(
            name=name, province=province, token=env["HUBEI_NODE_TOKEN"],
            ca=Path(ca).resolve() if ca else None,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the center listens, where it keeps its state, and which exercise it plays."""

    host: str = "127.0.0.1"
    port: int = 8050
    var: Path = Path("var")
    scenario: str = "2020-07-08"
    database_url: str | None = None
    exercise_database_url: str | None = None
    seed_password: str | None = None
    no_browser: bool = False
    secure_cookies: bool = False
    osrm: str | None = None
    retention: Retention = field(default_factory=Retention)
    least_free_mb: int = 1024
    requests_per_second: int = 200
    log_json: bool = False
    video_hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    doors: DoorSettings = DoorSettings()
    share_private: bool = False
    channels: Path | None = None
    access: AccessPolicy = field(default_factory=AccessPolicy)
    node: NodeSettings | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from `HUBEI_*` variables.

        Raises
        ------
        Invalid
            When a variable cannot be read, naming it.
        """
        env = with_files(os.environ if environ is None else environ)
        return cls(
            host=env.get("HUBEI_HOST", "127.0.0.1"),
            port=_whole(env, "HUBEI_PORT", 8050, 65535),
            var=Path(env.get("HUBEI_VAR", "var")).resolve(),
            scenario=env.get("HUBEI_SCENARIO", "2020-07-08"),
            database_url=env.get("HUBEI_DATABASE_URL") or None,
            exercise_database_url=env.get("HUBEI_EXERCISE_DATABASE_URL") or None,
            seed_password=env.get("HUBEI_SEED_PASSWORD") or None,
            no_browser=env.get("HUBEI_NO_BROWSER") == "1",
            secure_cookies=env.get("HUBEI_SECURE_COOKIES") == "1",
            osrm=_address(env.get("HUBEI_OSRM")),
            retention=Retention.read(env.get("HUBEI_RETENTION", "")),
            least_free_mb=_whole(env, "HUBEI_LEAST_FREE_MB", 1024, 10**9),
            requests_per_second=_whole(env, "HUBEI_REQUESTS_PER_SECOND", 200, 10**6),
            log_json=env.get("HUBEI_LOG_JSON") == "1",
            proxies=_proxies(env.get("HUBEI_PROXIES", "")),
            video_hosts=_hosts(env.get("HUBEI_VIDEO_HOSTS", "")),
            doors=DoorSettings.from_env(env),
            share_private=env.get("HUBEI_SHARE_PRIVATE") == "1",
            channels=Path(given).resolve() if (given := env.get("HUBEI_CHANNELS")) else None,
            access=_access(env),
            node=NodeSettings.from_env(env),
        )

    @property
    def is_exercise(self) -> bool:
        """Whether this instance is an exercise rather than the real center."""
        return self.scenario != "none"

    @property
    def instance_dir(self) -> Path:
        """Where this instance (the real center, or one exercise) keeps its state."""
        return self.var / "exercises" / self.scenario if self.is_exercise else self.var

    @property
    def heads(self) -> Path:
        """Where signed heads of the journal are kept, to be copied to a host elsewhere."""
        return self.instance_dir / "heads"

    @property
    def roads(self) -> Path:
        """Where the compiled road graph of the region lies, the same for every instance."""
        return self.var / "roads.npz"

    @property
    def outbox(self) -> Path:
        """Where warnings are dropped as files; an exercise writes there all that would leave."""
        return self.instance_dir / "outbox"

    @property
    def url(self) -> str:
        """The SQLAlchemy address of this instance's database."""
        given = self.exercise_database_url if self.is_exercise else self.database_url
        return given or f"sqlite:///{self.instance_dir / 'center.db'}"


def with_files(env: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with each secret that is named by its file (`HUBEI_X_FILE`) read from it.

    Raises
    ------
    Invalid
        When a file cannot be read, or a secret is given both ways, naming the variable.
    """
    found = dict(env)
    for told, path in env.items():
        name = told.removesuffix("_FILE")
        if name == told or not path or not (name in SECRETS or name.startswith("HUBEI_SHARE_")):
            continue
        if env.get(name):
            raise Invalid.field(f"{name}_FILE", f"与 {name} 同时设置", "请只留一个")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid.field(
                f"{name}_FILE", f"文件 {path} 读不出来", "请核对路径和权限"
            ) from error
    return found


def _access(env: Mapping[str, str]) -> AccessPolicy:
    """The rules of signing in.

    Raises
    ------
    Invalid
        When a policy or a role is unknown, naming the variable.
    """
    name = env.get("HUBEI_PASSWORD_POLICY", "asvs5")
    if name not in POLICIES:
        raise Invalid.field(
            "HUBEI_PASSWORD_POLICY", f"没有密码策略 {name}", f"可填：{'、'.join(POLICIES)}"
        )
    roles = frozenset(env.get("HUBEI_TOTP_ROLES", "").replace(",", " ").split())
    if unknown := roles - frozenset(ROLE_WORDS):
        raise Invalid.field(
            "HUBEI_TOTP_ROLES", f"没有角色 {'、'.join(sorted(unknown))}",
            f"可填：{'、'.join(ROLE_WORDS)}",
        )  # fmt: skip
    return AccessPolicy(
        password=POLICIES[name], totp_roles=roles, provider=Provider.from_env(env),
        step_up=timedelta(minutes=_whole(env, "HUBEI_STEP_UP_MINUTES", 15, 26 * 60)),
        idle=timedelta(minutes=_whole(env, "HUBEI_IDLE_MINUTES", 120, 26 * 60)),
        absolute=timedelta(hours=_whole(env, "HUBEI_SESSION_HOURS", 26, 24 * 7)),
    )  # fmt: skip


def _whole(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A whole number of at least 1.

    Raises
    ------
    Invalid
        When it is none, naming the variable.
    """
    text = env.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise Invalid.field(name, f"{text} 无效", f"请填 1 到 {most} 的整数")
    return int(text)


def _port(env: Mapping[str, str], name: str) -> int | None:
    """A port, or None when the variable is not set."""
    return _whole(env, name, 0, 65535) if env.get(name) else None


def _address(text: str | None) -> str | None:
    """The address of an OSRM server.

    Raises
    ------
    Invalid
        When it is no http address.
    """
    if not text:
        return None
    if not text.startswith(("http://", "https://")):
        raise Invalid.field(
            "HUBEI_OSRM", f"地址 {text} 无效", "请填 http:// 或 https:// 开头的 OSRM 服务地址"
        )
    return text.rstrip("/")


def _hosts(text: str) -> tuple[str, ...]:
    """Hosts with or without a port, by comma or blank: `10.1.2.3:8888, video.example.org`.

    Raises
    ------
    Invalid
        When one is no host.
    """
    found = tuple(dict.fromkeys(text.lower().replace(",", " ").split()))
    for one in found:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", one):
            raise Invalid.field(
                "HUBEI_VIDEO_HOSTS", f"视频主机 {one} 无效",
                "请填主机名或地址，可带端口，以逗号分开，不带 http://",
            )  # fmt: skip
    return found


def _proxies(text: str) -> tuple[str, ...]:
    """Addresses or networks of proxies whose word on where a request comes from is taken.

    Raises
    ------
    Invalid
        When one is no address.
    """
    found = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for one in found:
        try:
            ip_network(one)
        except ValueError as error:
            raise Invalid.field(
                "HUBEI_PROXIES", f"反向代理地址 {one} 无效", "请填 IP 地址或网段，以逗号分开"
            ) from error
    return found
