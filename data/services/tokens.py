"""Bearer tokens of programs: made, listed with their last use, taken back; some for one body."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from data.domain.org import PROVINCE, ROLE_PERMISSIONS, Actor, Permission, grantable
from data.errors import Forbidden, Invalid, NotFound
from data.services.passes import Passes
from data.services.proving import require_proof
from data.services.sessions import NODE_SCOPE, hash_of
from data.store.accounts_schema import token

# A program with one of these acts as its maker would: the maker's proof stands for the token's.
WEIGHTY = frozenset({Permission.DISPATCH, Permission.GRADE, Permission.WARN, Permission.SIGN})
ID_CHARS = 12  # of the hash: names a token without being of use to anybody


class Tokens(Passes):
    """Sessions, phones, and the tokens programs and other bodies come with."""

    def make_token(
        self, by: Actor, label: str, permissions: list[str], org: str = "", days: int = 365
    ) -> str:
        """A program's secret that can do no more, and no further, than its maker.

        Who manages accounts may also let machines report readings and positions: no person's
        role holds the former, and neither acts on an incident.

        Raises
        ------
        Forbidden, Invalid, StepUpNeeded
        """
        unknown = [p for p in permissions if p not in set(Permission)]
        if unknown or not permissions:
            raise Invalid.field(
                "permissions", f"权限无效：{'、'.join(unknown) or '未填写'}",
                f"可选：{'、'.join(sorted(by.permissions))}",
            )  # fmt: skip
        wanted = frozenset(Permission(p) for p in permissions)
        if not wanted <= grantable(by.permissions):
            raise Forbidden("令牌的权限不能超出本账号的权限，请减少权限后重试")
        org = org or by.org
        self._check_org(by, org)
        if wanted & WEIGHTY:
            require_proof(by, "生成可下达、定级、发布的令牌")
        return self._keep_token(by.username, label, wanted, org, days)

    def make_share_token(self, by: Actor, connector_id: str, label: str, days: int = 365) -> str:
        """A secret that may push to one connector and do nothing else; the older one ends.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.SHARE)
        self._revoke(by, token.c.scope == connector_id)
        return self._keep_token(
            by.username, label, frozenset(), by.org, days, scope=connector_id
        )  # fmt: skip

    def make_node_token(self, by: Actor, name: str, org: str, days: int = 3650) -> str:
        """The secret of a county's own machine, for its area and the nodes' addresses alone.

        Raises
        ------
        Forbidden, StepUpNeeded
        """
        by.require(Permission.ACCOUNTS)
        require_proof(by, "登记县级节点")
        wanted = frozenset({Permission.READ, Permission.NODE})
        return self._keep_token(
            by.username, f"节点 {name}", wanted, org, days, scope=NODE_SCOPE + name
        )  # fmt: skip

    def revoke_node_token(self, by: Actor, name: str) -> None:
        """Take a county machine's token back.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.ACCOUNTS)
        self._revoke(by, token.c.scope == NODE_SCOPE + name)

    def runner_token(self) -> str:
        """A fresh token for the exercise's own field, good for a year.

        Raises
        ------
        NotFound
            There is no runner account in a real center.
        """
        if self._account("runner") is None:
            raise NotFound("没有演练账号：当前不是演练")
        return self._keep_token("runner", "演练", ROLE_PERMISSIONS["runner"], PROVINCE, 365)

    def tokens(self, by: Actor) -> list[dict[str, Any]]:
        """Every token within reach, newest first, with its last use and without its secret.

        Raises
        ------
        Forbidden
        """
        _require_keeper(by)
        rows = self._rows(select(token).order_by(token.c.created_at.desc()))
        now = self._real()
        return [
            {
                **{k: v for k, v in row.items() if k != "token_hash"},
                "id": row["token_hash"][:ID_CHARS],
                "valid": row["revoked_at"] is None
                and (row["expires_at"] is None or now < row["expires_at"]),
            }
            for row in rows
            if self._areas is None or self._areas.covers(by.org, row["org"])
        ]

    def revoke_token(self, by: Actor, token_id: str) -> None:
        """Take a token back; it is let in no more within seconds.

        Raises
        ------
        Forbidden, NotFound
        """
        if token_id not in {row["id"] for row in self.tokens(by)}:
            raise NotFound("没有这个令牌，或不在本辖区")
        self._revoke(by, token.c.token_hash.startswith(token_id, autoescape=True))

    def revoke_share_token(self, by: Actor, connector_id: str) -> None:
        """Take back what a body pushes with.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.SHARE)
        self._revoke(by, token.c.scope == connector_id)

    # ------------------------------------------------------------ inside

    def _revoke(self, by: Actor, which: Any) -> None:
        with self._transaction() as db:
            gone = list(
                db.scalars(select(token.c.token_hash).where(which, token.c.revoked_at.is_(None)))
            )
            for key in gone:
                db.execute(
                    update(token).where(token.c.token_hash == key).values(revoked_at=self._real())
                )
                self._write_log(db, by.username, "token-revoked", by.username)
        with self._lock:
            for key in gone:
                self._cache.pop(key, None)

    def _keep_token(
        self, username: str, label: str, wanted: frozenset[Permission], org: str, days: int,
        *, scope: str = "",
    ) -> str:  # fmt: skip
        secret = "hb_" + secrets.token_urlsafe(32)
        now = self._real()
        with self._transaction() as db:
            db.execute(
                insert(token).values(
                    token_hash=hash_of(secret), label=label or "程序", username=username, org=org,
                    permissions=" ".join(sorted(wanted)), created_at=now, scope=scope,
                    expires_at=now + timedelta(days=days),
                )
            )  # fmt: skip
            self._write_log(db, username, "token-made", username)
        return secret

    def _check_org(self, by: Actor, org: str) -> None:
        if self._areas is None:
            return
        if org not in self._areas.areas:
            raise Invalid.field("org", f"没有行政区划 {org}", "请填六位行政区划代码")
        self._require_reach(by, org)


def _require_keeper(by: Actor) -> None:
    """Who manages accounts, sharing or sign-ins sees what programs come with."""
    if not (by.may(Permission.SHARE) or by.may(Permission.SESSIONS)):
        by.require(Permission.ACCOUNTS)
