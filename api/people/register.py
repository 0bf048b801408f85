"""People: added, changed, listed; passwords set; units put under one another. Each change is an audit row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy import select as sql_select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, func, select

from api.people import sessions
from api.people.audit import note_by
from api.people.caller import Caller
from api.people.models import Person, PersonRole, UnitPlace
from api.people.rights import conflict, known_roles
from api.problems import Problem
from api.wire.versions import check
from core.db import hold, rows_of
from core.ids import new_id
from workorders.life.words import Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9_.-]{1,39}")
_CHANGEABLE = ("name", "unit", "agent", "active")


def login_of(typed: str) -> str:
    """Return a login as it is stored: the same for capitals, wide letters and spaces around it."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


async def add(session: AsyncSession, by: Caller, login: str, name: str, roles: Iterable[Role], unit: str, agent: str,
              hashed: str, now: float) -> Person:
    """Add a person, whose first log-in asks for a new password. Raises Problem for what cannot be."""
    login, held = login_of(login), frozenset(roles)
    if not _LOGIN.fullmatch(login):
        raise Problem(422, "bad_login", "登录名不合规", "用 2 到 40 个小写字母、数字、点、横线或下划线")
    _refuse(held, unit, agent)
    person = Person(id=new_id("p"), login=login, name=name, unit=unit, agent=agent or None, password=hashed,
                    must_change=True, created_at=now, changed_at=now)
    await _kept(session, person)
    await _give(session, person.id, held)
    note_by(session, now, "person.added", by, person.id, login=login, roles=sorted(held), unit=unit, agent=agent)
    return person


async def change(session: AsyncSession, by: Caller, person_id: str, wish: Mapping[str, Any], now: float,
                 seen: int | None = None) -> Person:
    """Change name, unit, agent, active or roles; a person who may no longer work is signed off at once.

    `seen`: the version that whoever asks had before them, None for any.
    """
    if by.id == person_id and {"roles", "unit", "agent"} & wish.keys():
        raise Problem(403, "own_rights", "不能改动自己的角色、单位或工号", "请另一位管理员操作，或用 hotline people")
    await hold(session, "people")  # two admins who each take the other's role away: one of them stays
    person, held = await get(session, person_id), await roles_of(session, person_id)
    check(person.version, seen, "人员资料")
    before = {name: getattr(person, name) for name in _CHANGEABLE} | {"roles": sorted(held)}
    for name in _CHANGEABLE:
        if name in wish:
            setattr(person, name, wish[name] or None if name == "agent" else wish[name])
    wanted = frozenset(wish["roles"]) if "roles" in wish else held
    _refuse(wanted, person.unit, person.agent or "")
    person.changed_at, person.version = now, person.version + 1
    await _kept(session, person)
    await _give(session, person_id, wanted)
    await _one_admin_stays(session)
    if not person.active:
        await sessions.revoke_all(session, person_id, now)
    after = {name: getattr(person, name) for name in _CHANGEABLE} | {"roles": sorted(wanted)}
    changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    note_by(session, now, "person.changed", by, person_id, **changed)
    return person


async def set_password(session: AsyncSession, by: Caller, person: Person, hashed: str, now: float) -> None:
    """Store a new password; every other session of the person ends. Set by somebody else it must be changed."""
    own = by.id == person.id
    person.password, person.must_change, person.changed_at = hashed, not own, now
    person.version += 1
    session.add(person)
    await sessions.revoke_all(session, person.id, now, keep=by.session if own else "")
    note_by(session, now, "password.changed" if own else "password.set", by, person.id)


async def get(session: AsyncSession, person_id: str, visible: ColumnElement[bool] | None = None) -> Person:
    """Return a person, within `visible` if that is given. Raises Problem 404."""
    query = select(Person).where(col(Person.id) == person_id)
    query = query if visible is None else query.where(visible)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise Problem(404, "not_found", "没有这个人", "核对人员编号")
    return found


async def with_login(session: AsyncSession, login: str) -> Person | None:
    """Return the person with this login, who may no longer sign on."""
    return (await session.execute(select(Person).where(col(Person.login) == login_of(login)))).scalar_one_or_none()


async def by_login(session: AsyncSession, login: str) -> Person | None:
    """Return the active person with this login."""
    found = await with_login(session, login)
    return found if found is not None and found.active else None


async def listed(session: AsyncSession, visible: ColumnElement[bool], *, after: str = "", role: Role | None = None,
                 limit: int = 50) -> Sequence[Person]:
    """Return people in the order of their logins, from the one after `after`."""
    query = select(Person).where(visible, col(Person.login) > after).order_by(col(Person.login)).limit(limit)
    if role is not None:
        query = query.where(col(Person.id).in_(select(PersonRole.person).where(col(PersonRole.role) == role)))
    return (await session.execute(query)).scalars().all()


async def roles_of(session: AsyncSession, person_id: str) -> frozenset[Role]:
    """Return the roles a person has."""
    found = await session.execute(select(PersonRole.role).where(col(PersonRole.person) == person_id))
    return known_roles(found.scalars())


async def roles_of_all(session: AsyncSession, people: Sequence[Person]) -> dict[str, list[str]]:
    """Return the roles of several people, by their ids."""
    found: dict[str, list[str]] = {person.id: [] for person in people}
    for person, role in await rows_of(session, _roles(), {"people": list(found)}):
        found[person].append(role)
    return found


@cache
def _roles() -> Any:
    columns: tuple[Any, ...] = (PersonRole.person, PersonRole.role)
    return sql_select(*columns).where(col(PersonRole.person).in_(bindparam("people", expanding=True))).order_by(
        col(PersonRole.role))


async def place_unit(session: AsyncSession, by: Caller, unit: str, name: str, upper: str, now: float) -> UnitPlace:
    """Put a unit under another one ("" for none). Raises Problem when that makes a circle."""
    await hold(session, "units")
    above: str | None = upper
    seen = {unit}
    while above:
        if above in seen:
            raise Problem(409, "circle", f"{upper} 在 {unit} 之下，不能又在其上", "先改动下级单位的隶属")
        seen.add(above)
        row = await session.get(UnitPlace, above)
        above = row.upper if row else None
    place = await session.get(UnitPlace, unit) or UnitPlace(unit=unit)
    place.name, place.upper = name, upper
    session.add(place)
    note_by(session, now, "unit.placed", by, unit, name=name, upper=upper)
    return place


def _refuse(roles: frozenset[Role], unit: str, agent: str) -> None:
    why = conflict(roles, unit, agent)
    if why:
        raise Problem(422, "roles_conflict", why, "调整角色、单位或坐席工号")


async def _kept(session: AsyncSession, person: Person) -> None:
    session.add(person)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Problem(409, "taken", "登录名或坐席工号已有人使用", "换一个") from error


async def _give(session: AsyncSession, person_id: str, roles: frozenset[Role]) -> None:
    await session.execute(delete(PersonRole).where(col(PersonRole.person) == person_id))
    session.add_all(PersonRole(person=person_id, role=role.value) for role in sorted(roles))
    await session.flush()


async def _one_admin_stays(session: AsyncSession) -> None:
    query = (select(func.count()).select_from(PersonRole).join(Person, col(Person.id) == col(PersonRole.person))
             .where(col(PersonRole.role) == Role.ADMIN.value, col(Person.active)))
    if not (await session.execute(query)).scalar_one():
        raise Problem(409, "last_admin", "这是最后一位管理员", "先任命另一位管理员")
