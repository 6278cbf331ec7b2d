"""The auditor's searches over journal and sign-in log, over HTTP and as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api.common import MOST, actor_of, answer, moment
from data.center import Center
from data.domain.auditing import OUTCOMES, RESULTS, AuditFilter
from data.domain.clock import SHANGHAI
from data.domain.org import ROLE_WORDS, Actor
from data.domain.whole_number import whole
from data.errors import Invalid
from data.ingest.templates import write_rows

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WORDS = {"journal": "值班记录", "log": "登录记录"}
HEADS = {
    "journal": ("编号", "时间", "记入时间", "席位", "角色", "单位", "命令", "事件", "辖区", "授权",
                "内容", "哈希"),
    "log": ("编号", "时间", "账号", "姓名", "角色", "单位", "结果", "经办", "地址", "浏览器或说明",
            "哈希"),
}  # fmt: skip


def build(center: Center) -> APIRouter:
    """The router of the audit."""
    router = APIRouter(tags=["audit"], prefix="/audit")

    @router.get("/state")
    async def state(request: Request) -> Response:
        """When the chains were last walked, the last signed head, and what lies in the archive."""
        return answer(await center.ask(center.audit_state, actor_of(request)))

    @router.get("/{book}.csv")
    async def table(request: Request, book: str) -> Response:
        """What fits as CSV, newest first; no cell is a formula."""
        return await _file(center, request, book, "csv")

    @router.get("/{book}.xlsx")
    async def sheet(request: Request, book: str) -> Response:
        """What fits as a workbook, newest first; no cell is a formula."""
        return await _file(center, request, book, "xlsx")

    @router.get("/{book}")
    async def page(request: Request, book: str, limit: int = 100) -> Response:
        """Lines of `journal` or `log`, newest first; `before` is the `next` of the page before."""
        wanted = filter_of(request.query_params)
        limit = max(1, min(limit, MOST))
        return answer(await center.ask(center.audit, actor_of(request), book, wanted, limit))

    return router


async def _file(center: Center, request: Request, book: str, kind: str) -> Response:
    wanted = filter_of(request.query_params)
    body = await center.ask(as_file, center, actor_of(request), book, wanted, kind)
    name = f"audit-{book}.{kind}"
    return Response(
        body, media_type=MEDIA[kind],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def as_file(center: Center, actor: Actor, book: str, wanted: AuditFilter, kind: str) -> bytes:
    """The lines that fit as the bytes of a file. Blocking.

    Raises
    ------
    Forbidden, NotFound
    """
    lines = center.audit_lines(actor, book, wanted)
    rows = [list(HEADS[book]), *told(center, book, lines)] if book in HEADS else list(lines)
    with TemporaryDirectory() as folder:
        return write_rows(rows, Path(folder) / f"audit.{kind}").read_bytes()


def told(
    center: Center, book: str, lines: Iterable[Mapping[str, Any]]
) -> Iterable[list[str]]:
    """Lines as rows of words."""
    for row in lines:
        org = center.areas.name(row["org"]) if row["org"] else ""
        role = ROLE_WORDS.get(row["role"], row["role"] or "")
        if book == "log":
            yield [
                str(row["id"]), stamp(row["at"]), row["username"], row["name"] or "", role, org,
                OUTCOMES.get(row["outcome"], row["outcome"]), row["by"], row["address"],
                row["agent"], row["hash"],
            ]  # fmt: skip
        else:
            area = center.areas.name(row["area"]) if row["area"] else ""
            yield [
                str(row["seq"]), stamp(row["at"]), stamp(row["recorded_at"]), row["actor"], role,
                org, row["command"], row["incident_id"] or "", area, row["authority"],
                row["summary"], row["hash"],
            ]  # fmt: skip


def stamp(at: datetime) -> str:
    """An instant in Beijing, to the second."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def filter_of(given: Mapping[str, str]) -> AuditFilter:
    """The search that a request asks for.

    Raises
    ------
    Invalid
    """
    before = given.get("before", "")
    if before and whole(before) is None:
        raise Invalid.field("before", f"“{before[:40]}”不是编号", "请填上一页给出的 next")
    result = given.get("result", "")
    if result and result not in RESULTS:
        raise Invalid.field("result", f"没有结果 {result[:40]}", f"可填：{'、'.join(RESULTS)}")
    return AuditFilter(
        person=given.get("person", "").strip()[:64], kind=given.get("kind", "").strip()[:64],
        area=given.get("area", "").strip()[:16], result=result,
        since=_instant("since", given.get("since")), until=_instant("until", given.get("until")),
        before=int(before) if before else None,
    )  # fmt: skip


def _instant(name: str, text: str | None) -> datetime | None:
    try:
        found = moment(text)
    except Invalid:
        found = 0
    if isinstance(found, int):
        raise Invalid.field(
            name, f"看不懂时刻“{(text or '')[:40]}”", "请填带时区的时间，如 2020-07-08T08:00+08:00"
        )
    return found
