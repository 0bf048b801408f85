"""Calls as they go out to listeners: with lanes and marks, or with the reason why the caller may not hear them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.scope import Scope, scope_of
from core.db import rows_of
from core.ids import is_call_key
from workorders.keeping.keeper import Kept
from workorders.models import CallFact, CallRecord, WorkOrder
from workorders.projection import HOLDS
from workorders.talks import RECORDED, Talk, talk_of

Json = dict[str, Any]
_SHOWN: Final = ("key", "direction", "caller", "called", "answered_at", "ended_at", "first_responder", "rating",
                 "interrupted")
# what a record is read for: of twenty calls, the JSON of menus and failures would take as long as all else
_NAMES: Final = (*_SHOWN, "parties", "waits", "recordings")
COLUMNS: Final = tuple(getattr(CallRecord, name) for name in _NAMES)
_KEYS: Final[BindParameter[Any]] = bindparam("keys", expanding=True)
_BODY: Final = TypeAdapter(Talk)
NO_RIGHT: Final = ("no_right", "录音由热线保管，您的岗位不收听录音", "需要核对通话内容时，请热线班长或质检人员收听")
CONFIDENTIAL: Final = ("confidential", "这通电话属于保密诉求，只有指定的知情人和参加通话的人可以收听",
                       "确需收听时，请热线把您指定为这张工单的知情人")
NOT_YOURS: Final = ("not_yours", "坐席只能收听本人参加的通话", "请班长或质检人员收听")
NOT_YET: Final = ("not_yet", "这通电话还没有通话记录", "通话结束后稍等片刻再看")


def calls_of(kept: Kept, *, whole: bool) -> list[str]:
    """Return the keys of an order's calls: the one it came by and, `whole`, those of its history, the first first."""
    of_acts = [str(one.data.get("call") or "") for one in kept.acts] if whole else []
    return [key for key in dict.fromkeys([kept.row.call_key or "", *of_acts]) if is_call_key(key)]


async def told(session: AsyncSession, caller: Caller, keys: Sequence[str], *, report: bool) -> list[Json]:
    """Return these calls as `caller` may have them; `report`: the order they belong to is one."""
    rows = {one["key"]: one for one in await _records(session, keys)} if keys else {}
    may = await _may_hear(session, caller, keys)
    shown = {one["key"]: one for one in await with_marks(session, caller, [rows[key] for key in keys if key in may])}
    return [shown.get(key) or _refused(key, _why(caller, rows.get(key), report=report)) for key in keys]


async def with_marks(session: AsyncSession, caller: Caller, records: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Return records (COLUMNS by name) that `caller` may hear, with lanes, marks and the numbers of their orders."""
    if not (keys := [one["key"] for one in records]):
        return []
    scope = scope_of(caller)
    told = await rows_of(session, _facts(), {"keys": keys})
    orders = await rows_of(session, scope.kept(_orders), {"keys": keys})
    return [_shown(caller, one, [(at, kind, data) for call, at, kind, data in told if call == one["key"]],
                   [number for call, number in orders if call == one["key"]]) for one in records]


@cache
def _facts() -> Select[Any]:
    columns: tuple[Any, ...] = (CallFact.call, CallFact.at, CallFact.kind, CallFact.data)
    return select(*columns).where(col(CallFact.call).in_(_KEYS), col(CallFact.kind).in_(HOLDS | RECORDED))


def _orders(scope: Scope) -> Select[Any]:
    columns: tuple[Any, ...] = (WorkOrder.call_key, WorkOrder.number)
    return select(*columns).where(col(WorkOrder.call_key).in_(_KEYS), scope.orders()).order_by(col(WorkOrder.number))


def _shown(caller: Caller, record: Mapping[str, Any], told: Sequence[tuple[float, str, Json]],
           orders: list[str]) -> Json:
    holds = [(at, kind, str(data.get("party", ""))) for at, kind, data in told if kind in HOLDS]
    talk = talk_of(record, holds, [one for one in told if one[1] in RECORDED])
    body: Json = {name: record[name] for name in _SHOWN} | _BODY.dump_python(talk)
    return {**shown_to(caller, body), "orders": orders, "refused": None}


def _refused(key: str, why: tuple[str, str, str]) -> Json:
    return {"key": key, "refused": dict(zip(("code", "detail", "fix"), why, strict=True))}


def _why(caller: Caller, record: Mapping[str, Any] | None, *, report: bool) -> tuple[str, str, str]:
    if not caller.may("recordings.listen"):
        return NO_RIGHT
    if report:
        return CONFIDENTIAL
    if record is None:
        return NOT_YET
    return CONFIDENTIAL if scope_of(caller).every_live_call else NOT_YOURS


async def _records(session: AsyncSession, keys: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    return [named(row) for row in await rows_of(session, _of_keys(), {"keys": keys})]


def named(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row of COLUMNS by name."""
    return dict(zip(_NAMES, row, strict=True))


@cache
def _of_keys() -> Select[Any]:
    return select(*COLUMNS).where(col(CallRecord.key).in_(_KEYS))


def _audible(scope: Scope) -> Select[Any]:
    columns: tuple[Any, ...] = (CallRecord.key,)
    return select(*columns).where(col(CallRecord.key).in_(_KEYS), scope.records())


async def _may_hear(session: AsyncSession, caller: Caller, keys: Sequence[str]) -> set[str]:
    if not keys or not caller.may("recordings.listen"):
        return set()
    return {key for key, in await rows_of(session, scope_of(caller).kept(_audible), {"keys": keys})}
