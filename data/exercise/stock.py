"""The exercise's stock: which items every kind of depot holds, all 演练假定."""

from __future__ import annotations

from collections.abc import Sequence

FACT = "品类见物资目录（实录），库存为演练假定"
MORE = "演练假定（品类与库存）"

# name, unit, GB/T 38565 class, scene, tonnes each, amounts at the three tiers, where from
ITEMS: tuple[tuple[str, str, str, str, float, tuple[int, int, int], str], ...] = (
    ("救灾帐篷(12㎡单)", "顶", "1", "安置", 0.06, (3000, 400, 120), FACT),
    ("救灾帐篷(20㎡)", "顶", "1", "安置", 0.09, (600, 80, 0), FACT),
    ("棉被", "床", "1", "安置", 0.003, (20000, 3000, 800), FACT),
    ("毛毯", "床(张)", "1", "安置", 0.002, (10000, 1500, 400), FACT),
    ("家庭应急包", "个", "1", "安置", 0.005, (3000, 400, 100), FACT),
    ("折叠床", "张", "1", "安置", 0.008, (12000, 1500, 400), FACT),
    ("空调被/夏凉被", "床", "1", "安置", 0.002, (6000, 1000, 0), FACT),
    ("折叠桌凳", "套", "1", "安置", 0.02, (10000, 500, 0), FACT),
    ("防寒服", "件", "1", "安置", 0.002, (30000, 0, 0), FACT),
    ("褥子(床垫)", "床", "1", "安置", 0.003, (10000, 0, 0), FACT),
    ("毛巾被/T恤/单衣", "件(床)", "1", "安置", 0.001, (8000, 1200, 0), FACT),
    ("编织袋", "条", "3", "防汛", 0.0001, (400000, 80000, 30000), FACT),
    ("彩条布", "平方米", "3", "防汛", 0.0001, (0, 10000, 4000), FACT),
    ("土工布", "平方米", "3", "防汛", 0.0003, (0, 6000, 2000), FACT),
    ("复膜编织布", "平方米", "3", "防汛", 0.0002, (100000, 0, 0), FACT),
    ("铅丝网片", "片", "3", "防汛", 0.02, (2000, 200, 0), FACT),
    ("钢丝网兜", "个", "3", "防汛", 0.01, (2000, 200, 60), FACT),
    ("砂石料", "立方米", "3", "防汛", 1.6, (0, 3000, 800), FACT),
    ("块石", "立方米", "3", "防汛", 1.8, (0, 3000, 800), FACT),
    ("冲锋舟", "艘", "2", "水域救援", 0.3, (20, 6, 2), FACT),
    ("橡皮艇", "艘", "2", "水域救援", 0.1, (20, 6, 2), FACT),
    ("救生衣", "件", "2", "水域救援", 0.001, (5000, 800, 200), FACT),
    ("水域救援衣", "套", "2", "水域救援", 0.004, (300, 40, 0), FACT),
    ("救生抛投器", "套", "2", "水域救援", 0.01, (28, 6, 0), FACT),
    ("大流量排水泵(车)/龙吸水", "台", "2", "排涝", 12.0, (4, 2, 0), FACT),
    ("发电机组", "台", "2", "保障", 0.4, (60, 12, 4), FACT),
    ("应急照明设备", "套", "2", "保障", 0.1, (80, 16, 6), FACT),
    ("防汛土工滤垫", "块", "3", "防汛", 0.02, (600, 80, 0), FACT),
    ("便携式打桩机", "台", "2", "防汛", 0.06, (6, 2, 0), FACT),
    ("正压式空气呼吸器", "具", "2", "危化", 0.015, (120, 20, 0), FACT),
    ("重型/轻型防化服", "套", "2", "危化", 0.01, (183, 12, 0), FACT),
    ("泡沫灭火剂(泡沫液)", "吨", "2", "危化/火灾", 1.0, (60, 10, 0), FACT),
    ("风力灭火机", "台", "2", "森林火灾", 0.01, (200, 30, 10), FACT),
    ("生命探测仪", "台", "2", "搜救", 0.02, (12, 2, 0), FACT),
    ("卫星便携站", "套", "2", "通信", 0.05, (5, 1, 0), FACT),
    ("无人机", "架", "2", "侦察", 0.01, (17, 2, 0), FACT),
    ("瓶装饮用水", "箱", "1", "安置", 0.009, (20000, 3000, 800), MORE),
    ("方便食品", "箱", "1", "安置", 0.005, (10000, 2000, 500), MORE),
    ("移动厕所", "座", "1", "安置", 0.2, (60, 8, 0), MORE),
    ("急救药品包", "套", "1", "医疗", 0.01, (600, 100, 30), MORE),
    ("消杀药品", "千克", "1", "防疫", 0.001, (5000, 800, 0), MORE),
    ("液压破拆工具组", "套", "2", "搜救", 0.15, (20, 4, 1), MORE),
    ("救生绳索", "盘", "2", "搜救", 0.01, (200, 40, 12), MORE),
    ("铁锹", "把", "2", "防汛", 0.002, (10000, 2000, 800), MORE),
    ("活性炭", "吨", "3", "危化", 1.0, (80, 6, 0), MORE),
    ("围油栏", "米", "3", "危化", 0.003, (2000, 300, 0), MORE),
)
# what an overlaid public-health emergency asks for; numbered after the lots of all above
PROTECTIVE: tuple[tuple[str, str, str, str, float, tuple[int, int, int], str], ...] = (
    ("医用口罩", "只", "2", "防疫", 0.000005, (200000, 20000, 5000), MORE),
    ("医用防护服", "套", "2", "防疫", 0.0003, (5000, 600, 100), MORE),
    ("医用手套", "双", "2", "防疫", 0.00002, (200000, 20000, 5000), MORE),
    ("测温仪", "台", "2", "防疫", 0.0003, (200, 40, 10), MORE),
)

