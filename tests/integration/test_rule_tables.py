"""Rule tables change while the center runs; what cannot be read changes nothing and is shown."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from dashboard.components.admin_rules import view
from dashboard.components.live import faulty_view
from data.domain import needs, needs_book
from data.domain.authority import read_table
from data.domain.messages import NoteRules
from data.domain.needs import needs_of
from data.domain.org import Actor
from data.domain.situation import MISSED_TIMES
from data.errors import Forbidden, Invalid, Stale
from data.ingest.reference import REFERENCE
from tests.integration import plan_world as w

ADMIN = Actor.of("admin", "admin", "420000", "系统管理员")


@pytest.fixture
def center(tmp_path):
    """The world of two incidents, no rule table of one's own yet."""
    with w.opened(tmp_path, None) as made:
        yield made


def own(center, file: str, text: str) -> None:
    """A table of one's own, saved; each saving later than the one before."""
    path = center.settings.var / "rules" / file
    path.parent.mkdir(exist_ok=True)
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    after = path.stat().st_mtime_ns
    os.utime(path, ns=(after, max(after, before + 1_000_000)))


def fault_of(center, name: str) -> str:
    """What is said to be wrong with a table."""
    return next(t.fault for t in center.rule_tables(ADMIN) if t.name == name)


def told(center) -> list[str]:
    """The journal's lines about rule tables, the newest first."""
    lines = [x["summary"] for x in w.seen(center).lines if "更换规则表" in x["summary"]]
    return lines[::-1]


def test_nothing_changed_writes_nothing(center):
    """A look at unchanged files is no row of the journal."""
    before = center.queries.revision()
    assert center.reread_rules() == 0
    assert center.queries.revision() == before


def test_a_changed_table_counts_at_once_and_is_in_the_journal_once(center):
    """Who may authorise what, changed by a file; told once, with the text's fingerprint."""
    own(center, "authority.yaml", "escalation: {repeat_min: 3, rounds: 1, basis: 厅发〔演练〕1号}")
    assert center.reread_rules() == 1
    pace = read_table(center.tools.rules["authority"]).escalation
    assert (pace.repeat_min, pace.rounds, pace.basis) == (3, 1, "厅发〔演练〕1号")
    assert center.reread_rules() == 0
    (line,) = told(center)
    assert "授权与审批" in line
    assert "执行本单位的" in line
    assert next(t for t in center.rule_tables(ADMIN) if t.name == "authority").digest[:16] in line


def test_what_cannot_be_read_changes_nothing_and_is_shown_to_the_administrator(center):
    """The last good table holds; file, place and remedy stand on the page and in the header."""
    good = json.loads((REFERENCE / "reporting.json").read_text(encoding="utf-8"))
    good["escalation"]["repeat_min"] = 7
    own(center, "reporting.json", json.dumps(good, ensure_ascii=False))
    center.reread_rules()
    own(center, "reporting.json", '{"clocks": []}')
    assert center.reread_rules() == 0
    assert center.tools.rules["reporting"]["escalation"]["repeat_min"] == 7
    fault = fault_of(center, "reporting")
    assert "reporting.json" in fault
    assert "请写 clocks 列表" in fault
    tables = center.rule_tables(ADMIN)
    assert fault in str(view(tables))
    assert "规则表 1 张读不懂" in str(faulty_view([t for t in tables if t.fault]))
    own(center, "reporting.json", json.dumps(good, ensure_ascii=False))
    assert center.reread_rules() == 0  # the good one holds already
    assert fault_of(center, "reporting") == ""
    assert faulty_view([t for t in center.rules.tables if t.fault]) is None


def test_a_table_taken_away_gives_the_shipped_one_back(center):
    """Removing one's own file is the way back."""
    own(center, "authority.yaml", "dispatch: []")
    center.reread_rules()
    assert not read_table(center.tools.rules["authority"]).dispatch
    (center.settings.var / "rules" / "authority.yaml").unlink()
    assert center.reread_rules() == 1
    assert read_table(center.tools.rules["authority"]).dispatch
    assert "执行随附的" in told(center)[0]


def test_a_review_is_measured_against_ones_own_targets(center):
    """The table counts from the next look; a broken one changes nothing and is named."""
    line = "{step: 接报→首次调派, minutes: 3, basis: 县规定, source: 县文件}"
    own(center, "review.yaml", f"targets:\n  - {line}\n")
    assert center.reread_rules() == 1
    (found,) = center.tools.rules["review"]
    assert (found.minutes, found.source) == (3, "县文件")
    own(center, "review.yaml", "targets: [{step: 接报→首次调派}]")
    assert center.reread_rules() == 0
    assert "缺 minutes" in fault_of(center, "review")
    assert center.tools.rules["review"] == (found,)


def test_the_watch_goes_by_the_new_alarm_rules(center):
    """A rule book that changed is the one the next look goes by."""
    watching = center.feed.watching
    watching.tick(center.clock.now())
    before = watching.book
    text = (REFERENCE / "alarm_rules.yaml").read_text(encoding="utf-8")
    assert w.seen(center).missed_times == before.missed_times == MISSED_TIMES
    own(center, "alarm_rules.yaml", text.replace("times: 3,", "times: 5,"))
    assert center.reread_rules() == 1
    watching.tick(center.clock.now())
    assert watching.book is not before
    assert w.seen(center).missed_times == watching.outages.rule.times == 5
    assert watching.book is center.tools.rules["alarms"] is watching.says.book


