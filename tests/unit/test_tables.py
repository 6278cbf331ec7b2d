"""Import of the users' own tables: honest files are read, hostile ones are refused."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from openpyxl import Workbook

from dashboard.commands.importing import summary
from dashboard.components.admin_import import view
from dashboard.components.flat import flat
from data.domain.depot import Depot, Lot
from data.domain.org import Actor, Area, AreaTree
from data.domain.situation import Situation
from data.domain.team import TeamState
from data.errors import Conflict, Forbidden, Invalid
from data.ingest import sheets
from data.ingest.coordinates import wgs84_to_gcj02
from data.ingest.exchange import described
from data.ingest.importing import run_import
from data.ingest.rule_book import rule_book
from data.ingest.tables import TABLES, Known, read_table, safe_cell
from data.ingest.templates import write_refused, write_template

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AREAS = AreaTree.of(
    Area(code=c, name=n, short_name=s, parent=p, is_prefecture=pre, is_county=cty)
    for c, n, s, p, pre, cty in (
        ("420000", "湖北省", "湖北", None, False, False),
        ("421100", "黄冈市", "黄冈", "420000", True, False),
        ("421127", "黄梅县", "黄梅", "421100", False, True),
        ("420102", "江岸区", "江岸", "420000", False, True),
    )
)
KNOWN = Known(
    areas=AREAS,
    unit_at=lambda *_: "421127",
    names={
        "depot_id": {"黄冈库": "DP-1", "DP-1": "DP-1"}, "item_id": {"帐篷": "IT-1", "IT-1": "IT-1"}
    },
)  # fmt: skip
HEAD = ["名称", "行政区划", "经度", "纬度", "坐标系", "人数", "搜救", "来源"]
GOOD = ["黄梅蓝天队", "黄梅县", "115.93", "30.08", "WGS84", "36", "36", "单位上报"]


def a_csv(tmp_path, rows, encoding="utf-8"):
    """A CSV file of rows."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path = tmp_path / "表.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def an_xlsx(tmp_path, rows):
    """An .xlsx file of rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "表.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_team_is_read_in_the_encodings_of_the_field(tmp_path, encoding):
    """UTF-8 with and without BOM and GB18030 give the same plannable team."""
    report = read_table(a_csv(tmp_path, [HEAD, GOOD], encoding), "teams", KNOWN)
    (team,) = report.rows
    assert (team.name, team.people, team.provides) == ("黄梅蓝天队", 36, {"搜救": 36.0})
    assert (team.area_code, team.state) == ("421127", TeamState.STANDBY)
    assert not report.refused


def test_xlsx_numbers_and_english_headers(tmp_path):
    """Numbers stay numbers, field names work as headers, unknown columns are named."""
    row = ["甲队", 421127, 115.9, 30, 12, 12, "红"]
    head = ["name", "area_code", "lon", "lat", "people", "搜救", "颜色"]
    report = read_table(an_xlsx(tmp_path, [head, row]), "teams", KNOWN)
    assert report.rows[0].people == 12
    assert report.rows[0].area_code == "421127"
    assert report.unknown_columns == ("颜色",)


def test_a_map_services_position_is_brought_to_wgs84(tmp_path):
    """A 高德 position lands within a metre of where it is."""
    lon, lat = wgs84_to_gcj02(115.93, 30.08)
    row = ["乙队", "", str(lon), str(lat), "高德", "", "", ""]
    (team,) = read_table(a_csv(tmp_path, [HEAD, row]), "teams", KNOWN).rows
    assert (team.lon, team.lat) == pytest.approx((115.93, 30.08), abs=1e-5)
    assert team.area_code == "421127"
    assert team.state == TeamState.UNPLANNABLE


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        (0, "", "名称"), (1, "无名县", "行政区划"), (2, "三", "经度"), (2, "30.08", "经度"),
        (3, "", "经度"), (4, "北京54", "坐标系"), (5, "-3", "人数"), (5, "3.5", "人数"),
        (5, "inf", "人数"), (6, "=1+1", "搜救"), (0, '=cmd|"/c calc"!A1', "名称"),
    ],
)  # fmt: skip
def test_a_bad_cell_refuses_its_row_with_line_field_and_remedy(tmp_path, place, value, field):
    """The good row beside it is kept."""
    bad = [value if i == place else cell for i, cell in enumerate(GOOD)]
    report = read_table(a_csv(tmp_path, [HEAD, bad, GOOD]), "teams", KNOWN)
    (refused,) = report.refused
    assert (refused.line, refused.field) == (2, field)
    assert refused.reason
    assert refused.remedy
    assert len(report.rows) == 1


def test_a_hundred_bad_rows_are_each_told(tmp_path):
    """Not one is lost, and the good ones stay."""
    bad = [[f"队{i}", "黄梅县", "", "", "", "很多", "", ""] for i in range(100)]
    report = read_table(a_csv(tmp_path, [HEAD, *bad, GOOD]), "teams", KNOWN)
    assert [r.line for r in report.refused] == list(range(2, 102))
    assert len(report.rows) == 1


def test_the_same_team_twice_is_refused_once(tmp_path):
    """The second names the line of the first."""
    report = read_table(a_csv(tmp_path, [HEAD, GOOD, GOOD]), "teams", KNOWN)
    assert "第 2 行" in report.refused[0].reason


def test_a_formula_in_a_workbook_is_never_its_result(tmp_path):
    """A formula cell refuses its row, whatever it would compute."""
    row = [*GOOD]
    row[5] = "=30+6"
    report = read_table(an_xlsx(tmp_path, [HEAD, row]), "teams", KNOWN)
    assert "公式" in report.refused[0].reason


def test_missing_columns_are_named(tmp_path):
    """Without 名称 nothing is read."""
    with pytest.raises(Invalid, match="名称"):
        read_table(a_csv(tmp_path, [["人数"], ["3"]]), "teams", KNOWN)


def test_a_county_imports_only_its_own(tmp_path):
    """A row outside the actor's area is refused."""
    county = Known(areas=AREAS, unit_at=KNOWN.unit_at, org="421127")
    other = ["武汉队", "江岸区", "", "", "", "", "", ""]
    report = read_table(a_csv(tmp_path, [HEAD, other, GOOD]), "teams", county)
    assert [r.reason for r in report.refused] == ["不在本辖区"]


