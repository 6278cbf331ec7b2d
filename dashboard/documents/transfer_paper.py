"""The 物资调拨单: what goes from which depot to whom, on whose authority, and what became of it."""

from __future__ import annotations

from dashboard.documents.duty_papers import mark, stamp
from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper
from data.domain.dispatch import Transfer
from data.domain.item_classes import class_words
from data.domain.org import AreaTree
from data.domain.situation import Situation


def transfer_paper(seen: Situation, areas: AreaTree, transfer: Transfer) -> Paper:
    """One transfer as a paper; what is unknown stays blank to be filled in by hand."""
    depot, item = seen.depots.get(transfer.depot_id), seen.items.get(transfer.item_id)
    lot, order = seen.lots.get(transfer.lot_id), seen.dispatches.get(transfer.dispatch_id)
    incident = seen.incidents.get(transfer.incident_id)
    unit = item.unit if item else ""
    authority = order.authorised_by if order else None
    way = transfer.carriage
    said = (authority.name, authority.post, authority.way) if authority else ()
    rows = (
        ("调出储备库", depot.name if depot else transfer.depot_id),
        ("调往", f"{incident.name}（{incident.place}）" if incident else ""),
        ("品名", item.name if item else transfer.item_id),
        ("分类代码", class_words(item) if item else ""),
        ("批次", " ".join(filter(None, (transfer.lot_id, (lot.batch or "") if lot else "")))),
        ("有效期", (lot.expires or "") if lot else ""),
        ("应发数量", f"{transfer.amount:g}{unit}"),
        ("调派令", order.number if order else ""),
        ("授权", " ".join(filter(None, said))),
        ("预计到达", stamp(transfer.eta)),
        ("状态", transfer.state.word),
    )
    carried = (
        ("车辆", way.vehicle if way else ""), ("车牌", way.plate if way else ""),
        ("驾驶员", way.driver if way else ""), ("电话", way.phone if way else ""),
        ("路线", way.route if way else ""),
    )  # fmt: skip
    got = transfer.received
    signed = (
        ("实收数量", "" if got is None else f"{got:g}{unit}"),
        ("差异", "" if got is None else f"{transfer.amount - got:g}{unit}"),
        ("差异原因", transfer.difference_reason), ("签收人", transfer.received_by),
        ("签收时间", stamp(transfer.times.get("received"))),
        ("消耗", f"{transfer.used:g}{unit}" if transfer.used else ""),
        ("退回", f"{transfer.returned:g}{unit}" if transfer.returned else ""),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (
        Heading(text="一、调拨内容"), Pairs(rows=rows),
        Heading(text="二、运输"), Pairs(rows=carried),
        Heading(text="三、签收与核销"), Pairs(rows=signed),
        Heading(text="四、办理记录"),
        Grid(
            heads=("时间", "环节", "经办", "说明"), widths=(2.4, 1.6, 1.8, 4.2),
            rows=tuple((stamp(s.at), s.what, s.by, s.words) for s in transfer.steps),
        ),
    )  # fmt: skip
    return Paper(
        title="应急物资调拨单", number=transfer.id, mark=mark(seen), blocks=blocks,
        issuer=f"{areas.name(transfer.org)}应急指挥中心" if transfer.org else "",
        date=stamp(seen.at),
        foot=("发货人（签字）：", "承运人（签字）：", "收货人（签字）："),
    )  # fmt: skip
