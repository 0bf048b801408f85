"""Every refusal in one form: ``application/problem+json`` with a code for programs, a sentence and what to do.

Sentences are said in the language that Accept-Language asks for, Chinese unless it names another that there is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.wording.sentences import say, say_within
from api.wording.tongues import DEFAULT, language_of
from core.control import ControlDown, ControlRefused
from core.db import DatabaseDown
from core.log import get_logger
from workorders.errors import AppealTaken, KeyReused, LostUpdate, NotFound, WorkOrderError
from workorders.knowledge.errors import KnowledgeError
from workorders.life.errors import BadContent, BrokenHistory, LifeError, NotYours, Unseen
from workorders.quality.errors import BadScore, NotByYou, QualityError

log = get_logger(__name__)

_STATUS_OF_ORDERS: dict[type[WorkOrderError], int] = {
    NotFound: 404, KeyReused: 409, AppealTaken: 409, LostUpdate: 412, NotYours: 403, Unseen: 404, BadContent: 422,
    BrokenHistory: 500, QualityError: 409, KnowledgeError: 409, NotByYou: 403, BadScore: 422, LifeError: 409,
    WorkOrderError: 400}
# the controller's codes; what is not here is a conflict with the state of the call
_STATUS_OF_REFUSAL = {"bad_arguments": 422, "unknown_verb": 501, "internal": 500, "forbidden": 403, "not_found": 404}
_LISTS = frozenset({"errors", "findings"})  # told with a refusal: faults with sentences of their own
_OF_HTTP = {
    400: ("bad_request", "请求读不懂", "检查请求的内容是否为 UTF-8 编码的 JSON"),
    404: ("not_found", "没有这个地址", "核对地址"),
    413: ("too_large", "请求太大", "内容不能超过 512 KB，附件不能超过 20 MB"),
    405: ("method_not_allowed", "这个地址不能这样用", "核对请求的方法"),
    415: ("unsupported_media_type", "内容的类型不对", "以 Content-Type: application/json 发送 UTF-8 编码的 JSON"),
}


class Problem(Exception):
    """A refusal: HTTP status, code, a sentence for people, what to do, and more fields for programs."""

    def __init__(self, status: int, code: str, detail: str, fix: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.fix, self.more = status, code, detail, fix, more
        self.headers: dict[str, str] = {}

    def told(self, language: str) -> dict[str, Any]:
        """Return its sentences, and what else is told with them, in a language."""
        more = {key: say_within(value, language) if key in _LISTS and isinstance(value, list) else value
                for key, value in self.more.items()}
        return {"detail": say(self.detail, language), "fix": say(self.fix, language), **more}

    def response(self, language: str = DEFAULT) -> JSONResponse:
        """Return the refusal as it goes out."""
        body = {"status": self.status, "code": self.code, **self.told(language)}
        headers = self.headers | {"Content-Language": language, "Vary": "Accept-Language"}
        headers |= {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}
        headers |= {"Retry-After": "2"} if self.status == 503 else {}
        headers |= {"Retry-After": str(self.more["retry_after"])} if "retry_after" in self.more else {}
        return JSONResponse(body, self.status, headers, media_type="application/problem+json")


def from_order(error: WorkOrderError) -> Problem:
    """Return what went wrong with an order as a refusal."""
    status = next(_STATUS_OF_ORDERS[kind] for kind in type(error).__mro__ if kind in _STATUS_OF_ORDERS)
    return Problem(status, error.code, str(error), error.fix)


def from_refusal(refused: ControlRefused) -> Problem:
    """Return the controller's no as a refusal."""
    status = 404 if refused.code.startswith(("no_such", "unknown_")) else 409
    return Problem(_STATUS_OF_REFUSAL.get(refused.code, status), refused.code, refused.message, refused.fix)


def from_controller(_: ControlDown) -> Problem:
    """Return the controller's silence as a refusal."""
    return Problem(503, "controller_away", "话务控制器暂时没有应答。正在进行的通话不受影响。", "几秒后重试")


def from_database(_: DatabaseDown) -> Problem:
    """Return the database's absence as a refusal."""
    return Problem(503, "database_away", "数据库暂时没有应答。正在进行的通话不受影响。", "几秒后原样重试")


def from_validation(error: RequestValidationError) -> Problem:
    """Return a content that does not fit as a refusal that names each field."""
    faults = [{"field": ".".join(str(part) for part in fault["loc"][1:]), "problem": str(fault["msg"])[:200]}
              for fault in error.errors()[:20]]
    return Problem(422, "invalid", "请求里有不合规的内容", "按 errors 逐项改正后重发", errors=faults)


def from_http(error: HTTPException) -> Problem:
    """Return the framework's own refusal in our form."""
    code, detail, fix = _OF_HTTP.get(error.status_code, ("refused", "请求被拒绝", "核对请求的地址、方法和请求头"))
    problem = Problem(error.status_code, code, detail, fix)
    problem.headers = dict(error.headers or {})  # a 405 says which methods there are
    return problem


def install(app: FastAPI) -> None:
    """Have every error leave as a problem."""
    table: list[tuple[type[Exception], Callable[[Any], Problem]]] = [
        (Problem, lambda problem: problem), (WorkOrderError, from_order), (ControlRefused, from_refusal),
        (ControlDown, from_controller), (DatabaseDown, from_database), (RequestValidationError, from_validation),
        (HTTPException, from_http), (Exception, _unexpected)]
    for kind, make in table:
        app.add_exception_handler(kind, _handler(make))


def language_for(request: Request) -> str:
    """Return the language that a request is answered in."""
    return language_of(request.headers.get("accept-language", ""))


def _handler(make: Callable[[Any], Problem]) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def handle(request: Request, error: Exception) -> JSONResponse:
        return make(error).response(language_for(request))

    return handle


def _unexpected(error: Exception) -> Problem:
    log.error("request failed", error=type(error).__name__, exc_info=error)
    return Problem(500, "internal", "服务器内部出错，已记录", "稍后重试；仍不行请联系管理员")