def test_lots_refer_by_name_and_unknown_depots_are_refused(tmp_path):
    """储备库 and 物资 by name or id; what is not registered is said."""
    rows = [["储备库", "物资", "数量"], ["黄冈库", "帐篷", "200"], ["无此库", "帐篷", "1"]]
    report = read_table(a_csv(tmp_path, rows), "lots", KNOWN)
    assert isinstance(report.rows[0], Lot)
    assert (report.rows[0].depot_id, report.rows[0].item_id) == ("DP-1", "IT-1")
    assert report.refused[0].field == "储备库"


def zipped(path, name, body):
    """A zip with one member."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(name, body)
    return path


def test_a_zip_bomb_is_refused_before_parsing(tmp_path):
    """Too much unpacked, or packed too well."""
    with pytest.raises(Invalid, match="60 MB"):
        read_table(zipped(tmp_path / "a.xlsx", "x", b"0" * (61 * 2**20)), "teams")
    with pytest.raises(Invalid, match="压缩比"):
        read_table(zipped(tmp_path / "b.xlsx", "x", b"0" * (20 * 2**20)), "teams")


def test_entities_that_multiply_are_refused(tmp_path):
    """A workbook with an XML bomb gives a refusal, not memory."""
    good = an_xlsx(tmp_path, [HEAD, GOOD])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    hostile = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(hostile, "w") as new:
        for member in old.namelist():
            is_book = member == "xl/workbook.xml"
            new.writestr(member, bomb if is_book else old.read(member))
    with pytest.raises(Invalid):
        read_table(hostile, "teams")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.xls", b"x"), ("a.exe", b"MZ"), ("a.xlsx", b"not a zip"), ("a.csv", b""),
        ("a.csv", "名称,人数\n甲,1\n".encode("utf-16")), ("a.csv", b"\x00\x01"),
        ("a.csv", b"\xff\xff\xff\xff\xff"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path, name, body):
    """Other formats, broken packing, foreign encodings and empty files."""
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(Invalid) as refused:
        read_table(path, "teams")
    assert refused.value.errors[0]["remedy"]


def test_oversized_files_are_refused_unread(tmp_path, monkeypatch):
    """By size on the disk and by rows."""
    path = a_csv(tmp_path, [HEAD, GOOD])
    monkeypatch.setattr(sheets, "MAX_FILE_BYTES", 10)
    with pytest.raises(Invalid, match="20 MB"):
        read_table(path, "teams")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("kind", sorted(TABLES))
def test_a_template_comes_back_empty_and_understood(tmp_path, kind, suffix):
    """Its every column is known, and its example row is not imported."""
    report = read_table(write_template(kind, tmp_path / f"t{suffix}"), kind, KNOWN)
    assert report.rows == ()
    assert report.refused == ()
    assert report.unknown_columns == ()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_what_is_exported_is_no_formula(tmp_path, cell):
    """Cells that a table program would run are written with an apostrophe."""
    assert safe_cell(cell) == f"'{cell}"
    bad = read_table(a_csv(tmp_path, [["名称", "人数"], ["甲", f"{cell}y"]]), "teams").refused
    out = write_refused(bad, tmp_path / "refused.csv")
    assert not any(
        field.startswith(("=", "+", "-", "@"))
        for row in csv.reader(out.read_text("utf-8-sig").splitlines())
        for field in row
    )


class Desk:
    """A center that keeps what it is handed, and refuses depots named 坏库."""

    def __init__(self):
        self.areas, self.kept = AREAS, []
        self.tools = SimpleNamespace(spatial=SimpleNamespace(unit_at=lambda *_: "421127"))
        self.tools.rules = {"alarms": rule_book()}
        self.queries = SimpleNamespace(situation=lambda _: Situation(revision=1, at=NOW))

    def handle(self, command, *_):
        """Keep the rows, all or nothing."""
        if any(thing.name == "坏库" for thing in command.things):
            raise Conflict("被占用")
        self.kept += command.things
        return SimpleNamespace(body={"made": len(command.things), "changed": 0, "unchanged": 0})


NEAR = Known(
    areas=AREAS, unit_at=lambda *_: "421127",
    names={"source_id": {"甲储罐区": "RS-1"}, "contingency_id": {"危化预案": "CP-hazchem"}},
)  # fmt: skip


def test_sources_bring_people_neighbours_and_cameras(tmp_path):
    """One row is one source; its contingency is referred to by name, its cameras are read."""
    head = ["名称", "类型", "行政区划", "责任人", "周边人口", "周边学校", "应急预案", "视频"]
    row = ["甲储罐区", "危险化学品", "黄梅县", "李某", "1200", "2", "危化预案",
           "大门|hls|https://v.example/1.m3u8；罐顶|still|/still/2.jpg"]  # fmt: skip
    made = read_table(a_csv(tmp_path, [head, row]), "sources", NEAR).rows[0]
    assert (made.person, made.contingency_id) == ("李某", "CP-hazchem")
    assert (made.neighbours.population, made.neighbours.hospitals) == (1200, None)
    assert [(v.name, v.kind) for v in made.videos] == [("大门", "hls"), ("罐顶", "still")]


def test_a_kind_of_source_that_no_rule_knows_is_said(tmp_path):
    """It is taken, with its lines and the kinds there are; a kind known or left blank is not."""
    head = ["名称", "类型"]
    rows = [["甲", "危化品"], ["乙", "水库"], ["丙", "危化品"], ["丁", ""], ["戊", "森林瞭望塔"]]
    report = run_import(Desk(), "sources", a_csv(tmp_path, [head, *rows]), actor=ADMIN)
    assert len(report.rows) == len(rows)
    (told,) = report.told
    assert told.startswith("第 2、4 行：没有规则认得类型“危化品”")
    assert "有组合规则的类型：尾矿库、危险化学品、重大危险源、水库" in told
    assert told in flat(view(described(report)))
    assert f"注意：{told}" in summary(report)


def test_sensors_bring_levels_and_devices(tmp_path):
    """Levels are columns; a low one is reached by falling; the unit is the quantity's own."""
    head = ["名称", "监测量", "风险源", "设备编号", "要素", "上报间隔", "低", "高", "高高", "来源"]
    rows = [
        ["1号罐液位", "液位", "甲储罐区", "mqtt:tank-1", "level", "60", "1.0", "8", "9", "设计"],
        ["柳林", "雨量", "", "sl651:0012345678", "20", "300", "", "", "", ""],
    ]
    tank, rain = read_table(a_csv(tmp_path, [head, *rows]), "sensors", NEAR).rows
    assert (tank.source_id, tank.unit, tank.expected_every_s) == ("RS-1", "m", 60)
    assert {(t.level, t.value, t.below) for t in tank.thresholds} == {
        ("低", 1.0, True), ("高", 8.0, False), ("高高", 9.0, False),
    }  # fmt: skip
    assert {t.source for t in tank.thresholds} == {"设计"}
    assert (rain.unit, rain.device, rain.element) == ("mm", "sl651:0012345678", "20")


