"""Errors as RFC 9457 problem details, in Chinese, with what to do by field."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from data.domain.whole_number import whole
from data.errors import (
    CenterError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    Unavailable,
)

log = logging.getLogger("hubei.api")
TIDY_S = 0.2  # after an answer that there is no memory left
LARGEST_BYTES = 10_000_000  # of any one request to the API
LARGEST_STREAM = 1_000_000_000  # of readings sent line by line: never in memory at once
READINGS = "/api/v1/telemetry"
MEDIA = "application/problem+json"

_BY_STATUS: dict[int, type[CenterError]] = {401: NotSignedIn, 403: Forbidden, 404: NotFound,
                                            409: Conflict, 422: Invalid}  # fmt: skip
_DETAILS = {
    400: "请求内容读不出来；请检查 JSON 的格式和嵌套层数",
    404: "没有这个地址，请核对后重试",
    405: "这个地址不支持此种请求方式",
    413: "一次发送的内容太大；请分批发送",
    415: "不支持此种内容类型；请发送 application/json",
}

# what pydantic finds wrong, in the operator's words: (message, remedy)
_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("未填写", "请填写此项"),
    "json_invalid": ("内容不是有效的 JSON", "请检查格式"),
    "string_type": ("应为文字", "请填写文字"),
    "string_too_short": ("太短", "请填写完整"),
    "string_too_long": ("太长", "请缩短"),
    "int_parsing": ("应为整数", "请填写整数"),
    "int_type": ("应为整数", "请填写整数"),
    "float_parsing": ("应为数字", "请填写数字"),
    "float_type": ("应为数字", "请填写数字"),
    "bool_parsing": ("应为是或否", "请填 true 或 false"),
    "datetime_parsing": ("时间格式不对", "请写成 2020-07-08T07:30:00+08:00"),
    "datetime_from_date_parsing": ("时间格式不对", "请写成 2020-07-08T07:30:00+08:00"),
    "timezone_aware": ("时间缺少时区", "请写成 2020-07-08T07:30:00+08:00"),
    "extra_forbidden": ("不认识这一项", "请删去此项"),
    "greater_than_equal": ("数值太小", "请改为允许范围内的数值"),
    "less_than_equal": ("数值太大", "请改为允许范围内的数值"),
    "list_type": ("应为列表", "请填写列表"),
    "dict_type": ("应为一组带名称的值", "请按接口说明填写"),
    "model_attributes_type": ("应为一组带名称的值", "请发送 JSON 对象"),
    "model_type": ("应为一组带名称的值", "请发送 JSON 对象"),
    "literal_error": ("不在可选范围内", "请按接口说明从可选值中选择"),
    "finite_number": ("应为有限的数", "请填写有限的数字"),
    "greater_than": ("数值太小", "请改为允许范围内的数值"),
    "int_from_float": ("应为整数", "请填写整数"),
    "int_parsing_size": ("数值太大", "请改为允许范围内的数值"),
    "datetime_type": ("时间格式不对", "请写成 2020-07-08T07:30:00+08:00"),
    "datetime_object_invalid": ("时间格式不对", "请写成 2020-07-08T07:30:00+08:00"),
    "timezone_offset": ("时间缺少时区", "请写成 2020-07-08T07:30:00+08:00"),
    "bool_type": ("应为是或否", "请填 true 或 false"),
    "value_error": ("含有不能保存的字符", "请删去不可见的控制字符"),
}


CUT_OFF = "数据库暂时没有应答，本次没有读写；恢复后自动继续，请稍后重试"
NO_ROOM = "服务器内存或线程用尽，本次没有处理；请稍后重试，大批内容请分批发送"


def is_exhausted(error: BaseException | None) -> bool:
    """Whether the machine had no memory or no thread left for it, as it or its cause says."""
    while error is not None:
        if isinstance(error, MemoryError) or (
            isinstance(error, RuntimeError) and "can't start new thread" in str(error)
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def is_cut_off(error: BaseException) -> bool:
    """Whether the database does not answer, rather than something wrong in the asking."""
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def problem_of(error: CenterError) -> dict[str, Any]:
    """The body of a problem answer."""
    body: dict[str, Any] = {
        "type": f"urn:hubei:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "errors": error.errors,
    }
    if error.holders:
        body["holders"] = error.holders
    return body


def problem_response(error: CenterError) -> Response:
    """A problem answer."""
    return _answer(problem_of(error), error.status)


def _answer(body: dict[str, Any], status: int) -> Response:
    try:
        text = msgspec.json.encode(body)
    except UnicodeEncodeError:  # it repeats half a character that was sent as one
        text = json.dumps(body).encode()
    return Response(text, status_code=status, media_type=MEDIA)


def too_large() -> Response:
    """What is answered to a body that is too large."""
    return _answer({**problem_of(Invalid(_DETAILS[413])), "status": 413}, 413)


class Largest:
    """Refuses a body that says it is too large before any of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            length = whole(Headers(scope=scope).get("content-length", "0"))
            most = LARGEST_STREAM if scope["path"] == READINGS else LARGEST_BYTES
            if length is None or length > most:
                await too_large()(scope, receive, send)
                return
        await self.app(scope, receive, send)


def install(server: FastAPI) -> None:
    """Answer every error of the server with a problem."""
    server.add_middleware(Largest)

    @server.exception_handler(CenterError)
    async def center_error(_request: Request, error: CenterError) -> Response:
        return problem_response(error)

    @server.exception_handler(RequestValidationError)
    async def validation_error(_request: Request, error: RequestValidationError) -> Response:
        return problem_response(invalid_of(error))

    @server.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Response:
        kind = _BY_STATUS.get(error.status_code, CenterError)
        detail = _DETAILS.get(error.status_code, "请求未被接受；请按接口说明核对后重试")
        body = {**problem_of(kind(detail)), "status": error.status_code}
        return _answer(body, error.status_code)

    @server.exception_handler(DBAPIError)
    @server.exception_handler(PoolTimeout)
    async def cut_off(request: Request, error: Exception) -> Response:
        if not is_cut_off(error):
            return await unexpected(request, error)
        log.warning("%s %s: the database does not answer", request.method, request.url.path)
        return problem_response(Unavailable(CUT_OFF))

    @server.exception_handler(OverflowError)
    @server.exception_handler(DataError)
    async def unstorable(_request: Request, _error: Exception) -> Response:
        return problem_response(Invalid("数值或文字超出可保存的范围；请核对后重试"))

    @server.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        if is_exhausted(error):
            log.error("%s %s: no memory or thread left", request.method, request.url.path)
            # once this answer is gone: what failed lies in cycles with its own traceback
            asyncio.get_running_loop().call_later(TIDY_S, gc.collect)
            return problem_response(Unavailable(NO_ROOM))
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem_response(CenterError("系统内部错误，已记录；请重试，仍不行请联系系统管理员"))


def invalid_of(error: RequestValidationError) -> Invalid:
    """A validation error as refused fields."""
    fields = []
    for found in error.errors():
        # where JSON breaks off is a place in the text, not a field
        parts = () if found["type"] == "json_invalid" else found["loc"]
        place = ".".join(str(part) for part in parts[1:]) or "body"
        message, remedy = _WORDS.get(found["type"], ("填写有误", "请按接口说明填写"))
        fields.append({"field": place, "message": message, "remedy": remedy})
    first = fields[0] if fields else {"field": "", "message": "填写有误", "remedy": ""}
    return Invalid(
        f"{first['field']}：{first['message']}。{first['remedy']}",
        errors=fields,  # type: ignore[arg-type]
    )
