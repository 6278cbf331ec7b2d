"""清单与产能: the least each level keeps, and who could make or sell more when stock runs out."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, ledger_parts, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.words import DASH
from data.center import Center
from data.domain.messages import stock as m
from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation

NAME = "sources"
NORM, SUPPLIER = "norm", "supplier"
NORM_FIELDS = ("item_id", "area_code", "least", "basis")
SUPPLIER_FIELDS = (
    "name", "item_id", "way", "per_day", "stock", "lead_hours", "contact", "phone", "source",
)  # fmt: skip
WAYS = ("产能", "采购", "协议代储")


class Ids(StrEnum):
    """The ids of this part."""

    NORMS = "sources-norms"
    SUPPLIERS = "sources-suppliers"
    NORM_FORM = "sources-norm-form"
    SUPPLIER_FORM = "sources-supplier-form"
    DONE = "sources-done"


def layout() -> list[Any]:
    """Both lists on the left, both forms on the right."""
    norm = html.Div(
        [
            ledger_parts.named(NORM, "item_id", "品类", ledger_parts.ITEMS),
            desk_fields.text(NORM, "area_code", "地区", "空白为本级；如：黄梅县"),
            desk_fields.digits(NORM, "least", "最低储备量", "0 为取消"),
            desk_fields.text(NORM, "basis", "依据", "文件名；没有文件写“假定”"),
        ],
        id=Ids.NORM_FORM, className="fields", **{"data-draft": NORM},
    )  # fmt: skip
    supplier = html.Div(
        [
            desk_fields.text(SUPPLIER, "name", "单位名称"),
            ledger_parts.named(SUPPLIER, "item_id", "品类", ledger_parts.ITEMS),
            desk_fields.choice(SUPPLIER, "way", "方式", {w: w for w in WAYS}, "产能"),
            desk_fields.digits(SUPPLIER, "per_day", "日产能"),
            desk_fields.digits(SUPPLIER, "stock", "成品库存"),
            desk_fields.digits(SUPPLIER, "lead_hours", "供货时间", "小时"),
            desk_fields.text(SUPPLIER, "contact", "联系人"),
            desk_fields.text(SUPPLIER, "phone", "电话"),
            desk_fields.text(SUPPLIER, "source", "来源", "演练填“演练假定”", wide=True),
        ],
        id=Ids.SUPPLIER_FORM, className="fields", **{"data-draft": SUPPLIER},
    )  # fmt: skip
    return [
        html.Div(
            [
                html.Div(
                    [html.H3("储备清单"), html.Div(id=Ids.NORMS, **{FLAT: ""}),
                     html.H3("产能与采购（最后手段）"), html.Div(id=Ids.SUPPLIERS, **{FLAT: ""})],
                    className="main rolls",
                ),
                html.Aside(
                    [
                        html.H3("登记清单"), norm,
                        html.Div(html.Button("保存清单", className="btn pri",
                                             **desk.acts(NAME, do="norm")), className="bar"),
                        html.H3("登记产能或采购"), supplier,
                        html.Div(html.Button("保存来源", className="btn pri",
                                             **desk.acts(NAME, do="supplier")), className="bar"),
                        desk.act_store(NAME),
                        dcc.Store(id=Ids.DONE),
                    ],
                    className="side",
                ),
            ],
            className="two",
        )
    ]  # fmt: skip


def norms_view(seen: Situation, areas: AreaTree) -> Any:
    """The lists in force."""
    held = sorted(
        (n for n in seen.norms.values() if not n.ended),
        key=lambda n: (n.area_code or "", n.item_id),
    )
    rows = []
    for n in held:
        item = seen.items.get(n.item_id)
        rows.append(
            (
                areas.name(n.area_code or PROVINCE), item.name if item else n.item_id,
                ledger_parts.quantity(n.least, item), n.basis, n.set_by,
            )
        )  # fmt: skip
    return admin_parts.table(
        ("地区", "品类", "最低储备量", "依据", "登记"), rows,
        "还没有储备清单；按级别登记后，低于清单即预警。",
    )  # fmt: skip


def suppliers_view(seen: Situation, areas: AreaTree) -> Any:
    """The sources of last resort; what is unknown is a dash."""
    rows = []
    for s in sorted(seen.suppliers.values(), key=lambda s: (s.item_id, s.id)):
        if s.ended:
            continue
        item = seen.items.get(s.item_id)
        figures = (s.per_day, s.stock, s.lead_hours)
        rows.append(
            (
                s.name, s.way, item.name if item else s.item_id, areas.name(s.area_code),
                *(DASH if f is None else f"{f:g}" for f in figures),
                f"{s.contact} {s.phone}".strip() or DASH, s.source,
            )
        )  # fmt: skip
    heads = ("单位", "方式", "品类", "地区", "日产能", "成品", "供货小时", "联系", "来源")
    return admin_parts.table(heads, rows, "还没有登记产能和采购来源；未知的数字留空。")


def command_of(center: Center, seen: Situation, do: str, said: dict[str, str]) -> Any:
    """The command of a form.

    Raises
    ------
    Invalid
    """
    item = ledger_parts.item_of(seen, said["item_id"])
    if do == "norm":
        area = admin_parts.area_of(center.areas, said["area_code"]) if said["area_code"] else None
        return m.SetNorm(
            item_id=item, least=ledger_parts.amount(said["least"], "least"), area_code=area,
            basis=said["basis"],
        )  # fmt: skip
    same = (s for s in seen.suppliers.values() if (s.name, s.item_id) == (said["name"], item))
    held = next(same, None)
    return m.KeepSupplier(
        supplier_id=held.id if held else None, name=said["name"], item_id=item,
        area_code=held.area_code if held else None, way=said["way"] or "产能",  # type: ignore[arg-type]
        contact=said["contact"], phone=said["phone"], source=said["source"],
        **{k: ledger_parts.maybe(said[k], k) for k in ("per_day", "stock", "lead_hours")},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw at every change; carry the forms out."""

    @app.callback(
        Output(Ids.NORMS, FLAT), Output(Ids.SUPPLIERS, FLAT), Input(Live.REVISION, "data")
    )
    async def redraw(_revision: Any) -> Any:
        seen = await desk.see(center)
        return flat(norms_view(seen, center.areas)), flat(suppliers_view(seen, center.areas))

    @app.callback(
        Output(Ids.DONE, "data"),
        Input(desk.act_id(NAME), "data"),
        [State(desk_fields.field_id(NORM, name), "value") for name in NORM_FIELDS],
        [State(desk_fields.field_id(SUPPLIER, name), "value") for name in SUPPLIER_FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, norm: list[Any], supplier: list[Any]) -> Any:
        if not asked:
            return no_update
        is_norm = asked["do"] == "norm"
        form, fields = (NORM, NORM_FIELDS) if is_norm else (SUPPLIER, SUPPLIER_FIELDS)
        typed = norm if is_norm else supplier
        said = {k: str(v or "").strip() for k, v in zip(fields, typed, strict=True)}
        seen = await desk.see(center)
        answer = await ledger_parts.carried(
            center, form, fields, lambda: command_of(center, seen, asked["do"], said), asked["n"]
        )
        if answer is not None:
            desk_fields.fill(
                form, {**dict.fromkeys(fields, ""), **({} if is_norm else {"way": "产能"})}
            )
            desk_fields.drop(form, Ids.NORM_FORM if is_norm else Ids.SUPPLIER_FORM, asked["n"])
            toasts.say("已登记")
        return no_update