def test_a_tailings_ponds_colours_are_reached_the_way_it_gets_worse(tmp_path):
    """A short beach is red by falling; 橙 of a phreatic line follows from 红 as the rule has it."""
    head = ["名称", "监测量", "红", "橙"]
    rows = [["干滩", "干滩长度", "50", "70"], ["浸润线1", "浸润线", "6", ""],
            ["滑坡", "库区滑坡位移", "100", ""]]  # fmt: skip
    made = read_table(a_csv(tmp_path, [head, *rows]), "sensors", NEAR).rows
    levels = [[(t.level, t.value, t.below, t.derived) for t in s.thresholds] for s in made]
    assert levels == [
        [("红", 50.0, True, False), ("橙", 70.0, True, False)],
        [("红", 6.0, True, False), ("橙", 6.6, True, True)],
        [("红", 100.0, False, False), ("橙", 80.0, False, True)],
    ]


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("监测量", "心情", "没有这个监测量"), ("风险源", "不存在", "没有这个风险源"),
        ("设备编号", "0012345678", "设备编号写法不对"), ("上报间隔", "0", "上报间隔为 0"),
        ("警戒", "高高的", "不是数字"),
    ],
)  # fmt: skip
def test_bad_sensors_are_refused_by_column(tmp_path, column, value, word):
    """Line, column and remedy are named; the good row beside is taken."""
    head = ["名称", "监测量", "风险源", "设备编号", "上报间隔", "警戒"]
    good = ["汉口", "水位", "", "", "", "27.3"]
    bad = [value if name == column else cell for name, cell in zip(head, good, strict=True)]
    report = read_table(a_csv(tmp_path, [head, good, ["黄石", *bad[1:]]]), "sensors", NEAR)
    assert len(report.rows) == 1
    assert [(r.line, r.field) for r in report.refused] == [(3, column)]
    assert word in report.refused[0].reason
    assert report.refused[0].remedy


ADMIN = Actor.of("import", "admin", "420000")


def test_a_dry_run_changes_nothing_and_writing_tells_progress(tmp_path):
    """First read only; then good rows are kept, a refused one is named by its line."""
    names = ["好库", "坏库", "新库"]
    path = a_csv(tmp_path, [["名称", "行政区划"], *([n, "黄梅"] for n in names)])
    desk, steps = Desk(), []
    assert len(run_import(desk, "depots", path, actor=ADMIN).rows) == 3
    assert desk.kept == []
    report = run_import(
        desk, "depots", path, dry_run=False, actor=ADMIN,
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert [d.name for d in desk.kept] == ["好库", "新库"]
    assert all(isinstance(d, Depot) for d in desk.kept)
    assert [r.line for r in report.refused] == [3]
    assert (report.made, steps) == (2, [(3, 3)])


def test_without_the_permission_nothing_is_read(tmp_path):
    """A leader may not import."""
    with pytest.raises(Forbidden):
        run_import(Desk(), "depots", tmp_path / "none.csv", actor=Actor.of("l", "leader", "420000"))
