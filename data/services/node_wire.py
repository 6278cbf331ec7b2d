"""Speaks to the province over HTTPS: certificate checked, no redirect followed, bounded waits."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from data.domain.node import NodeRow, Page, Taken
from data.errors import CenterError, Conflict, Invalid, Unavailable

QUICK_S = 3.0  # an officer waits for it
SLOW_S = 30.0
REMEDIES = {401: "令牌无效或已注销，请由省系统管理员重新登记节点", 403: "省里不允许本节点使用"}


class LinkLost(Unavailable):
    """与省中心的网络不通"""


class Refused(CenterError):
    """省中心没有收下"""

    status = 502
    code = "refused-by-province"


class Wire:
    """The province's addresses for nodes.

    Parameters
    ----------
    base
        An https address, nothing else.
    ca
        The authority that signed the province's certificate, PEM; None takes the system's.

    Raises
    ------
    Invalid
        When the address is no https address, or the authority cannot be read.
    """

    def __init__(self, base: str, token: str, ca: Path | None) -> None:
        if urlsplit(base).scheme != "https" or not urlsplit(base).hostname:
            raise Invalid.field("HUBEI_PROVINCE", f"地址 {base} 无效", "只能用 https:// 开头的地址")
        try:
            trusted = ssl.create_default_context(cafile=str(ca) if ca else None)
        except (OSError, ssl.SSLError) as error:
            raise Invalid.field(
                "HUBEI_PROVINCE_CA", f"证书读不出来（{error}）", "请填省中心根证书的 PEM 文件"
            ) from error
        self._client = httpx.Client(
            base_url=base.rstrip("/"), verify=trusted, follow_redirects=False, trust_env=False,
            headers={"Authorization": f"Bearer {token}"}, timeout=httpx.Timeout(SLOW_S, connect=3),
        )  # fmt: skip

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def page(self, after: int, waiting: int, *, whole: bool) -> Page:
        """What is new since a number."""
        asked = {"after": after, "waiting": waiting, "whole": int(whole)}
        answer = self._ask("GET", "feed", params=asked)
        return msgspec.json.decode(answer.content, type=Page)

    def look(self) -> int:
        """The newest number at the province; nothing is noted there."""
        return int(self._ask("GET", "head").json()["head"])

    def send(self, rows: list[NodeRow], files: dict[str, tuple[bytes, str]]) -> list[Taken]:
        """Send rows, and the files they name."""
        body = {
            "rows": rows,
            "files": [
                {"body": base64.b64encode(data).decode(), "media": media}
                for data, media in files.values()
            ],
        }
        answer = self._ask("POST", "rows", content=msgspec.json.encode(body))
        return msgspec.json.decode(answer.content, type=_Items).items

    def keep(self, teams: list[str], by: str) -> None:
        """Ask the province to keep teams for an order that is being written.

        Raises
        ------
        Conflict
            When one is taken, as the province says it.
        """
        self._ask(
            "POST", "hold", content=msgspec.json.encode({"teams": teams, "by": by}),
            timeout=QUICK_S,
        )  # fmt: skip

    def file(self, key: str) -> tuple[bytes, str] | None:
        """A file by its id; None when the province has none."""
        try:
            answer = self._ask("GET", f"files/{key}")
        except Refused as error:
            if error.errors and error.errors[0]["field"] == "404":
                return None
            raise
        return answer.content, answer.headers.get("content-type", "application/octet-stream")

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request.

        Raises
        ------
        LinkLost
            When no answer of the program came.
        Conflict
            409 with holders.
        Refused
            Any other answer than a good one, with its words.
        """
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        try:
            answer = self._client.request(method, f"/api/v1/node/{path}", headers=headers, **more)
        except httpx.HTTPError as error:
            raise LinkLost(f"与省中心的网络不通（{type(error).__name__}）") from error
        if answer.status_code == httpx.codes.OK:
            return answer
        if answer.status_code in (502, 503, 504):
            raise LinkLost(f"省中心暂时不可用（{answer.status_code}）")
        problem = _problem(answer)
        words = str(problem.get("detail") or REMEDIES.get(answer.status_code) or "应答异常")
        if answer.status_code == httpx.codes.CONFLICT and problem.get("holders"):
            raise Conflict(words, holders=list(problem["holders"]))
        raise Refused(
            f"省中心没有收下（{answer.status_code}）：{words[:300]}",
            errors=[{"field": str(answer.status_code), "message": words, "remedy": ""}],
        )


class _Items(msgspec.Struct):
    items: list[Taken]


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
