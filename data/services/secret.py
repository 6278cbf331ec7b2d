"""What is kept of a secret, how it is checked, and the session that it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from data.domain.org import Actor

# OWASP Password Storage Cheat Sheet, second argon2id profile: about 30 ms a check here.
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser or program: who, its CSRF value, and until when it holds."""

    key: str  # hash of the secret; the secret itself is known to its holder alone
    actor: Actor
    csrf: str
    kind: str  # person | device | token | share | node
    created_at: datetime
    seen_at: datetime
    expires_at: datetime | None
    scope: str = ""  # the one connector or node that a token is for
    idle: timedelta = timedelta(hours=2)
    pending: str = ""  # what must be done before anything else: password | totp

    def holds(self, now: datetime) -> bool:
        """Whether neither the absolute nor the idle limit has passed."""
        if self.kind != "person":
            return self.expires_at is None or now < self.expires_at
        return (self.expires_at is None or now < self.expires_at) and now - self.seen_at < self.idle


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def verify(stored: str, password: str) -> bool:
    """Whether a password fits; slow on purpose."""
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
