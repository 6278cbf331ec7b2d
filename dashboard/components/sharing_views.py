"""How data sharing looks: who shares what and how it stands, the one at hand, a try-out, tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from dash import html

from dashboard.components import desk
from dashboard.components.admin_parts import stamp, table
from dashboard.components.desk_words import clock, empty, span
from dashboard.words import DASH
from data.domain.clock import SHANGHAI, real_now
from data.domain.org import AreaTree
from data.domain.sensor import LEVELS
from data.domain.sharing import TARGET_WORDS, Connector, Shared

LATE_S, DAY_S = 3600.0, 86_400.0
SHOWN_ROWS = 12
PERMISSION_WORDS: Mapping[str, str] = {
    "read": "查看", "telemetry": "上报监测数据", "position": "上报位置", "report": "报送信息",
}  # fmt: skip
FIELD_WORDS: Mapping[str, str] = {
    "sensor": "监测点", "at": "时间", "value": "数值", "team": "队伍", "lon": "经度", "lat": "纬度",
    "type": "类型", "place": "地点", "area_code": "区划", "occurred_at": "发生时间", "text": "内容",
    "id": "编号", "name": "名称", "kind": "类别", "grade": "等级", "organisation": "单位",
    "person": "责任人", "phone": "电话", "note": "说明", "level": "级别", "threshold": "阈值",
    "point": "测点", "unit": "单位", "colour": "颜色", "does": "动作", "trapped": "被困",
    "identifier": "标识", "sent": "发布时间", "headline": "标题", "areas": "区域", "event": "事件",
    "expires": "失效", "effective": "生效", "description": "正文", "instruction": "防御指南",
    "dead": "死亡", "missing": "失联", "device": "设备", "element": "要素", "river": "河流",
    "quantity": "监测量", "source_id": "风险源", "expected_every_s": "上报间隔（秒）",
    "neighbours.population": "周边人口", "neighbours.schools": "周边学校",
    "neighbours.hospitals": "周边医院", "neighbours.note": "周边说明",
    "road": "路名", "roads": "路段", "reason": "原因", "until": "预计恢复",
    "contingency_id": "应急预案", "videos": "视频",
    **{f"thresholds.{level}": level for level in LEVELS},
}  # fmt: skip
# What the center gives out, to whoever holds a token that may read.
GIVEN = (
    ("/ogc/", "全部图层，OGC API – Features", "QGIS、GDAL 等地理软件"),
    ("/api/v1/situation", "当前态势", "上下级指挥平台"),
    ("/api/v1/alarms", "报警", "监测平台"),
    ("/api/v1/journal", "值班记录与校验链", "审计"),
    ("/api/v1/stream", "实时推送", "大屏、平台"),
)


def moment(text: str) -> datetime | None:
    """An instant of the sharing book."""
    return datetime.fromisoformat(text) if text else None


def listing(
    held: Iterable[Connector], book: Mapping[str, Shared], areas: AreaTree, text: str,
    chosen: str | None, click: Any,
) -> Any:  # fmt: skip
    """One row a connector: who, what, when last, how late, how much, what is wrong."""
    rows = [
        _row(c, book.get(c.id, Shared(connector_id=c.id)), areas, c.id == chosen, click)
        for c in sorted(held, key=lambda c: (c.body, c.id))
        if not text or any(text in part for part in (c.body, c.name, c.id))
    ]
    if not rows:
        return empty("还没有共享接口" if not text else "没有符合的", "到“映射文件”选一份样例开始")
    heads = ("单位", "共享什么", "方式", "最近收到", "时延", "已收", "拒收", "状态")
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in heads]))
    return html.Table([head, html.Tbody(rows)], className="connectors")


def _row(c: Connector, stands: Shared, areas: AreaTree, chosen: bool, click: Any) -> Any:
    now = real_now()
    received = moment(stands.received_at)
    word, kind = state_of(c, stands)
    where = areas.name(c.area_code)
    cells = [
        html.Button([html.Strong(c.body), html.Small(f"{c.id} · {where}")], **click(c)),
        [html.Span(c.name), html.Small(TARGET_WORDS.get(c.target, c.target))],
        "轮询" if c.url else "推送",
        html.Time(clock(received, now)) if received else "尚无",
        html.Span(delay(stands.delay_s), className="late" if _late(stands) else "")
        if stands.delay_s is not None else DASH,
        f"{stands.taken:,}",
        html.B(f"{stands.refused:,}", className="off") if stands.refused else "0",
        html.Em(word, className=f"state {kind}"),
    ]  # fmt: skip
    return html.Tr([html.Td(cell) for cell in cells], className="on" if chosen else "")


def _late(stands: Shared) -> bool:
    return stands.delay_s is not None and stands.delay_s > LATE_S


def state_of(c: Connector, stands: Shared) -> tuple[str, str]:
    """(word, class): paused, failing, silent or well."""
    error, received = moment(stands.error_at), moment(stands.received_at)
    if not c.running:
        return "已暂停", "paused"
    if stands.failures:
        return f"连续 {stands.failures} 次失败", "bad"
    if error is not None and (received is None or error >= received):
        return ("有拒收", "bad") if error == received else ("有错误", "bad")
    return ("正常", "good") if received else ("等待首次", "waiting")


def detail(c: Connector | None, stands: Shared | None, areas: AreaTree) -> Any:
    """The connector at hand: what it is, how it stands, and its mapping file."""
    if c is None:
        return empty("选一个共享接口查看", "谁共享什么、最近何时收到、差错在哪里")
    stands = stands or Shared(connector_id=c.id)
    now = real_now()
    word, kind = state_of(c, stands)
    newest = moment(stands.newest_at)
    facts: list[tuple[str, Any]] = [
        ("成为", TARGET_WORDS.get(c.target, c.target)), ("辖区", areas.name(c.area_code)),
        ("推送到", html.Code(f"POST /api/v1/share/{c.id}")),
        *([("轮询", html.Code(c.url)), ("下次", _stamp(stands.next_at))] if c.url else []),
        ("最近收到", _stamp(stands.received_at)),
        ("最新数据", f"{stamp(newest)}　时延 {delay(stands.delay_s)}" if newest else DASH),
        ("累计", _counts(stands)),
    ]  # fmt: skip
    if stands.error:
        at = moment(stands.error_at)
        facts.append(("最近差错", html.Span(
            f"{clock(at, now) if at else ''}　{stands.error}", className="late")))  # fmt: skip
    return [
        html.P([html.Span(f"{c.id}　第 {c.edition} 版"), html.Em(word, className=f"state {kind}")],
               className="of"),
        html.H2(f"{c.body}　{c.name}"),
        html.Dl([x for k, v in facts for x in (html.Dt(k), html.Dd(v))]),
        html.Details([html.Summary("映射文件"), html.Pre(c.text, className="file")], open=False),
    ]  # fmt: skip


def _counts(stands: Shared) -> str:
    counts = (("收", stands.taken), ("重复", stands.repeated), ("拒", stands.refused))
    said = "　".join(f"{word} {number:,}" for word, number in counts)
    return f"{stands.requests:,} 次　{said}"


def delay(seconds: float | None) -> str:
    """How much older than its arrival the newest datum was."""
    if seconds is not None and abs(seconds) >= 2 * DAY_S:
        return f"{seconds / DAY_S:,.0f} 天"
    return span(seconds)


def _stamp(text: str) -> str:
    at = moment(text)
    return stamp(at) if at else "尚无"


def actions(c: Connector | None, stands: Shared | None, area: str) -> list[Any]:
    """What may be done about the connector at hand."""
    if c is None:
        return []
    stands = stands or Shared(connector_id=c.id)

    def button(word: str, do: str, key: str = "", kind: str = "btn", sure: str = "") -> Any:
        more = {**(desk.key(key) if key else {}), **(desk.confirm(sure) if sure else {})}
        shown = [word, " ", html.Kbd(key.upper())] if key else word
        return html.Button(shown, className=kind, **desk.acts(area, do=do), **more)

    found = [button("修改映射", "edit", "e", "btn pri")]
    found.append(button("暂停", "pause", "p") if c.running else button("恢复", "resume", "p"))
    if c.url and c.running:
        found.append(button("现在轮询", "poll", "l"))
    if stands.refused:
        found.append(button("重取拒收", "retake", "r"))
    found.append(button("发推送令牌", "token", sure="再按一次：旧令牌作废"))
    found.append(button("收回令牌", "revoke", kind="btn danger", sure="再按一次：收回"))
    return found


def tried(told: Mapping[str, Any] | None) -> Any:
    """What a try-out would take and what it would refuse, and why."""
    if told is None:
        return empty("粘贴一段对方的数据，按 Ctrl E 试跑", "只看结果，什么都不会存下")
    refused: Sequence[Mapping[str, Any]] = told["refused"]
    taken = told["total"] - len(refused)
    said = f"共 {told['total']} 条：可收 {taken} 条，拒收 {len(refused)} 条"
    rows = told["rows"][:SHOWN_ROWS]
    return [
        html.Div([html.B(said)], className=f"verdict {'bad' if refused else 'good'}"),
        *(html.P(f"注意：{words}", className="count") for words in told["told"]),
        *([_rows(rows)] if rows else []),
        *(
            [html.H3("拒收"), table(
                ("第几条", "原因", "原样"),
                ((str(r["index"] + 1), r["reason"], html.Code(_plain(r.get("record"))))
                 for r in refused[:SHOWN_ROWS]), "")]
            if refused else []
        ),
        *([html.P("监测点是否已登记，收到时才核对。", className="count")]
          if told.get("checks_sensor") else []),
    ]  # fmt: skip


def _rows(rows: Sequence[Mapping[str, Any]]) -> Any:
    names = list(dict.fromkeys(k for row in rows for k in row if k != "_index"))
    return table(
        ("第几条", *(FIELD_WORDS.get(name, name) for name in names)),
        ((str(row.get("_index", 0) + 1), *(_cell(name, row.get(name)) for name in names))
         for row in rows), "",
    )  # fmt: skip


def _cell(name: str, value: Any) -> str:
    if name == "at" and isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return DASH if value is None else str(value)


def _plain(record: Any) -> str:
    text = record if isinstance(record, str) else msgspec.json.encode(record).decode()
    return text[:160]


def tokens(rows: Sequence[Mapping[str, Any]], areas: AreaTree, area: str) -> Any:
    """What programs and other bodies come with, and when each was last used."""
    now = real_now()

    def cells(row: Mapping[str, Any]) -> tuple[Any, ...]:
        given = "、".join(PERMISSION_WORDS.get(p, p) for p in row["permissions"].split())
        what = f"只推送 {row['scope']}" if row["scope"] else given
        state = "有效" if row["valid"] else ("已收回" if row["revoked_at"] else "已过期")
        undo = html.Button(
            "收回", className="btn tiny danger", **desk.acts(area, do="revoke", key=row["id"]),
            **desk.confirm("再按一次：收回"),
        )  # fmt: skip
        return (
            html.B(row["label"]), what, areas.name(row["org"]), row["username"],
            clock(row["seen_at"], now) if row["seen_at"] else "从未",
            stamp(row["expires_at"]), html.Em(state, className="" if row["valid"] else "off"),
            undo if row["valid"] else "",
        )  # fmt: skip

    return table(
        ("给谁", "能做什么", "辖区", "谁发的", "最近使用", "有效至", "状态", ""),
        (cells(row) for row in rows), "还没有发出令牌。",
    )  # fmt: skip


def given() -> Any:
    """The addresses the center gives out."""
    return table(
        ("地址", "内容", "给谁用"),
        ((html.Code(address), what, whom) for address, what, whom in GIVEN), "",
    )  # fmt: skip
