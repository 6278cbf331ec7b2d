"""The exercise's particular teams: dogs, mines, engineering, pumps, volunteers, signals, air."""

from __future__ import annotations

from dataclasses import dataclass

TF5 = "参照黄梅滑坡消防编成 120余人5只搜救犬（新华网 2020-07-09）"
TF8 = "参照消防站单次出动样例 12人2车（随州 2020-06-28）"
HANNAN = (113.8435, 30.26588, "汉南城区代机场位置（GeoNames），非停机坪坐标")
WUDANG = (110.907778, 32.591667, "十堰武当山机场（airportsdata ZHSY）")


@dataclass(frozen=True, kw_only=True)
class Given:
    """One team written down by hand; `provides` as `能力=数量;…`."""

    code: str
    name: str
    kind: str
    people: int
    provides: str
    basis: str
    force: str = ""
    vehicles: int | None = None
    boats: int | None = None
    ready: int = 15
    level: str = "省级"
    at: tuple[float, float, str] | None = None


def _signals(force: str, firm: str, seats: tuple[tuple[str, str], ...]) -> list[Given]:
    """The 通信保障 teams of one firm."""
    return [
        Given(
            code=code, name=f"{firm}{short}应急通信队", kind="通信保障", people=6,
            provides="通信保障=6", basis="通信企业应急通信队，人数为假定", force=force, vehicles=2,
            ready=20, level="企业",
        )
        for code, short in seats
    ]  # fmt: skip


_SEARCH = [
    Given(
        code="420100", name="武汉支队轻型地震搜救队", kind="搜救", people=40,
        provides="搜救=40;破拆=30", basis=TF5, force="HB-XF-01", vehicles=8, ready=20,
    ),
    Given(
        code="420100", name="武汉支队搜救犬分队", kind="搜救犬", people=6,
        provides="搜救犬=3;搜救=6", basis=f"{TF5}，5只中假定武汉3只", force="HB-XF-01", vehicles=2,
    ),
    Given(
        code="420200", name="黄石支队轻型地震搜救队", kind="搜救", people=30,
        provides="搜救=30;破拆=20", basis=TF5, force="HB-XF-02", vehicles=6, ready=20,
    ),
    Given(
        code="420200", name="黄石支队搜救犬分队", kind="搜救犬", people=4,
        provides="搜救犬=2;搜救=4", basis=f"{TF5}，5只中假定黄石2只", force="HB-XF-02", vehicles=1,
    ),
    Given(
        code="421100", name="黄冈支队地质救援编队", kind="搜救", people=50,
        provides="搜救=50;破拆=25;抢险救援=50", basis=TF5, force="HB-XF-10", vehicles=10,
    ),
    Given(
        code="420300", name="十堰支队搜救犬分队", kind="搜救犬", people=6,
        provides="搜救犬=2;搜救=6", basis="参照6·13编成 210人45车6只搜救犬（人民日报 2021-06）",
        force="HB-XF-03", vehicles=2,
    ),
    Given(
        code="420281", name="鄂东南矿山救援队破拆分队", kind="矿山救援", people=24,
        provides="破拆=24;搜救=24", basis="2020-07-08 调用属实，人数为假定", force="HB-PRO-01",
        vehicles=4, ready=30,
    ),
    Given(
        code="420281", name="鄂东南矿山救援队二分队", kind="矿山救援", people=12,
        provides="破拆=12;抢险救援=12", basis="2020-07-08 调用属实，人数为假定",
        force="HB-PRO-01", vehicles=2, ready=30,
    ),
    Given(
        code="420100", name="湖北机动队伍抢险一分队", kind="抢险救援", people=50,
        provides="抢险救援=50;搜救=30", basis="任务含地震地灾、抗洪；人数为假定", force="HB-NAT-01",
        vehicles=8, ready=30, level="国家",
    ),
    Given(
        code="421100", name="森林消防四大队抢险分队", kind="抢险救援", people=40,
        provides="抢险救援=40;灭火=40", basis="参照2019-09-13 97人出动，按分队40人假定",
        force="HB-NAT-02", vehicles=6, ready=30, level="国家",
    ),
]  # fmt: skip

