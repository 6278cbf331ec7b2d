"""Talks to the OpenID Connect provider: discovery, where to send a browser, codes for proofs.

OpenID Connect Core 1.0 with the authorization code flow, PKCE (RFC 7636, S256), state and nonce.
A token is believed only when a key that the provider publishes signed it (never `none`, never a
shared secret), for this client, from this issuer, in time, and with the nonce that was sent.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from data.domain.identity import Provider, safe_address
from data.errors import NotSignedIn, Unavailable

log = logging.getLogger("hubei.oidc")
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
KEYS = frozenset({"RSA", "EC", "OKP"})  # public keys only
TIMEOUT_S = 8
KEPT = timedelta(hours=1)
LEEWAY_S = 60
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Who the provider says has come, when they proved it, and by which methods."""

    issuer: str
    subject: str
    auth_time: int | None
    methods: frozenset[str]


class Asking:
    """One provider, with what it published kept for an hour; blocking, call it in a thread."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._kept: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self._lock = Lock()

    def address(self, *, state: str, nonce: str, verifier: str, now: datetime, anew: bool) -> str:
        """Where to send the browser; `anew` wants the person asked again, not remembered.

        Raises
        ------
        Unavailable
        """
        more = {"prompt": "login", "max_age": "0"} if anew else {}
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._published(now)["authorization_endpoint"], state=state, nonce=nonce,
                code_verifier=verifier, **more,
            )  # fmt: skip
        return str(url)

    def exchange(self, code: str, *, nonce: str, verifier: str, now: datetime) -> Proved:
        """The proof a code stands for.

        Raises
        ------
        Unavailable
            When the provider does not answer.
        NotSignedIn
            When its answer is not to be believed.
        """
        published = self._published(now)
        try:
            with self._session() as session:
                told = session.fetch_token(
                    published["token_endpoint"], code=code, grant_type="authorization_code",
                    code_verifier=verifier, allow_redirects=False, timeout=TIMEOUT_S,
                )  # fmt: skip
        except requests.RequestException as error:
            raise _silent(error) from error
        except (OAuthError, ValueError) as error:
            log.warning("the provider refused a code: %s", error)
            raise NotSignedIn("认证平台没有接受这次登录，请重新登录") from error
        token = told.get("id_token")
        if not isinstance(token, str):
            raise _unbelieved("no id_token")
        return self._believed(token, told.get("access_token"), nonce, now)

    # ------------------------------------------------------------ inside

    def _believed(self, token: str, access: Any, nonce: str, now: datetime) -> Proved:
        mine = self.provider
        try:
            read = self._decoded(token, now)
            claims = CodeIDToken(
                read.claims, read.header,
                {"iss": {"essential": True, "value": mine.issuer},
                 "aud": {"essential": True, "value": mine.client_id}},
                {"nonce": nonce, "client_id": mine.client_id, "access_token": access},
            )  # fmt: skip
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise _unbelieved(f"{type(error).__name__} {error}") from error
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:  # noqa: PLR2004 - Core 2
            raise _unbelieved("no sub")
        when = claims.get("auth_time")
        return Proved(
            issuer=mine.issuer, subject=subject,
            auth_time=int(when) if isinstance(when, int | float) else None,
            methods=frozenset(str(m) for m in claims.get("amr") or ()),
        )  # fmt: skip

    def _decoded(self, token: str, now: datetime) -> Any:
        """The signed token; a key not seen before is looked for once more."""
        try:
            return jwt.decode(token, self._keys(now), algorithms=ALGORITHMS)
        except InvalidKeyIdError:  # no such key: the provider may have changed them
            with self._lock:
                self._kept.pop("keys", None)
            return jwt.decode(token, self._keys(now), algorithms=ALGORITHMS)

    def _keys(self, now: datetime) -> KeySet:
        told = self._fetched("keys", str(self._published(now)["jwks_uri"]), now)
        public = [key for key in told.get("keys", ()) if key.get("kty") in KEYS]
        return KeySet.import_key_set({"keys": public})

    def _published(self, now: datetime) -> dict[str, Any]:
        """The provider's own description, refused where it is another's or not safe to follow."""
        url = self.provider.issuer + "/.well-known/openid-configuration"
        told = self._fetched("description", url, now)
        if str(told.get("issuer", "")).rstrip("/") != self.provider.issuer:
            raise Unavailable("认证平台自报的名称与设置不符，请系统管理员核对 HUBEI_OIDC_ISSUER")
        for name in ENDPOINTS:
            if not safe_address(str(told.get(name, "")).partition("?")[0]):
                raise Unavailable(f"认证平台的 {name} 不是安全地址，请系统管理员核对")
        return told

    def _fetched(self, name: str, url: str, now: datetime) -> dict[str, Any]:
        with self._lock:
            held = self._kept.get(name)
        if held is not None and abs(now - held[0]) < KEPT:
            return held[1]
        try:
            with self._session() as session:
                answer = session.get(
                    url, withhold_token=True, allow_redirects=False, timeout=TIMEOUT_S
                )
            answer.raise_for_status()
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise _silent(error) from error
        if not isinstance(told, dict):
            raise _silent(TypeError("not an object"))
        with self._lock:
            self._kept[name] = (now, told)
        return told

    def _session(self) -> OAuth2Session:
        mine = self.provider
        made = OAuth2Session(
            mine.client_id, mine.client_secret or None, scope="openid",
            redirect_uri=mine.redirect_uri, code_challenge_method="S256",
        )  # fmt: skip
        made.trust_env = False
        made.verify = str(mine.ca) if mine.ca else True
        return made


def _silent(error: Exception) -> Unavailable:
    log.warning("the provider does not answer: %s", error)
    return Unavailable("认证平台没有应答，请稍后重试，或用用户名和密码登录")


def _unbelieved(why: str) -> NotSignedIn:
    log.warning("a proof of the provider was not believed: %s", why)
    return NotSignedIn("认证平台的凭证没有通过核验，请重新登录")