PERISHABLE = {
    "瓶装饮用水": "2021-05-31", "方便食品": "2020-12-31", "急救药品包": "2021-03-31",
    "消杀药品": "2021-06-30", "泡沫灭火剂(泡沫液)": "2022-06-30",
    "医用口罩": "2021-12-31", "医用防护服": "2021-12-31", "医用手套": "2021-12-31",
}  # fmt: skip

# real depots in use, with the tier of stock assumed for them in the exercise
REAL_DEPOTS: tuple[tuple[str, str], ...] = (
    ("D01", "省级"), ("D02", "市级"), ("D03", "市级"), ("D04", "市级"), ("D05", "市级"),
    ("D06", "市级"), ("D07", "市级"), ("D08", "市级"), ("D10", "市级"), ("D11", "市级"),
    ("D12", "市级"),
)  # fmt: skip
TIERS = {"省级": 0, "市级": 1, "县级": 2}
EVERYWHERE = {"编织袋", "救生衣", "冲锋舟", "棉被", "应急照明设备"}
# relief depots hold no flood stores and the flood store no quilts
RELIEF = {"D01", "D02", "D03", "D04", "D05", "D06", "D07", "D11", "D12"}
FLOOD = {"D08"}
# what the flood store was seen to hold (m.wuhan.com/life/46048, 2020-05)
SEEN = {("D08", "编织袋"): 423800, ("D08", "彩条布"): 59800, ("D08", "土工布"): 16800,
        ("D08", "冲锋舟"): 8}  # fmt: skip
