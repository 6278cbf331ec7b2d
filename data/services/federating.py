"""Signing in with a provider: a browser is sent there and comes back with a proof for one account.

The provider says who somebody is; what they may do is decided here. An account is found by the
subject that an administrator bound to it, never made, and never matched by name or mail.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from data.domain.identity import SECOND_FACTORS
from data.domain.org import Actor, Permission
from data.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, TooMany
from data.services.credentials import Credentials
from data.services.provider import LEEWAY_S, Asking, Proved
from data.services.proving import require_proof
from data.services.sessions import Session, hash_of
from data.store.accounts_schema import identity, identity_flow, session
from data.store.upsert import ensure

FLOW_LIFE = timedelta(minutes=10)
MOST_FLOWS = 100  # open at once from one address
NOBODY = "(统一身份)"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What a browser that came back is given: a new session, or one proved again."""

    secret: str
    session: Session
    then: str
    anew: bool


class Federated(Credentials):
    """Sessions, their proofs, and the proofs of a provider."""

    _asking: Asking | None = None

    @property
    def provider_name(self) -> str:
        """How the provider is called on the sign-in page; empty when there is none."""
        return self.policy.provider.name if self.policy.provider else ""

    def send_out(
        self, address: str, then: str = "/", held: Session | None = None
    ) -> tuple[str, str]:
        """Where to send the browser, and the secret it must come back with.

        Parameters
        ----------
        then
            The page to go on to.
        held
            The session to prove again; None to sign in.

        Raises
        ------
        NotFound, TooMany, Unavailable
        """
        asking, now = self._provider(), self._real()
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        url = asking.address(
            state=state, nonce=nonce, verifier=verifier, now=now, anew=held is not None
        )
        table = identity_flow
        with self._transaction() as db:
            db.execute(delete(table).where(table.c.created_at < now - FLOW_LIFE))
            count = select(func.count()).select_from(table).where(table.c.address == address[:64])
            if (db.scalar(count) or 0) >= MOST_FLOWS:
                raise TooMany("登录请求过多，请几分钟后再试")
            db.execute(
                insert(table).values(
                    state_hash=hash_of(state), browser_hash=hash_of(browser), nonce=nonce,
                    verifier=verifier, session_key=held.key if held else "", then=then[:500],
                    address=address[:64], created_at=now,
                )
            )  # fmt: skip
        return url, browser

    def come_back(
        self, state: str, code: str, browser: str, address: str, agent: str = ""
    ) -> Returned:
        """Take the proof a browser came back with; each is taken once.

        Raises
        ------
        NotSignedIn, TooMany, Unavailable
        """
        self.throttle.check("provider", address)
        flow = self._taken(state, browser)
        proved = self._provider().exchange(
            code, nonce=flow.nonce, verifier=flow.verifier, now=self._real()
        )
        username = self._bound(proved)
        if username is None:
            self.throttle.failed("provider", address)
            self._log(NOBODY, "refused", proved.subject, address, agent)
            raise NotSignedIn(
                f"此身份还没有绑定本系统的账号；请把标识 {proved.subject} 告诉系统管理员"
            )
        if flow.session_key:
            found = self._proved_again(flow, proved, username, address)
            return Returned(secret="", session=found, then=flow.then, anew=True)
        self._refuse_unfit(username, proved, address, agent)
        secret, opened = self._open(username, "person", "", address, agent, via="oidc")
        return Returned(secret=secret, session=opened, then=flow.then, anew=False)

    def bind(self, by: Actor, username: str, subject: str) -> None:
        """Let a provider's subject sign in as an account; another one of it ends.

        Raises
        ------
        Forbidden, Invalid, NotFound, Conflict, StepUpNeeded
        """
        by.require(Permission.ACCOUNTS)
        issuer = self._provider().provider.issuer
        self._require_person(by, username)
        subject = subject.strip()
        if not 0 < len(subject) <= 255:  # noqa: PLR2004 - OpenID Connect Core 2
            raise Invalid.field("subject", "标识未填写或太长", "请填认证平台中此人的标识（sub）")
        require_proof(by, "绑定统一身份")
        with self._transaction() as db:
            held = db.scalar(
                select(identity.c.username).where(
                    identity.c.issuer == issuer, identity.c.subject == subject
                )
            )
            if held not in (None, username):
                raise Conflict(f"此身份已绑定账号 {held}；一人一号，请先解除")
            db.execute(delete(identity).where(identity.c.username == username))
            made = ensure(
                db, identity, issuer=issuer, subject=subject, username=username,
                created_at=self._real(), created_by=by.username,
            )  # fmt: skip
            if not made:
                raise Conflict("此身份刚被绑定到另一账号；请刷新后核对")
            self._write_log(db, username, "identity-bound", by.username)

    def unbind(self, by: Actor, username: str) -> None:
        """Take a subject away from an account, ending what it opened.

        Raises
        ------
        Forbidden, NotFound
        """
        by.require(Permission.ACCOUNTS)
        self._require_person(by, username)
        with self._transaction() as db:
            gone = db.execute(delete(identity).where(identity.c.username == username))
            if gone.rowcount == 0:
                raise NotFound(f"账号 {username} 没有绑定统一身份")
            self._write_log(db, username, "identity-unbound", by.username)
        self._end(
            (session.c.username == username) & (session.c.via == "oidc"), by.username, "revoked"
        )

    def identities(self) -> dict[str, str]:
        """The bound subject of each account that has one."""
        rows = self._rows(select(identity.c.username, identity.c.subject))
        return {row["username"]: row["subject"] for row in rows}

    # ------------------------------------------------------------ inside

    def _provider(self) -> Asking:
        if self.policy.provider is None:
            raise NotFound("没有设置认证平台，请用用户名和密码登录")
        if self._asking is None:
            self._asking = Asking(self.policy.provider)
        return self._asking

    def _taken(self, state: str, browser: str) -> Any:
        """The flow that a browser began, taken out so that it counts once."""
        table, mark = identity_flow, hash_of(state)
        with self._transaction() as db:
            flow = db.execute(select(table).where(table.c.state_hash == mark)).one_or_none()
            taken = db.execute(delete(table).where(table.c.state_hash == mark)).rowcount
        if (
            flow is None or taken != 1 or flow.browser_hash != hash_of(browser)
            or self._real() - flow.created_at > FLOW_LIFE
        ):  # fmt: skip
            raise NotSignedIn("这次登录已过期，或不是从本浏览器发起；请重新登录")
        return flow

    def _bound(self, proved: Proved) -> str | None:
        with self._reader.connect() as db:
            return db.scalar(
                select(identity.c.username).where(
                    identity.c.issuer == proved.issuer, identity.c.subject == proved.subject
                )
            )

    def _refuse_unfit(self, username: str, proved: Proved, address: str, agent: str) -> None:
        """Refuse who is disabled, locked, or lacks the second factor the account asks for."""
        row, held = self._account(username), self._credential(username)
        why = ""
        if row is None or row.disabled:
            why = "账号已停用，请联系系统管理员"
        elif held and held.totp_since and SECOND_FACTORS.isdisjoint(proved.methods):
            why = "此账号须有第二重验证，认证平台没有提供；请用用户名、密码和动态口令登录"
        if why:
            self._log(username, "refused", username, address, agent)
            raise NotSignedIn(why)
        try:
            self._refuse_locked(username)
        except TooMany:
            self._log(username, "refused", username, address, agent)
            raise

    def _proved_again(self, flow: Any, proved: Proved, username: str, address: str) -> Session:
        """The session proved anew, when it is its own person who was asked just now."""
        found = self._read_session(flow.session_key)
        mine = found is not None and found.actor.username == username
        since = flow.created_at.timestamp() - LEEWAY_S
        if found is None or not mine or proved.auth_time is None or proved.auth_time < since:
            self._log(username, "step-up-refused", username, address, "")
            raise NotSignedIn("认证平台没有重新核验本人，请用密码或动态口令验证")
        with self._transaction() as db:
            db.execute(
                update(session)
                .where(session.c.token_hash == found.key, session.c.ended_at.is_(None))
                .values(proved_at=self._real())
            )
            self._write_log(db, username, "stepped-up", username, address)
        with self._lock:
            self._cache.pop(found.key, None)
        return found

    def _require_person(self, by: Actor, username: str) -> None:
        row = self._account(username)
        if row is None:
            raise NotFound(f"没有账号 {username}")
        self._require_reach(by, row.org)
        if row.role in ("wall", "runner"):
            raise Forbidden("大屏和演练程序没有本人，不能绑定统一身份")

