"""Risk sources and sensors of another body, put together by the tables of the users' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from data.domain.sensor import Sensor
from data.domain.sharing import Connector
from data.domain.situation import Situation
from data.domain.source import RiskSource
from data.errors import Invalid
from data.ingest import columns as c
from data.ingest.watch_tables import WATCH_TABLES, assembled, device

_AS_IT_IS = (c.text, device)  # a device is named as the body's own readings name it
_PLACE = ("lon", "lat")  # moved to WGS 84 at the door


def parsed(target: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A record's values as the table of the target takes them.

    Raises
    ------
    Invalid
        Naming the field, as the import of a table does.
    """
    known = {column.field: column.parse for column in WATCH_TABLES[target].columns}
    found = dict(row)
    for name, value in row.items():
        if name in _PLACE or (parse := known.get(name, c.text)) in _AS_IT_IS:
            continue
        try:
            found[name] = parse(str(value))
        except c.Refusal as why:
            remedy = f"{why.remedy}；对方写法不同的，在映射文件的 codes 里逐个对应"
            raise Invalid.field(name, f"{name}“{str(value)[:40]}”：{why.reason}", remedy) from why
    return found


@dataclass(frozen=True)
class Making:
    """Makes the things of one push, over what is registered and what the body may name."""

    target: str
    connector: Connector
    held: Situation
    seen: Situation

    @cached_property
    def _sources(self) -> Mapping[str, str]:
        seen = self.seen.sources.values()
        return {s.name: s.id for s in seen} | {s.id: s.id for s in seen}

    @cached_property
    def _contingencies(self) -> Mapping[str, str]:
        seen = self.seen.contingencies.values()
        return {k.name: k.id for k in seen} | {k.id: k.id for k in seen}

    def thing(self, row: Mapping[str, Any]) -> RiskSource | Sensor:
        """What a record becomes, under an id of the connector's own.

        Raises
        ------
        Invalid
        """
        given = {
            **parsed(self.target, row), "id": self._own(row["id"]), "source": self.connector.body,
        }  # fmt: skip
        if self.target == "sources":
            if "contingency_id" in given:
                given["contingency_id"] = _named(
                    "应急预案", self._contingencies, given["contingency_id"]
                )
            return RiskSource(**assembled(RiskSource, given))
        held = self.held.sensors.get(given["id"])
        if "quantity" not in given:
            if held is None:
                remedy = "请在映射文件里写 quantity，如 {fixed: 水位}"
                raise Invalid.field("quantity", "新监测点没有写监测量", remedy)
            given["quantity"] = held.quantity
        if "source_id" in given:
            own = self._own(given["source_id"])
            given["source_id"] = (
                own if own in self.held.sources
                else _named("风险源", self._sources, given["source_id"])
            )  # fmt: skip
        return Sensor(**assembled(Sensor, given, held))

    def _own(self, key: str) -> str:
        return f"{self.connector.id}.{key}"[:64]


def _named(what: str, known: Mapping[str, str], said: str) -> str:
    """The id of something registered, said by id or by name."""
    if said not in known:
        raise Invalid.field(
            what, f"没有{what}“{said[:40]}”", f"请核对编号或名称，或先登记{what}再重取"
        )
    return known[said]
