"""One refusal for everything that stands in an order's way, so that nothing is found out later."""

from __future__ import annotations

from data.domain.messages import IssueDispatch
from data.errors import CenterError, Conflict, FieldError, IllegalMove, Invalid, Overtaken, Stale
from data.services.holding import Asked, Row, short_lots, taken_teams
from data.services.overtaken import (
    change_words,
    changed_things,
    cut_ways,
    ended_incidents,
    idle_depots,
    unplannable_teams,
)
from data.services.tools import Tools
from data.store.unit_of_work import Unit

_ENDS, _CHANGED = {"closed"}, {"changed"}
_TAKEN, _UNFIT = {"taken", "short"}, {"unplannable", "idle"}


def refuse_overtaken(unit: Unit, command: IssueDispatch, asked: Asked, tools: Tools) -> None:
    """Refuse an order that cannot be given as it is, every reason named in one refusal.

    Raises
    ------
    Conflict
        Something is taken or short; as `Overtaken` where reasons of several kinds, or cut ways.
    IllegalMove, Stale, Invalid
        Nothing but closed incidents, changed things, or teams and depots that are not fit.
    """
    rows = ended_incidents(asked)
    rows += taken_teams(unit, asked, tools)
    rows += [_since(unit, command, asked, row) for row in short_lots(unit, asked, tools)]
    rows += _once(unplannable_teams(unit, asked, tools) + idle_depots(unit, asked, tools), rows)
    rows += _once(cut_ways(unit, asked, tools), rows)
    rows += changed_things(unit, command, asked, (row["id"] for row in rows))
    if rows:
        raise _refusal(rows)


def _since(unit: Unit, command: IssueDispatch, asked: Asked, row: Row) -> Row:
    """A short lot with what became of it since it was seen."""
    lot = asked.lot[row["id"]]
    version = command.seen.get(lot.id, lot.version)
    if version == lot.version:
        return row
    return row | {"message": f"{row['message']}；此后{change_words(unit, lot, version)}"}


def _once(more: list[Row], rows: list[Row]) -> list[Row]:
    """Rows of things that are not told already."""
    known = {row["id"] for row in rows}
    return [row for row in more if row["id"] not in known]


def _refusal(rows: list[Row]) -> CenterError:
    """The error that fits what was found."""
    kinds = {row["kind"] for row in rows}
    words = "；".join(f"{row['message']}，{row['remedy']}" for row in rows)
    if kinds <= _TAKEN:
        return Conflict("；".join(row["message"] for row in rows), holders=rows)
    if kinds == _ENDS:
        return IllegalMove(words, holders=rows)
    if kinds == _CHANGED:
        return Stale(words, holders=rows)
    if kinds <= _UNFIT:
        field = {"team": "assignments", "lot": "transfers"}
        errors: list[FieldError] = [
            {"field": field[r["thing"]], "message": r["message"], "remedy": r["remedy"]}
            for r in rows
        ]
        return Invalid(words, errors=errors, holders=rows)
    return Overtaken(words, holders=rows)
