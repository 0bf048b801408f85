"""What still hangs on an entry of the directory: as long as anything does it is not taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.calls import control
from api.menu.desk import desk, run
from api.people.models import Person, UnitPlace
from api.problems import Problem
from core.control import ControlDown
from ivr.errors import IvrError
from routing.directory import Agent, Role
from workorders.keeping.tables import OrderUnit

OFF_DUTY = "offline"


async def refuse_needed(session: AsyncSession, role: Role, name: str, menu: dict[str, Any]) -> None:
    """Refuse to take out what people, orders or the menu still need. Raises Problem 409 with `errors`.

    `menu`: the document of the menu in force, {} where there is none.
    """
    faults = [fault async for fault in _needs(session, role, name, menu)]
    if faults:
        raise Problem(409, "still_needed", "还不能撤下：还有人员、工单或菜单用着它", "先按 errors 逐项处理，再撤下",
                      errors=faults)


async def refuse_on_duty(request: Request, agent: str) -> None:
    """Refuse to touch an agent who may be rung at this moment. Raises Problem 409.

    While the controller is away nobody can say; it keeps whoever is in a call until they are free (hotline/controller).
    """
    try:
        found = await control(request).do("agents.list")
    except ControlDown:
        return
    if any(one["agent"] == agent and one["state"] != OFF_DUTY for one in found):
        raise Problem(409, "agent_on_duty", f"坐席 {agent} 正在值班", "请其先签出（下班），再修改话机或撤下")


def moves(before: Agent | None, after: Agent) -> bool:
    """Tell whether a change of an agent is one of where they are rung."""
    return before is not None and (before.phone, before.kind) != (after.phone, after.kind)


async def menu_in_force(request: Request) -> dict[str, Any]:
    """Return the document of the menu in force, {} where there is none."""
    at = desk(request)

    def read() -> dict[str, Any]:
        index = at.publishing.shelf.index()
        return at.publishing.shelf.document(index.current) if index.current else {}

    try:
        return await run(read)
    except (Problem, IvrError, OSError):
        return {}


async def _needs(session: AsyncSession, role: Role, name: str, menu: dict[str, Any]) -> Any:
    if role == "agent":
        people = await _count(session, col(Person.agent) == name, col(Person.active))
        if people:
            yield _fault("people", f"{people} 名人员用着坐席工号 {name}，先在“人员”里改掉或停用")
        return
    if role != "unit":
        return
    orders = (await session.execute(select(func.count()).select_from(OrderUnit).where(
        col(OrderUnit.unit) == name, col(OrderUnit.live)))).scalar_one()
    if orders:
        yield _fault("orders", f"{orders} 件在办工单在这个单位，先改派或办结")
    people = await _count(session, col(Person.unit) == name, col(Person.active))
    if people:
        yield _fault("people", f"{people} 名人员属于这个单位，先在“人员”里调走或停用")
    lower = (await session.execute(select(func.count()).select_from(UnitPlace).where(
        col(UnitPlace.upper) == name))).scalar_one()
    if lower:
        yield _fault("lower", f"{lower} 个单位的上级是它，先改它们的上级")
    places = sum(1 for _ in _named_in(menu, name))
    if places:
        yield _fault("menu", f"使用中的菜单有 {places} 处指向它，先修改并发布菜单")


async def _count(session: AsyncSession, *conditions: Any) -> int:
    found: int = (await session.execute(select(func.count()).select_from(Person).where(*conditions))).scalar_one()
    return found


def _named_in(document: Any, unit: str) -> Iterator[str]:
    """Yield each place of a menu's document that leads to a unit or belongs to one."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in ("unit", "owner") and value == unit:
                yield key
            yield from _named_in(value, unit)
    elif isinstance(document, list):
        for value in document:
            yield from _named_in(value, unit)


def _fault(field: str, problem: str) -> dict[str, str]:
    return {"field": field, "problem": problem}
