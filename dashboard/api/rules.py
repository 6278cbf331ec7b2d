"""The rule tables in force, and whether a newer one could not be read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer
from data.center import Center
from data.domain.rule_table import RuleTable
from data.errors import NotFound


class RulesBody(Body):
    """A table's text as a person would type it."""

    text: str
    expect_version: int | None = None


def build(center: Center) -> APIRouter:
    """The routes of the rule tables."""
    router = APIRouter(tags=["records"])

    @router.get("/rules")
    async def rules(request: Request) -> Response:
        """Every table: its file, since when, the fingerprint of its text, a newer one's fault."""
        found = await center.ask(center.rule_tables, actor_of(request))
        return answer({"items": [_plain(t) for t in found]})

    @router.get("/rules/{name}")
    async def one(request: Request, name: str) -> Response:
        """A table with its text and the version to send back."""
        found = await center.ask(center.rule_tables, actor_of(request))
        table = next((t for t in found if t.name == name), None)
        if table is None:
            raise NotFound(f"没有规则表“{name}”")
        return answer({**_plain(table), "text": table.text, "version": table.version})

    @router.post("/rules/{name}")
    async def save(request: Request, name: str, body: RulesBody) -> Response:
        """Keep a table's text, which counts from now on; an empty one gives the file's back."""
        key = request.headers.get("idempotency-key")
        table = await center.ask(
            center.save_rules, actor_of(request), name, body.text, body.expect_version, key
        )
        return answer({**_plain(table), "version": table.version})

    return router


def _plain(table: RuleTable) -> dict[str, object]:
    return {
        "name": table.name, "title": table.title, "file": table.path,
        "own": table.own, "read_at": table.read_at, "sha256": table.digest,
        "fault": table.fault,
    }  # fmt: skip
