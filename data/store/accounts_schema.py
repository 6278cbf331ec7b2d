"""The tables of signing in: accounts, sessions, tokens, device codes and the sign-in log."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text

from data.store.schema import UtcTime, metadata

account = Table(
    "account",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("org", String(16), nullable=False),
    Column("password_hash", Text),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
)

# Only hashes of secrets are kept: who reads this table cannot sign in with it.
session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", String(64), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # person | device
    Column("label", String(64), nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),  # blank: a wall machine, until revoked
    Column("ended_at", UtcTime),
    Column("ended_by", String(64)),
    Column("address", String(64), nullable=False),
    Column("agent", Text, nullable=False),
    Column("proved_at", UtcTime),  # when its holder last gave a password or a one-time password
    Column("via", String(16), nullable=False, default="", server_default=""),  # oidc: a provider
)

# Who a provider says somebody is: one subject, one account.
identity = Table(
    "identity",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
)

# Browsers on their way to the provider and back, ten minutes at most.
identity_flow = Table(
    "identity_flow",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("browser_hash", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(64), nullable=False),
    Column("session_key", String(64), nullable=False),  # blank to sign in, else what is proved
    Column("then", Text, nullable=False),
    Column("address", String(64), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
)

# What an account proves itself with, beside the account; made at the first change.
credential = Table(
    "credential",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("password_at", UtcTime),  # blank: set by somebody else, to be changed
    Column("history", Text, nullable=False, default="[]"),  # hashes of earlier passwords
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", UtcTime),
    Column("totp_secret", String(64)),
    Column("totp_since", UtcTime),
    Column("totp_last", Integer, nullable=False, default=0),  # the step used last
    Column("totp_used", Text, nullable=False, default="[]"),  # the steps used lately, as JSON
)

backup_code = Table(
    "backup_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("username", String(64), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

token = Table(
    "token",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("label", String(64), nullable=False),
    Column("username", String(64), nullable=False, index=True),
    Column("org", String(16), nullable=False),
    Column("permissions", Text, nullable=False),  # space-separated
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("scope", String(64), nullable=False, default="", server_default=""),  # one connector
    Column("seen_at", UtcTime),
)

device_code = Table(
    "device_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("username", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

# One code a row lets one phone in for one order; a newer code of the order revokes the older.
field_code = Table(
    "field_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("assignment_id", String(64), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("org", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("token_hash", String(64), index=True),  # of the session it opened
)

sign_in_log = Table(
    "sign_in_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # numbered under its head
    Column("at", UtcTime, nullable=False, index=True),
    Column("username", String(64), nullable=False, index=True),
    Column("outcome", String(32), nullable=False),
    Column("by", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False, default="", server_default=""),
    Column("hash", String(64), nullable=False, default="", server_default=""),
    Index("ix_sign_in_log_outcome", "outcome", "id"),
)

sign_in_head = Table(
    "sign_in_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_sign_in_head"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

# Parts of the sign-in log that lie in the archive: which lines, and the hash of the last.
record_part = Table(
    "record_part",
    metadata,
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("file", String(128), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
)

ACCOUNT_TABLES = (
    account, credential, backup_code, identity, session, token, device_code, field_code,
    sign_in_log, record_part,
)  # fmt: skip
APPEND_ONLY = ("sign_in_log", "record_part")