def test_who_keeps_no_tables_sees_none_and_nobody_notes_a_change_by_hand(center):
    """The list is for who keeps them; the journal's line is the center's own."""
    with pytest.raises(Forbidden):
        center.rule_tables(w.LEADER)
    with pytest.raises(Forbidden, match="规则文件"):
        center.handle(NoteRules(title="x", words="y", digest="z"), ADMIN)


def test_a_department_sets_its_own_needs(center):
    """A template for one type and grade counts at once, with its basis; the rest stays shipped."""
    one = next(i for i in w.seen(center).incidents.values() if i.type == "landslide")
    before = {n["capability"]: n["amount"] for n in center.needs_of(w.DUTY, one.id)["needs"]}
    text = (REFERENCE / "needs.yaml").read_text(encoding="utf-8")
    mine = (
        "templates:\n  - {types: [landslide], grade: III, basis: 厅发〔演练〕2号, "
        "capabilities: [[搜救, 123, 60]]}\n"
    )
    own(center, "needs.yaml", text.replace("templates:\n", mine))
    assert center.reread_rules() == 1
    graded = replace(one, needs=(), grading=replace(one.grading, level="III"))
    (row,) = needs_of(graded)
    assert (row["capability"], row["amount"], row["by"]) == ("搜救", 123.0, 60.0)
    assert "厅发〔演练〕2号" in row["assumption"]
    second = replace(graded, grading=replace(one.grading, level="II"))
    assert {r["capability"] for r in needs_of(second)} >= set(before)
    assert any("需求模板" in line for line in told(center))
    own(center, "needs.yaml", text.replace("[搜救, 80, 120]", "[潜水, 80, 120]"))
    assert center.reread_rules() == 0
    assert "没有“潜水”" in fault_of(center, "needs")
    assert needs_of(graded) == [row]


def test_an_administrator_saves_the_needs_on_the_page(center):
    """What was saved counts at once and before any file, is journaled by name, and given back."""
    text = (REFERENCE / "needs.yaml").read_text(encoding="utf-8")
    one = next(i for i in w.seen(center).incidents.values() if i.type == "landslide")
    bare = replace(one, needs=(), grading=replace(one.grading, level="III"))
    mine = text.replace("[搜救, 80, 120]", "[搜救, 95, 120]", 1)
    saved = center.save_rules(ADMIN, "needs", mine, 0)
    assert needs_of(bare)[0]["amount"] == 95
    assert (saved.version, "系统管理员 在系统管理页保存" in saved.words) == (1, True)
    line = w.seen(center).lines[-1]
    assert "修改规则表“需求模板”：改动 " in line["summary"]
    own(center, "needs.yaml", text.replace("[搜救, 80, 120]", "[搜救, 70, 120]", 1))
    assert center.reread_rules() == 0
    assert needs_of(bare)[0]["amount"] == 95
    with pytest.raises(Stale):
        center.save_rules(ADMIN, "needs", text, 0)
    given_back = center.save_rules(ADMIN, "needs", "", 1)
    assert needs_of(bare)[0]["amount"] == 70
    assert center.save_rules(ADMIN, "needs", mine, given_back.version).version == 3


@pytest.mark.parametrize(
    ("typed", "replaced", "words"),
    [
        ("[搜救, 80, 120]", "[搜救, 很多, 120]", "第 16 行起，templates 第 1 条的 capab"),
        ("[搜救, 80, 120]", "[搜救, 80, 120", "行不合格式"),
        ("生命探测仪", "读心仪", "物资目录里没有“读心仪”"),
        ("basis: 假定", "basis: ''", "没有 basis"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong_is_refused_by_its_line_and_changes_nothing(
    center, typed, replaced, words
):
    """The field is the text; line, template and remedy are named."""
    text = (REFERENCE / "needs.yaml").read_text(encoding="utf-8")
    before = center.queries.revision()
    with pytest.raises(Invalid) as refused:
        center.save_rules(ADMIN, "needs", text.replace(typed, replaced, 1))
    (fault,) = refused.value.errors
    assert fault["field"] == "text"
    assert words in fault["message"]
    assert center.queries.revision() == before


def test_who_may_save_and_what(center):
    """Neither the duty officer nor a city's administrator, and no table that is a file alone."""
    with pytest.raises(Forbidden):
        center.save_rules(w.DUTY, "needs", "")
    with pytest.raises(Forbidden, match="省级"):
        center.save_rules(replace(ADMIN, org="420100"), "needs", "")
    with pytest.raises(Invalid):
        center.save_rules(ADMIN, "authority", "")
    assert center.rule_tables(w.DUTY)  # who states needs may read what they start from


@pytest.fixture(autouse=True)
def _shipped_needs():
    """No test leaves its templates to the next."""
    yield
    needs.use(needs_book.shipped())
