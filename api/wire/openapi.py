"""The description of the interface (OpenAPI 3.1), completed by what the house knows of each route.

To what the framework derives it adds: how to prove who one is, the permission, the keys and versions in headers,
every refusal that can come back with its form, and an example of each operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.access import COOKIE, CSRF_HEADER, Needs
from api.wire.examples import Example, Examples
from api.wire.once import REPLAYED, Once
from api.wire.once_live import OnceInMemory

Json = dict[str, Any]
PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM: Final[Json] = {
    "type": "object", "required": ["status", "code", "detail", "fix"],
    "properties": {
        "status": {"type": "integer", "description": "HTTP status"},
        "code": {"type": "string", "description": "for programs; never changes its meaning"},
        "detail": {"type": "string", "description": "what is wrong, in Chinese"},
        "fix": {"type": "string", "description": "what to do about it, in Chinese"},
        "errors": {"type": "array", "items": {"type": "object", "properties": {
            "field": {"type": "string"}, "problem": {"type": "string"}}}},
        "retry_after": {"type": "integer", "description": "seconds"},
        "current_version": {"type": "integer"}, "etag": {"type": "string"}},
    "additionalProperties": True}
REFUSALS: Final[dict[int, tuple[str, str, str, str]]] = {  # status → when, and an example: code, detail, fix
    400: ("A header, cursor or body that cannot be read.", "bad_request", "请求读不懂",
          "检查请求的内容是否为 UTF-8 编码的 JSON"),
    401: ("Nobody, or a token that is not good.", "unauthorized", "需要登录，或有效的访问令牌", "先登录"),
    403: ("The permission, the office or the CSRF token is missing.", "forbidden", "没有这项权限", "请管理员授予权限"),
    404: ("Not there, or not for this caller to know.", "not_found", "没有编号为 2026-1123-0042 的工单",
          "核对工单编号，例如 2026-1123-0042"),
    409: ("Not in this state; or the key was used otherwise.", "wrong_step", "工单现在是“已结案”，不能签收",
          "看工单当前状态和可办的步骤"),
    412: ("Somebody else was quicker.", "version_mismatch", "已被他人更新", "重新读取，看过新的内容再提交"),
    413: ("Too large.", "too_large", "请求太大", "内容不能超过 512 KB，附件不能超过 20 MB"),
    415: ("Not JSON, or a file of a kind that is not taken.", "unsupported_media_type", "内容的类型不对",
          "以 Content-Type: application/json 发送 UTF-8 编码的 JSON"),
    416: ("No such part.", "range_not_satisfiable", "请求的范围不在录音之内", "范围应在文件之内"),
    422: ("Content that does not fit; each field is named.", "invalid", "请求里有不合规的内容",
          "按 errors 逐项改正后重发"),
    428: ("It was not said which version is edited.", "version_required", "没有说明是在哪一版上修改",
          "先读取工单，把答复里的 ETag 放进请求头 If-Match"),
    429: ("Too often.", "too_many", "请求太频繁", "稍后再试"),
    500: ("A fault of the house; it is written down.", "internal", "服务器内部出错，已记录",
          "稍后重试；仍不行请联系管理员"),
    501: ("The controller is of another version.", "unknown_verb", "控制器不认识这个操作", "请管理员更新控制器"),
    503: ("Controller or database away for a moment.", "database_away", "数据库暂时没有应答。正在进行的通话不受影响。",
          "几秒后原样重试")}
_KEY: Final[Json] = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 200,
                                                          "pattern": "^[!-~]{1,200}$"},
    "description": "One a submission; sent again, the first answer comes back, marked by the header " + REPLAYED,
    "example": "order-7f3c"}
_MORE: Final[dict[str, set[int]]] = {  # what these may answer besides
    "POST /api/session": {401, 429}, "POST /api/people/{person_id}/password": {429},
    "GET /api/recordings/{key}/{name}": {416}}
_SCHEMES: Final[Json] = {
    "token": {"type": "http", "scheme": "bearer", "description": "an API key, or the installation's own token"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE,
                "description": f"of POST /api/session; all but reading also needs the header {CSRF_HEADER}"}}


def describe(app: FastAPI, examples: Examples) -> Json:
    """Return the description; the same routes always give the same text."""
    made: Json = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=app.routes,
                             summary="One order per appeal, owned until the citizen is satisfied")
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    made["components"]["securitySchemes"] = _SCHEMES
    for route in api_routes(app):
        for method in sorted(route.methods or ()):
            operation = made["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route, method, examples.get(f"{method} {route.path_format}"))
    return made


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Yield every route, also those of routers that are included as such, in their order."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop(0)
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None:
            waiting = [*inner, *waiting]


def permission_of(route: APIRoute) -> str:
    """Return the permission a route asks for."""
    return next(str(one.dependency.permission) for one in route.dependencies if isinstance(one.dependency, Needs))


def _complete(operation: Json, route: APIRoute, method: str, example: Example | None) -> None:
    permission = permission_of(route)
    operation["x-permission"] = permission
    operation["security"] = [] if permission == "public" else [{"token": []}, {"session": []}]
    operation["operationId"] = f"{method.lower()}:{route.path_format}"
    if method == "POST" and isinstance(route, Once | OnceInMemory):
        operation.setdefault("parameters", []).append(_KEY | {"required": route.requires_key})
    for status in sorted(_statuses(operation, route, method, permission)):
        operation["responses"][str(status)] = _refusal(status)
    if example is not None:
        _show(operation, example)


def _statuses(operation: Json, route: APIRoute, method: str, permission: str) -> set[int]:
    """Return the refusals that this operation may give."""
    found = {500, 503} | _MORE.get(f"{method} {route.path_format}", set())
    found |= {int(word) for word in operation.pop("x-refusals", ())}
    if permission != "public":
        found |= {401, 403}
    if operation.get("parameters") or "requestBody" in operation:
        found |= {400, 422}
    if "{" in route.path_format:
        found.add(404)
    if method != "GET":
        found |= {403, 404, 409, 413, 415}
    if "/api/calls" in route.path_format or "/api/agents" in route.path_format:
        found |= {404, 409, 422, 501}
    return found


def _refusal(status: int) -> Json:
    when, code, detail, fix = REFUSALS[status]
    example = {"status": status, "code": code, "detail": detail, "fix": fix}
    return {"description": when, "content": {PROBLEM_TYPE: {
        "schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}}


def _show(operation: Json, example: Example) -> None:
    if example.request is not None and "requestBody" in operation:
        for content in operation["requestBody"]["content"].values():
            content["example"] = example.request
    answer = operation["responses"].setdefault(str(example.status), {"description": "Done"})
    if example.response is not None:
        content = answer.setdefault("content", {})
        if example.media not in content:
            content.clear()
        content.setdefault(example.media, {"schema": {}})["example"] = example.response
