"""The methods of GeoReport v2. Every refusal leaves in the specification's form, in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api.access import address_of, database, needs, now_of
from api.open311 import asked, reading
from api.open311.answers import FORMATS, Items, answer, refusal
from api.open311.catalog import Service, by_code
from api.open311.faults import Fault, Refused, bad, forbidden, unknown
from api.open311.shown import definition_of, discovery_of, request_of, service_of
from api.orders.keeping import keeper_of
from api.people import clients
from api.problems import language_for
from api.wording.sentences import say
from core.db import DatabaseDown
from core.settings import Settings
from workorders.life.errors import LifeError

PERMISSION: Final = "open311.post"
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Spoken(APIRoute):
    """A route that speaks the specification, also when it refuses."""

    def get_route_handler(self) -> Handler:
        """Return the handler, its refusals put in words of the specification."""
        inner: Handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if not settings_of(request).open311:
                raise HTTPException(404)
            form = str(request.path_params.get("form", ""))
            try:
                if form not in FORMATS:
                    raise unknown("没有这种格式；在地址末尾写 .xml 或 .json")
                _jurisdiction(request, request.query_params.get("jurisdiction_id"))
                return await inner(request)
            except Refused as error:
                return _refusal(request, form if form in FORMATS else "xml", error.faults)
            except (LifeError, HTTPException, DatabaseDown) as error:
                return _refusal(request, form, (_fault_of(error),))

        return handle


def _refusal(request: Request, form: str, faults: Sequence[Fault]) -> Response:
    """Return the faults in the language that the request asks for; the status is that of the first."""
    language = language_for(request)
    told = [Fault(fault.code, say(fault.description, language)) for fault in faults]
    answered = refusal(form, told, told[0].code if told else 400)
    answered.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return answered


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, LifeError):
        return Fault(400, f"{error};{error.fix}")
    if isinstance(error, DatabaseDown):
        return Fault(503, "数据库暂时没有应答；稍后原样重试")
    status = error.status_code if isinstance(error, HTTPException) else 500
    return Fault(status, "请求读不懂；按规范以 UTF-8 的表单发送" if status < 500 else "服务器内部出错，已记录")


router = APIRouter(prefix="/open311", tags=["open311"], route_class=Spoken, include_in_schema=False)


def settings_of(request: Request) -> Settings:
    """Return the settings."""
    settings: Settings = request.app.state.settings
    return settings


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(settings_of(request).timezone)


async def _services(request: Request, session: AsyncSession) -> Mapping[str, Service]:
    """Return the services of the city's classification as it is now."""
    return by_code((await keeper_of(request).rules(session, now_of(request))).classes)


def _kind(request: Request) -> str:
    """Return the specification's word for how a request is answered: with its number, or with a token."""
    return "realtime" if settings_of(request).open311_answers == "number" else "batch"


def _jurisdiction(request: Request, told: str | None) -> None:
    ours = settings_of(request).open311_jurisdiction
    if told and ours and told != ours:
        raise unknown(f"没有这个 jurisdiction_id；本平台是 {ours}")


@router.get("/discovery.{form}", dependencies=[needs("public")])
async def discovery(request: Request, form: str) -> Response:
    """Tell a program where the interface is and what it speaks."""
    settings = settings_of(request)
    base = (settings.public_url or str(request.base_url)).rstrip("/")
    return answer(form, "discovery", discovery_of(base, settings.city))


@router.get("/v2/services.{form}", dependencies=[needs("public")])
async def services(request: Request, form: str) -> Response:
    """List what can be asked for."""
    kind = _kind(request)
    async with database(request).reading() as session:
        known = await _services(request, session)
    return answer(form, "services", Items("service", [service_of(one, kind) for one in known.values()]))


@router.get("/v2/services/{code}.{form}", dependencies=[needs("public")])
async def definition(request: Request, code: str, form: str) -> Response:
    """Show the questions of one service."""
    async with database(request).reading() as session:
        service = (await _services(request, session)).get(code)
    if service is None:
        raise unknown("没有这个 service_code；从 GET services 的列表里选")
    return answer(form, "service_definition", definition_of(service))


@router.get("/v2/requests.{form}", dependencies=[needs("public")])
async def requests(request: Request, form: str) -> Response:
    """List requests of at most 90 days, at most 1,000, the newest first."""
    wanted = asked.listed(request.query_params, now_of(request))
    async with database(request).reading() as session:
        numbers = await reading.found(session, wanted, await _services(request, session))
        return await _shown(request, session, form, numbers)


@router.get("/v2/requests/{number}.{form}", dependencies=[needs("public")])
async def one(request: Request, number: str, form: str) -> Response:
    """Show one request, or several whose numbers stand there separated by commas."""
    wanted = asked.listed({"service_request_id": number}, now_of(request))
    async with database(request).reading() as session:
        numbers = await reading.found(session, wanted, await _services(request, session))
        if not numbers:
            raise unknown("没有这个 service_request_id，或它不公开")
        return await _shown(request, session, form, numbers)


async def _shown(request: Request, session: AsyncSession, form: str, numbers: Any) -> Response:
    found, released = await reading.rows(session, numbers), await reading.released(session, numbers)
    units, known, zone = await reading.unit_names(session), await _services(request, session), _zone(request)
    shown = [request_of(row, known, units, zone, **({"released": released[row.number]} if row.number in released
                                                    else {})) for row in found]
    return answer(form, "service_requests", Items("request", shown))


@router.get("/v2/tokens/{token}.{form}", dependencies=[needs("public")])
async def token(request: Request, token: str, form: str) -> Response:
    """Tell the number that a token stands for."""
    async with database(request).reading() as session:
        number = await reading.number_of(session, token[:40].replace("\0", ""))
    if number is None:
        raise unknown("没有这个 token")
    return answer(form, "service_requests", Items("request", [{"service_request_id": number, "token": token}]))


@router.post("/v2/requests.{form}", dependencies=[needs("public")])
async def post(request: Request, form: str) -> Response:
    """Make a request: 201 with its number, or with a token, as the list of services says."""
    pairs = await _pairs(request)
    plain = dict(pairs)
    _jurisdiction(request, plain.get("jurisdiction_id"))
    async with database(request).writing() as session:
        client = await _client(request, session, plain.get("api_key") or request.query_params.get("api_key", ""))
        wanted = asked.posted(pairs, await _services(request, session))
        sender = reading.Sender(client, request.headers.get("idempotency-key", "")[:200])
        row = await reading.make(session, request.app.state.keeper, wanted, sender, now_of(request))
    told = {"service_request_id": row.number} if _kind(request) == "realtime" else {"token": row.token}
    return answer(form, "service_requests", Items("request", [
        {**told, "service_notice": "已受理。紧急情况请直接拨打 12345、110、119 或 120。", "account_id": None}]), 201)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """Return the fields of the form, in their order. Raises Refused for another kind of body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        raise Refused(bad("内容要用 Content-Type: application/x-www-form-urlencoded 发送"))
    form: FormData = await request.form(max_files=10, max_fields=200)
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


async def _client(request: Request, session: AsyncSession, key: str) -> str:
    """Return the id of the program whose key this is. Raises Refused 403."""
    now, address = now_of(request), address_of(request)
    client = await clients.find(session, key) if key.startswith(clients.PREFIX) else None
    if client is None or not clients.is_good(client, now) or PERMISSION not in client.scopes:
        raise forbidden(f"api_key 缺失或无效；向热线办公室申请有 {PERMISSION} 权限的密钥")
    if clients.needs_note(client, address, now):
        await clients.used(session, client, address, now)
    return client.id
