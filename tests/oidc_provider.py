"""A small OpenID Connect provider of the tests' own: real HTTP, a key made at the start."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "hubei", "a-client-secret"


class TestProvider:
    """Signs `subject` in without asking; `wrong` spoils the next tokens."""

    __test__ = False

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.subject = "sub-duty"
        self.wrong: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    # ------------------------------------------------------------ what it answers

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], credentials: str) -> tuple[int, dict[str, Any]]:
        """A token for a code that was not used, from the client, with the right verifier."""
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or credentials != f"Basic {known}":
            return 400, {"error": "invalid_grant"}
        if asked.get("code_challenge_method") != "S256" or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "expires_in": 60,
            "id_token": self._id_token(asked),
        }  # fmt: skip

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "auth_time": now, **self.wrong,
        }  # fmt: skip
        claims = {k: v for k, v in claims.items() if v is not None}
        if self.algorithm in ("none", "HS256"):
            said = f"{_packed({'alg': self.algorithm, 'kid': 'one'})}.{_packed(claims)}"
            if self.algorithm == "none":
                return f"{said}."
            public = self.key.as_pem(private=False)  # signed with what everybody may read
            mac = hmac.digest(public, said.encode(), "sha256")
            return f"{said}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                """Discovery, keys, and the page that signs in."""
                path = urlsplit(self.path)
                query = {k: v[0] for k, v in parse_qs(path.query).items()}
                if path.path == "/authorize":
                    self.send_response(302)
                    self.send_header("location", provider.authorize(query))
                    self.end_headers()
                elif path.path == "/jwks":
                    self._json(200, {"keys": [provider.key.as_dict(private=False)]})
                else:
                    base = provider.issuer
                    self._json(200, {
                        "issuer": base, "authorization_endpoint": f"{base}/authorize",
                        "token_endpoint": f"{base}/token", "jwks_uri": f"{base}/jwks",
                    })  # fmt: skip

            def do_POST(self) -> None:
                """Codes for tokens."""
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {k: v[0] for k, v in parse_qs(body).items()}
                self._json(*provider.token(form, self.headers.get("authorization", "")))

            def _json(self, status: int, told: dict[str, Any]) -> None:
                raw = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        return Handler


def _packed(thing: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(thing).encode()).rstrip(b"=").decode()
