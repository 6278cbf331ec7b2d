"""Basic lists and sources of last resort: what must be kept, and who could make or sell more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.domain.depot import Item
from data.domain.messages import stock as m
from data.domain.org import PROVINCE, Permission
from data.domain.stock import StockNorm, Supplier
from data.errors import Forbidden
from data.services import checks
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def _own(unit: Unit, tools: Tools, code: str | None) -> str:
    """An area of the actor's own, the province's when blank.

    Raises
    ------
    Invalid, Forbidden
    """
    (area,) = checks.known_areas(tools, [code or PROVINCE])
    if not tools.areas.covers(unit.actor.org, area):
        raise Forbidden(f"{tools.areas.name(area)} 不属本辖区，由其主管单位登记")
    return area


def set_norm(unit: Unit, command: m.SetNorm, tools: Tools) -> dict[str, Any]:
    """Set the least an area keeps of an item; zero ends the line.

    Raises
    ------
    Invalid, NotFound, Forbidden
    """
    unit.actor.require(Permission.IMPORT)
    area = _own(unit, tools, command.area_code or unit.actor.org)
    item = unit.get(Item, command.item_id)
    checks.amount(command.least, "least", "最低储备量")
    code = None if area == PROVINCE else area
    held = unit.find(StockNorm, area_code=code, item_id=item.id)
    norm = held[0] if held else StockNorm(
        id=unit.next_id("norm"), area_code=code, item_id=item.id
    )  # fmt: skip
    basis = checks.required(
        command.basis or norm.basis, "basis", "依据", "请写明文件依据；没有文件的写“假定”"
    )
    kept = unit.put(
        replace(
            norm, least=command.least, basis=basis, set_by=unit.actor.name, set_at=unit.now,
            ended=command.least == 0,
        )
    )  # fmt: skip
    unit.tell(
        f"储备清单：{tools.areas.name(area)} {item.name} 不少于 {command.least:g}{item.unit}",
        area=area,
    )
    return {"norm": kept}


def keep_supplier(unit: Unit, command: m.KeepSupplier, tools: Tools) -> dict[str, Any]:
    """Enter or correct a source of last resort.

    Raises
    ------
    Invalid, NotFound, Forbidden
    """
    unit.actor.require(Permission.SUPPLY)
    area = _own(unit, tools, command.area_code or unit.actor.org)
    name = checks.required(command.name, "name", "单位名称", "请填写企业或供应单位名称")
    source = checks.required(command.source, "source", "来源", "请写明数据来源；演练填“演练假定”")
    item = unit.get(Item, checks.required(command.item_id, "item_id", "物资品类", "请选择品类"))
    for field, label in (("per_day", "日产能"), ("stock", "成品库存"), ("lead_hours", "供货时间")):
        checks.amount(getattr(command, field), field, label)
    if command.supplier_id:
        held = unit.get(Supplier, command.supplier_id)
        _own(unit, tools, held.area_code)
    else:
        held = Supplier(id=unit.next_id("supplier"), area_code=area, item_id=item.id)
    kept = unit.put(
        replace(
            held, area_code=area, item_id=item.id, name=name, way=command.way,
            per_day=command.per_day, stock=command.stock, lead_hours=command.lead_hours,
            contact=command.contact.strip(), phone=command.phone.strip(), source=source,
            asked_at=unit.now, ended=command.ended,
        )
    )  # fmt: skip
    unit.tell(f"{command.way}登记：{name} {item.name}", area=area)
    return {"supplier": kept}