# the finished goods in the one depot of an enterprise, and who could make or sell more
ENTERPRISE = {"医用口罩": 80000, "医用防护服": 2000, "医用手套": 60000}
# name, area, item, way, units a day, finished units, hours to the first delivery
SUPPLIERS: tuple[tuple[str, str, str, str, int | None, int | None, float | None], ...] = (
    ("演练甲防护用品厂（虚构）", "429004", "医用口罩", "产能", 500000, 80000, 12.0),
    ("演练甲防护用品厂（虚构）", "429004", "医用防护服", "产能", 3000, 2000, 24.0),
    ("演练乙包装厂（虚构）", "421100", "编织袋", "产能", 60000, 100000, 8.0),
    ("演练丙被服厂（虚构）", "420600", "棉被", "产能", 2000, 5000, 24.0),
    ("演练丁商贸公司（虚构）", "420100", "瓶装饮用水", "采购", None, 20000, 6.0),
    ("演练戊商贸公司（虚构）", "421100", "方便食品", "协议代储", None, 8000, 4.0),
)


def item_rows() -> list[dict[str, object]]:
    """The catalogue, a row an item."""
    return [
        {
            "id": f"EX-IT-{number:02d}", "name": name, "unit": unit, "major": major,
            "scenario": scenario, "weight_t": tonnes, "source": source,
        }
        for number, (name, unit, major, scenario, tonnes, _, source) in enumerate(
            (*ITEMS, *PROTECTIVE), start=1
        )
    ]  # fmt: skip


def supplier_rows() -> list[dict[str, object]]:
    """The sources of last resort; what nobody knows stays blank."""
    return [
        {
            "id": f"EX-SU-{number:02d}", "name": name, "area_code": area, "item": item, "way": way,
            "per_day": per_day or "", "stock": held or "", "lead_hours": lead or "",
            "source": "演练假定：企业、产能、库存、时限均为虚构",
        }
        for number, (name, area, item, way, per_day, held, lead) in enumerate(SUPPLIERS, start=1)
    ]  # fmt: skip


def _holds(depot: str, scenario: str) -> bool:
    """Whether a depot's kind stores things of a scene."""
    if depot in RELIEF:
        return scenario not in {"防汛", "水域救援", "排涝", "森林火灾"}
    if depot in FLOOD:
        return scenario in {"防汛", "水域救援", "排涝", "保障"}
    return True


def lot_rows(exercise_depots: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
    """The lots of every depot: on hand, the reserve kept back, a batch and an expiry for some."""
    rows: list[dict[str, object]] = []
    for items in (ITEMS, PROTECTIVE):
        for place, (depot, tier) in enumerate((*REAL_DEPOTS, *exercise_depots)):
            for number, (name, _, _, scenario, _, amounts, _) in enumerate(items, start=1):
                held = _held(place, number, depot, tier, name, scenario, amounts)
                if held:
                    seen = (depot, name) in SEEN
                    rows.append(_lot(len(rows) + 1, depot, name, held, seen=seen))
    return rows


def _held(
    place: int, number: int, depot: str, tier: str, name: str, scenario: str,
    amounts: tuple[int, int, int],
) -> int:  # fmt: skip
    """What a depot has of an item.

    A tier's depots are not alike: from 70 % to 130 % of the usual, in a fixed order.
    """
    if tier not in TIERS:
        return ENTERPRISE.get(name, 0)
    stocked = _holds(depot, scenario) and (
        tier == "省级" or name in EVERYWHERE or (place * 7 + number * 3) % 5 < 3  # noqa: PLR2004
    )
    usual = amounts[TIERS[tier]] if stocked else 0
    seen = SEEN.get((depot, name))
    return seen or round(usual * (0.7 + 0.1 * ((place * 5 + number * 3) % 7)))


def _lot(number: int, depot: str, item: str, held: int, *, seen: bool) -> dict[str, object]:
    """One lot, a fifth kept back."""
    base = "演练假定：库存、保底数均为假定"
    return {
        "id": f"EX-L-{number:04d}", "depot_id": depot, "item": item, "on_hand": held,
        "keep": held // 5, "batch": "2020-A", "expires": PERISHABLE.get(item, ""),
        "assumption": "演练假定：保底数为假定；在库数见 2020-05 报道" if seen else base,
        "source": "m.wuhan.com/life/46048" if seen else "",
    }  # fmt: skip