_WORKS = [
    Given(
        code="420115", name="安能武汉首批抢险编队", kind="工程机械", people=40,
        provides="工程机械=12;抢险救援=40;冲锋舟=2",
        basis="参照首批出动 40人18台套（2021-07-21），其中可计工程机械12台为假定",
        force="HB-NAT-03", vehicles=18, boats=2, ready=45, level="国家",
    ),
    Given(
        code="420115", name="安能武汉第二梯队", kind="工程机械", people=60,
        provides="工程机械=17;抢险救援=60", basis="参照100人35台套（2024-07-06）减首批",
        force="HB-NAT-03", vehicles=17, ready=90, level="国家",
    ),
    Given(
        code="420100", name="国家排涝武汉基地抽排一队", kind="排涝", people=20,
        provides="排涝=15000", basis="10台合计3万m³/h（2024-07）为实数，分为两队、人数为假定",
        force="HB-NAT-06", vehicles=5, ready=40, level="国家",
    ),
    Given(
        code="420100", name="国家排涝武汉基地抽排二队", kind="排涝", people=20,
        provides="排涝=15000", basis="10台合计3万m³/h（2024-07）为实数，分为两队、人数为假定",
        force="HB-NAT-06", vehicles=5, ready=40, level="国家",
    ),
    *(
        Given(
            code="420100", name=f"{firm}抢险机械队", kind="工程机械", people=20,
            provides="工程机械=6;抢险救援=20", basis="2020-07-08 调用属实；驻地、台数、人数为假定",
            force=force, vehicles=8, ready=60, level="企业",
        )
        for force, firm in (
            ("HB-ENT-02", "中建三局"), ("HB-ENT-03", "中铁大桥局"),
            ("HB-ENT-04", "湖北工建"), ("HB-ENT-05", "中交二航局"),
        )
    ),
    *(
        Given(
            code=code, name=f"{short}公路抢险机械队", kind="工程机械", people=15,
            provides="工程机械=5;抢险救援=15", basis="交通系统抢险队，驻地、台数、人数为假定",
            vehicles=6, ready=30, level="市级",
        )
        for code, short in (
            ("421100", "黄冈"), ("420200", "黄石"), ("420500", "宜昌"), ("420600", "襄阳"),
            ("421000", "荆州"), ("422800", "恩施"), ("420300", "十堰"),
        )
    ),
    *(
        Given(
            code=code, name=f"{short}堤防抢险队", kind="抢险救援", people=60,
            provides="抢险救援=60", basis="水利系统防汛抢险队，人数为假定", vehicles=6, ready=20,
            level="县级",
        )
        for code, short in (
            ("421127", "黄梅"), ("421182", "武穴"), ("421083", "洪湖"), ("421088", "监利"),
            ("421126", "蕲春"), ("420222", "阳新"),
        )
    ),
    Given(
        code="420100", name="江北危化救援基地处置队", kind="危化处置", people=30,
        provides="危化处置=30;灭火=20", basis="11车、183套防护为2015年实数，人数为假定",
        force="HB-PRO-02", vehicles=11, ready=20,
    ),
    Given(
        code="420100", name="武钢应急救援队危化分队", kind="危化处置", people=20,
        provides="危化处置=20;破拆=10", basis="企业队名属实，人数为假定", force="HB-ENT-01",
        vehicles=4, ready=30, level="企业",
    ),
]  # fmt: skip

