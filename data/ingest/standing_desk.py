"""How the center's parts stand that may fail alone: solver, road times, doors, feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from data.allocation.pool import common_pool
from data.allocation.travel import TravelSource
from data.domain.delivery import CHANNEL_WORDS, DeliveryState
from data.domain.org import SYSTEM
from data.domain.part import PartState
from data.domain.steady import machine
from data.ingest.doors import Doors
from data.ingest.sharing import Sharing
from data.store.queries import Queries

FAILURES = 3  # polls in vain in a row before a body's feed counts as down
NAMED = 3  # bodies named in one line; the page has them all


@dataclass(frozen=True, kw_only=True)
class StandingDesk:
    """The part of the center that looks at its other parts; the call is blocking."""

    queries: Queries
    travel: TravelSource
    doors: Doors
    sharing: Sharing

    def parts(self) -> tuple[PartState, ...]:
        """Every part that this server has, those that are down told with the way round them."""
        clock = machine().part()
        doors = self._doors()
        return clock, self._solver(), self._roads(), *doors, self._feeds(), self._channels()

    def _solver(self) -> PartState:
        fault = common_pool().fault
        said = f"{fault}，正在自动恢复；其余照常，请手工选队下达指令" if fault else ""
        return PartState(name="solver", word="方案求解", up=not fault, said=said)

    def _roads(self) -> PartState:
        return PartState(
            name="roads", word="行车时间", up=not self.travel.fault, said=self.travel.describe()
        )

    def _doors(self) -> Iterator[PartState]:
        for door in self.doors.status():
            away = door["via"] == "mqtt" and not door["connected"]
            up = bool(door["open"]) and not away
            reason = door["error"] or ("消息服务器没有应答" if away else "没有打开")
            said = "" if up else f"{reason}；其他通道照收，设备端会重发，恢复后自动补收"
            name, word = door["via"] or "door", f"{door['word']} 接入"
            yield PartState(name=name, word=word, up=up, said=said)

    def _feeds(self) -> PartState:
        connectors = self.queries.situation(SYSTEM).connectors
        failing = [
            connectors[key] for key, shared in self.sharing.book.all().items()
            if key in connectors and connectors[key].running and shared.failures >= FAILURES
        ]  # fmt: skip
        named = "、".join(c.name for c in failing[:NAMED])
        more = f"等 {len(failing)} 家" if len(failing) > NAMED else ""
        said = f"{named}{more}连续取不到数据，页面保留上次收到的内容，正在重试" if failing else ""
        return PartState(name="feeds", word="部门数据", up=not failing, said=said)

    def _channels(self) -> PartState:
        """What waits to be sent again after a try in vain, by channel."""
        late = Counter(
            d.channel for d in self.queries.situation(SYSTEM).deliveries.values()
            if d.state == DeliveryState.WAITING and d.tries
        )  # fmt: skip
        told = "、".join(f"{CHANNEL_WORDS.get(c, c)} {n} 条" for c, n in sorted(late.items()))
        said = f"{told}未送出，正在重发；请先电话通知并登记签收" if late else ""
        return PartState(name="channels", word="预警发送", up=not late, said=said)
