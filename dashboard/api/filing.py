"""Information reports over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body, CasualtiesBody
from dashboard.api.common import actor_of, answer, carry, page
from dashboard.documents.filing_paper import filing_paper
from dashboard.documents.writing import written
from data.center import Center
from data.domain.filing import Filing, changed_figures, conflicts, difference
from data.domain.incident import Casualties
from data.domain.messages import filing as m
from data.domain.situation import Situation
from data.errors import NotFound


class DraftBody(Body):
    """Which kind of report to begin."""

    kind: Literal["首报", "续报", "终报", "核报"] = "续报"


class SaveBody(Body):
    """What was typed; what is left out stays."""

    title: str | None = Field(None, max_length=200)
    progress: str | None = Field(None, max_length=60)
    items: dict[str, str] | None = None
    casualties: CasualtiesBody | None = None
    loss_wan_yuan: float | None = None
    clear_loss: bool = False
    expect_version: int | None = None


class WordsBody(Body):
    """A few words."""

    words: str = ""


class JudgeBody(Body):
    """`pass` it on, or `return` it with words."""

    verdict: Literal["pass", "return"]
    words: str = ""


class SendBody(Body):
    """To whom (codes or names; the level above when left out); `early` why before a signature."""

    to: list[str] = Field(default_factory=list, max_length=20)
    early: str = ""


class TakeBody(Body):
    """Which addressee has it; by hand with who said so, how and when."""

    to: str
    taken_by: str = ""
    way: str = ""
    taken_at: AwareDatetime | None = None


class ReasonBody(Body):
    """Why."""

    reason: str


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["filings"])
    _reading(router, center)
    _writing(router, center)
    return router


def _reading(router: APIRouter, center: Center) -> None:
    @router.get("/filings")
    async def filings(
        request: Request, incident: str | None = None, state: str | None = None,
        org: str | None = None, limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Reports, the newest first; also those received from below."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            f
            for f in seen.filings.values()
            if incident in {None, f.incident_id} and state in {None, f.state.value}
            and org in {None, f.org}
        ]  # fmt: skip
        held.sort(key=lambda f: f.id, reverse=True)
        return answer(page([view(seen, f) for f in held], limit, offset))

    @router.get("/filings/{filing_id}")
    async def filing(request: Request, filing_id: str) -> Response:
        """One report with its figures against the one before."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer(view(seen, found(seen, filing_id)))

    @router.get("/filings/{filing_id}/document")
    async def document(request: Request, filing_id: str, format: str = "docx") -> Response:  # noqa: A002
        """The report as docx, pdf, txt or html."""
        actor = actor_of(request)

        def make() -> tuple[bytes, dict[str, str]]:
            seen = center.queries.situation(actor)
            paper = filing_paper(seen, center.areas, found(seen, filing_id))
            return written(paper, format)

        content, headers = await center.ask(make)
        return Response(content, headers=headers)

    @router.get("/incidents/{incident_id}/figures")
    async def figures(request: Request, incident_id: str) -> Response:
        """Casualty figures of which sources say different things, side by side."""
        actor = actor_of(request)
        seen, _ = await center.ask(center.queries.incident, actor, incident_id, None)
        return answer({"conflicts": conflicts(seen.reports_of(incident_id))})


def _writing(router: APIRouter, center: Center) -> None:
    @router.post("/incidents/{incident_id}/filings", status_code=201)
    async def draft(request: Request, incident_id: str, body: DraftBody) -> Response:
        """Begin a report."""
        command = m.DraftFiling(incident_id=incident_id, kind=body.kind)
        return await carry(request, center, command, 201)

    @router.patch("/filings/{filing_id}")
    async def save(request: Request, filing_id: str, body: SaveBody) -> Response:
        """Keep a draft."""
        fields = body.model_dump()
        people = fields.pop("casualties")
        command = m.SaveFiling(
            filing_id=filing_id, casualties=None if people is None else Casualties(**people),
            **fields,
        )  # fmt: skip
        return await carry(request, center, command)

    @router.post("/filings/{filing_id}/submit")
    async def submit(request: Request, filing_id: str, body: WordsBody) -> Response:
        """Hand a draft to the reviewer."""
        command = m.SubmitFiling(filing_id=filing_id, words=body.words)
        return await carry(request, center, command)

    @router.post("/filings/{filing_id}/judge")
    async def judge(request: Request, filing_id: str, body: JudgeBody) -> Response:
        """Review or sign."""
        command = m.JudgeFiling(filing_id=filing_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/filings/{filing_id}/send")
    async def send(request: Request, filing_id: str, body: SendBody) -> Response:
        """Report upward."""
        command = m.SendFiling(filing_id=filing_id, to=tuple(body.to), early=body.early)
        return await carry(request, center, command)

    @router.post("/filings/{filing_id}/acknowledge")
    async def take(request: Request, filing_id: str, body: TakeBody) -> Response:
        """An addressee has it."""
        return await carry(request, center, m.TakeFiling(filing_id=filing_id, **body.model_dump()))

    @router.post("/filings/{filing_id}/withdraw")
    async def withdraw(request: Request, filing_id: str, body: ReasonBody) -> Response:
        """Give up a report that was not sent."""
        command = m.WithdrawFiling(filing_id=filing_id, reason=body.reason)
        return await carry(request, center, command)


def found(seen: Situation, filing_id: str) -> Filing:
    """A report by id.

    Raises
    ------
    NotFound
    """
    if filing_id not in seen.filings:
        raise NotFound(f"没有信息报告 {filing_id}，或不在本辖区")
    return seen.filings[filing_id]


def view(seen: Situation, held: Filing) -> dict[str, Any]:
    """A report with its number in words and what became of the figures."""
    before = seen.filings.get(held.before or "")
    was = before.casualties if before else Casualties()
    names = type(held).__dataclass_fields__
    return {
        **{name: getattr(held, name) for name in names}, "name": held.name, "open": held.open,
        "difference": difference(was, held.casualties) if before else "",
        "changes": [
            {"figure": f, "before": b, "now": n}
            for f, b, n in (changed_figures(was, held.casualties) if before else ())
        ],
    }  # fmt: skip
