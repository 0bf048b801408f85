"""Roles → permissions. This table is code, so that a change of it is reviewed; which person has which role is data.

`docs/who-may-do-what.md` shows what comes of it, route by route; a test requests every cell of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from workorders.life.words import Role

PERMISSIONS: Final = frozenset({
    "public",  # whoever comes
    "self",  # whoever is signed on: who am I, my sessions, my password
    "orders.read", "orders.write",
    "orders.act",  # steps in an order's life; the table of steps then asks for the office
    "calls.read", "calls.act", "calls.dial", "calls.for_others",
    "records.read", "recordings.listen", "agents.read", "agents.act", "events.read", "house.read",
    "numbers.unmask",  # see one citizen's number, audited
    "numbers.see",  # numbers are never masked: for programs that must pass them on
    "figures.read", "people.read", "people.write", "clients.read", "clients.write", "audit.read"})

_HANDLING = frozenset({"self", "orders.read", "orders.act"})
_FIGURES = frozenset({"figures.read"})
_RECORDS = frozenset({"records.read", "recordings.listen"})
_WATCHING = frozenset({"calls.read", "agents.read", "events.read"})
_AGENT = _HANDLING | _RECORDS | _WATCHING | {
    "orders.write", "calls.act", "calls.dial", "agents.act", "numbers.unmask"}

OF_ROLE: Final[Mapping[Role, frozenset[str]]] = {
    Role.AGENT: _AGENT,
    Role.TEAM_LEADER: _AGENT | _FIGURES | {"calls.for_others"},
    Role.BACK_OFFICE: _HANDLING | _RECORDS | _FIGURES | {
        "orders.write", "calls.dial", "agents.read", "numbers.unmask"},  # dials: follow-up goes through the platform
    Role.QUALITY: _HANDLING | _RECORDS | _FIGURES,
    Role.UNIT_HANDLER: _HANDLING | {"numbers.unmask"},  # the unit must reach the citizen
    Role.UNIT_LEAD: _HANDLING | _FIGURES | {"numbers.unmask", "people.read"},
    Role.EXPERT: frozenset({"self"}),  # joins calls; sees no order by that
    Role.DUTY_LEADER: _HANDLING | _WATCHING | _FIGURES,
    Role.DEPUTY: _HANDLING | _WATCHING | _FIGURES,
    Role.SUPERVISION: _HANDLING | _RECORDS | _WATCHING | _FIGURES | {"numbers.unmask"},
    Role.DISCIPLINE: _HANDLING | _RECORDS | _FIGURES | {"numbers.unmask", "audit.read"},
    Role.ADMIN: frozenset({"self", "people.read", "people.write", "clients.read", "clients.write", "house.read",
                           "agents.read"}),  # keeps the house, reads nobody's appeal
    Role.AUDITOR: frozenset({"self", "people.read", "clients.read", "audit.read"}),
}

# the installation's own token: worker → web, the demonstration. Nothing about people, keys or the audit.
INSTALLATION: Final = frozenset({
    "orders.read", "orders.write", "calls.read", "calls.act", "calls.dial", "calls.for_others", "records.read",
    "recordings.listen", "agents.read", "agents.act", "events.read", "house.read", "numbers.see"})

# what an API key may be given; the rest takes a person
CLIENT_SCOPES: Final = frozenset({
    "orders.read", "orders.write", "calls.read", "records.read", "agents.read", "events.read", "house.read",
    "figures.read", "numbers.see"})

# still possible for a call that is up while the database is away (api.access)
ON_THE_LINE: Final = frozenset({"calls.read", "calls.act", "agents.read", "agents.act", "events.read"})

UNIT_ROLES: Final = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEAD})
_HOTLINE: Final = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.BACK_OFFICE, Role.QUALITY})
_WATCHERS: Final = frozenset({Role.SUPERVISION, Role.DISCIPLINE, Role.AUDITOR})


def known_roles(names: Iterable[str | None]) -> frozenset[Role]:
    """Return the roles of these names; a name that this version does not know grants nothing."""
    held = set(names)
    return frozenset(role for role in OF_ROLE if role.value in held)


def allowed(roles: Iterable[Role]) -> frozenset[str]:
    """Return everything that these roles may do."""
    return frozenset().union(*(OF_ROLE.get(role, frozenset()) for role in roles))


def conflict(roles: frozenset[Role], unit: str, agent: str) -> str:
    """Return in Chinese why one person cannot hold these roles, or "".

    Follow-up is never made by the department that handled the order; who watches takes no part.
    """
    if not roles <= OF_ROLE.keys():
        return "其中有不能授予个人的角色"
    if roles & UNIT_ROLES and roles & _HOTLINE:
        return "承办单位人员不能兼任热线岗位(回访不得由承办单位进行)"
    if roles & _WATCHERS and roles & (_HOTLINE | UNIT_ROLES | {Role.ADMIN}):
        return "督查、纪检、审计人员不能兼任被监督的岗位或管理员"
    if roles & UNIT_ROLES and not unit:
        return "承办单位人员必须写明所属单位"
    if Role.AGENT in roles and not agent:
        return "坐席必须写明坐席工号"
    return ""