_WATER = [
    Given(
        code="421100", name="黄冈蓝天救援队水域分队", kind="水域救援", people=14,
        provides="水域救援=14;冲锋舟=3", basis="14人4车3冲锋舟为2023-08-02实数，驻地为假定",
        force="HB-SOC-01", vehicles=4, boats=3, ready=40, level="社会",
    ),
    Given(
        code="420100", name="武汉长江救援志愿队水域分队", kind="水域救援", people=11,
        provides="水域救援=11;冲锋舟=2", basis="11人2车2橡皮冲锋舟为2021-07-21实数，驻地为假定",
        force="HB-SOC-05", vehicles=2, boats=2, ready=40, level="社会",
    ),
    Given(
        code="420100", name="银河水下救援志愿队", kind="水域救援", people=8,
        provides="水域救援=8;冲锋舟=2", basis="8人2艇4套潜水设备为2021-07-21实数，驻地为假定",
        force="HB-SOC-06", boats=2, ready=40, level="社会",
    ),
    Given(
        code="420882", name="京山中志协水域分队", kind="水域救援", people=26,
        provides="水域救援=26;冲锋舟=2", basis="26人为2023-08实数，舟数为假定",
        force="HB-SOC-07", boats=2, ready=40, level="社会",
    ),
    *(
        Given(
            code=code, name=f"{short}蓝天救援队水域分队", kind="水域救援", people=12,
            provides="水域救援=12;冲锋舟=2", basis="参照黄冈蓝天 14人3冲锋舟（2023-08）",
            force=force, boats=2, ready=40, level="社会",
        )
        for code, short, force in (
            ("420600", "襄阳", "HB-SOC-02"), ("420500", "宜昌", "HB-SOC-03"),
            ("421000", "荆州", "HB-SOC-04"),
        )
    ),
    Given(
        code="420104", name="汉江湾水上消防站舟艇队", kind="水域救援", people=16,
        provides="水域救援=16;冲锋舟=3", basis="站名属实（2024-02），人数舟数为假定",
        force="HB-PRO-03", boats=3, level="市级",
    ),
    Given(
        code="420100", name="训保支队舟艇编队", kind="水域救援", people=36,
        provides="水域救援=36;冲锋舟=6",
        basis="参照湖北消防水域增援编成 365人23舟21艇（2021-07-21）",
        force="HB-XF-16", vehicles=7, boats=6, ready=25,
    ),
    Given(
        code="420100", name="训保支队排涝编队", kind="排涝", people=16, provides="排涝=3000",
        basis="参照湖北消防排涝增援编成 98人34车（2024-07）", force="HB-XF-16", vehicles=6,
        ready=25,
    ),
]  # fmt: skip

_SIGNALS_AND_DRONES = [
    *_signals("HB-ENT-07", "电信", (("420100", "武汉"), ("421100", "黄冈"), ("420500", "宜昌"))),
    *_signals("HB-ENT-08", "移动", (("420100", "武汉"), ("421000", "荆州"), ("422800", "恩施"))),
    *_signals("HB-ENT-09", "联通", (("420100", "武汉"), ("420600", "襄阳"))),
    *_signals("HB-ENT-10", "铁塔", (("420100", "武汉"), ("420200", "黄石"))),
    *(
        Given(
            code=code, name=f"{short}支队无人机侦察组", kind="无人机侦察", people=4,
            provides="无人机侦察=2", basis="参照湖北消防编成无人机17架（湖北日报 2021-07-21）",
            force=force, vehicles=1, ready=10, level="市级",
        )
        for code, short, force in (
            ("420100", "武汉", "HB-XF-01"), ("421100", "黄冈", "HB-XF-10"),
            ("420200", "黄石", "HB-XF-02"), ("420500", "宜昌", "HB-XF-04"),
            ("420600", "襄阳", "HB-XF-05"), ("421000", "荆州", "HB-XF-09"),
        )
    ),
]  # fmt: skip

_MEDICAL = [
    Given(
        code="420100", name="国家紧急医学救援队（湖北）", kind="医疗救护", people=40,
        provides="医疗救护=40", basis="省级医疗救援队，人数为假定", vehicles=10, ready=40,
    ),
    *(
        Given(
            code=code, name=f"{short}急救分队", kind="医疗救护", people=8, provides="医疗救护=8",
            basis="县级卫健医疗队，人数为假定", vehicles=2, ready=10, level="县级",
        )
        for code, short in (
            ("421127", "黄梅"), ("421126", "蕲春"), ("421182", "武穴"), ("420222", "阳新"),
            ("420281", "大冶"), ("421083", "洪湖"),
        )
    ),
]  # fmt: skip

_AIR = [
    *(
        Given(
            code="420113", name=f"汉南{model}直升机组", kind="航空救援", people=crew,
            provides=provides,
            basis="2架米-26、1架AS350 2019-07 驻汉南属实，此时仍驻勤、机组人数为假定",
            force="HB-AIR-03", ready=40, level="国家", at=HANNAN,
        )
        for model, crew, provides in (
            ("米-26 一号", 6, "航空救援=1"), ("AS350 ", 3, "航空救援=1;无人机侦察=1"),
        )
    ),
    Given(
        code="420381", name="武当山米-171直升机组", kind="航空救援", people=5,
        provides="航空救援=1", basis="1架米-171 2023-01 驻武当山属实，机组人数为假定",
        force="HB-AIR-01", ready=40, at=WUDANG,
    ),
]  # fmt: skip

TEAMS: list[Given] = [*_SEARCH, *_WORKS, *_WATER, *_SIGNALS_AND_DRONES, *_MEDICAL, *_AIR]
