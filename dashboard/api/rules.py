"""The rule tables in force, and whether a newer one could not be read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, answer
from data.center import Center
from data.domain.rule_table import RuleTable


def build(center: Center) -> APIRouter:
    """The routes of the rule tables."""
    router = APIRouter(tags=["records"])

    @router.get("/rules")
    async def rules(request: Request) -> Response:
        """Every table: its file, since when, the fingerprint of its text, a newer one's fault."""
        found = await center.ask(center.rule_tables, actor_of(request))
        return answer({"items": [_plain(t) for t in found]})

    return router


def _plain(table: RuleTable) -> dict[str, object]:
    return {
        "name": table.name, "title": table.title, "file": table.path,
        "own": table.own, "read_at": table.read_at, "sha256": table.digest,
        "fault": table.fault,
    }  # fmt: skip
