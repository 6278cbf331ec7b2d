"""Tables of one's own: a template to fill in, a dry run, then the good rows written."""

from __future__ import annotations

import base64
from enum import StrEnum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import Actor, Permission
from data.errors import Invalid

NAME = "import"
WORD = "数据导入"
MAX_BYTES = 20 * 2**20
SHOWN = 300
KINDS = {
    "teams": "队伍", "depots": "储备库", "lots": "批次", "sources": "风险源", "forces": "上级力量",
}  # fmt: skip


class Ids(StrEnum):
    """The ids of the import."""

    KIND = "admin-import-kind"
    FILE = "admin-import-file"
    REPORT = "admin-import-report"
    WRITE = "admin-import-write"
    REFUSED = "admin-import-refused"
    KEPT = "admin-import-kept"
    DOWNLOAD = "admin-import-download"


def allowed(actor: Actor) -> bool:
    """Whether the actor may import."""
    return actor.may(Permission.IMPORT)


def layout() -> Any:
    """The skeleton; it holds no data."""
    kinds = dcc.RadioItems(
        id=Ids.KIND, className="pills", value="teams",
        options=[{"label": word, "value": kind} for kind, word in KINDS.items()],
    )  # fmt: skip
    upload = dcc.Upload(
        [html.B("选择文件，或拖到这里"),
         html.Small(".xlsx 或 .csv（UTF-8、GB18030 均可），不超过 20 MB；先试读，不写入")],
        id=Ids.FILE, className="upload", max_size=MAX_BYTES, accept=".xlsx,.csv",
    )  # fmt: skip
    templates = [
        html.Button(f"下载模板 {s}", className="btn", **desk.acts(NAME, do="template", suffix=s))
        for s in (".xlsx", ".csv")
    ]
    return parts.panel(
        NAME, WORD, "按模板填写本单位的数据；同一编号再次导入即更新，空白单元格不会清掉已有资料。",
        html.Div([html.H3("表"), kinds, *templates], className="bar"),
        upload,
        parts.hole(Ids.REPORT),
        html.Div(
            [
                html.Button(
                    "写入合格的行", id=Ids.WRITE, className="btn pri", hidden=True,
                    **desk.acts(NAME, do="write"),
                ),
                html.Button(
                    "下载未通过的行", id=Ids.REFUSED, className="btn", hidden=True,
                    **desk.acts(NAME, do="refused", suffix=".xlsx"),
                ),
            ],
            className="bar",
        ),
        dcc.Store(id=Ids.KEPT),
        dcc.Download(id=Ids.DOWNLOAD),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Hand out templates, try a file, write it, hand back what was refused."""
    shown = (
        Output(Ids.REPORT, FLAT), Output(Ids.WRITE, "hidden"), Output(Ids.REFUSED, "hidden"),
        Output(Ids.KEPT, "data"),
    )  # fmt: skip

    @app.callback(
        *shown,
        Input(Ids.FILE, "contents"),
        Input(Ids.KIND, "value"),
        State(Ids.FILE, "filename"),
        prevent_initial_call=True,
    )
    async def attempt(contents: str | None, kind: str, filename: str | None) -> Any:
        if not contents:
            return "", True, True, None
        actor = current_actor()
        report = await parts.tried(center, run, center, actor, kind, filename, contents, False)
        return _shown(report) if report else ("", True, True, None)

    @app.callback(
        *(Output(o.component_id, o.component_property, allow_duplicate=True) for o in shown),
        Output(Ids.DOWNLOAD, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.FILE, "contents"),
        State(Ids.KIND, "value"),
        State(Ids.FILE, "filename"),
        State(Ids.KEPT, "data"),
        prevent_initial_call=True,
        running=[(Output(Ids.WRITE, "disabled"), True, False)],
    )
    async def act(
        asked: dict[str, Any] | None, contents: str | None, kind: str, name: str | None,
        kept: list[dict[str, Any]] | None,
    ) -> Any:  # fmt: skip
        same = (no_update,) * len(shown)
        if not asked:
            return *same, no_update
        if asked["do"] != "write":
            return *same, await _file(center, asked, kind, kept or [])
        if not contents:
            return *same, no_update
        report = await parts.tried(
            center, run, center, current_actor(), kind, name, contents, True
        )
        if report is None:
            return *same, no_update
        toasts.say(f"已导入 {KINDS[kind]} {report['good']} 行")
        return *_shown(report), no_update


async def _file(
    center: Center, asked: dict[str, Any], kind: str, kept: list[dict[str, Any]]
) -> Any:
    """The file asked for, as a download: a template, or the refused rows."""
    suffix = asked["suffix"]
    if asked["do"] == "template":
        name = f"{KINDS[kind]}导入模板{suffix}"
        held = await parts.tried(center, center.import_template, current_actor(), kind, suffix)
    else:
        name = f"{KINDS[kind]}未通过的行{suffix}"
        held = await parts.tried(center, center.refused_table, kept, suffix)
    return no_update if held is None else dcc.send_bytes(held, name)


def run(
    center: Center, actor: Actor, kind: str, filename: str | None, contents: str, write: bool
) -> dict[str, Any]:
    """Put an upload into a file of its own and read it; the good rows are written when asked.

    Raises
    ------
    Forbidden, Invalid
    """
    actor.require(Permission.IMPORT)
    try:
        raw = base64.b64decode(contents.partition(",")[2], validate=True)
    except ValueError as error:
        raise Invalid.field("file", "文件没有传完整", "请重新选择文件") from error
    with TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(filename)
        path.write_bytes(raw)
        return center.import_table(actor, kind, path, write=write)


def safe_name(filename: str | None) -> str:
    """The last part of a stranger's file name, with nothing that steers a path."""
    last = PurePosixPath((filename or "").replace("\\", "/")).name
    kept = "".join(c for c in last if c.isprintable() and c not in '/:*?"<>|')[-80:].lstrip(".")
    return kept or "表格"


def _shown(report: dict[str, Any]) -> tuple[Any, ...]:
    """Report, whether the two buttons are hidden, and the refused rows kept."""
    write = report["written"] or not report["good"]
    return flat(view(report)), write, not report["refused"], report["refused"]


def view(report: dict[str, Any]) -> Any:
    """What a dry run or an import came to, the refused rows one by one."""
    refused, good = report["refused"], report["good"]
    if report["written"]:
        said = (
            f"已写入 {good} 行：新增 {report['made']}，更新 {report['changed']}，"
            f"未变 {report['unchanged']}"
        )
    else:
        said = f"试读：合格 {good} 行，未通过 {len(refused)} 行；还没有写入"
    unknown = report["unknown_columns"]
    return [
        html.Div(
            [html.B(said), html.Span(report["file"])],
            className="verdict good" if not refused else "verdict",
        ),
        html.P(f"未识别的列（已忽略）：{'、'.join(unknown)}", className="count") if unknown else "",
        *(html.P(f"注意：{words}", className="count") for words in report["told"]),
        _refused(refused) if refused else "",
    ]  # fmt: skip


def _refused(refused: list[dict[str, Any]]) -> Any:
    rows = (
        (
            html.B(f"第 {r['line']} 行" if r["line"] else "—"), r["field"], html.Code(r["value"]),
            html.Span(r["reason"], className="off"), r["remedy"],
        )
        for r in refused[:SHOWN]
    )
    more = len(refused) - SHOWN
    return [
        parts.table(("行", "列", "内容", "原因", "处理办法"), rows, ""),
        html.P(f"其余 {more} 行请下载查看。", className="count") if more > 0 else "",
    ]
