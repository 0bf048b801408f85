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
    "orders.export",  # many orders as a file, within what one may read
    "calls.read", "calls.act", "calls.dial", "calls.for_others",
    "calls.listen",  # hear a live talk, speak to its agent alone, join it, take it over
    "records.read", "recordings.listen", "agents.read", "agents.act", "events.read", "house.read",
    "attachments.read", "attachments.write",  # of orders that one may read
    "numbers.unmask",  # see one citizen's number, audited
    "numbers.see",  # numbers are never masked: for programs that must pass them on
    "figures.read",  # assessment of units and of the hotline
    "figures.publish",  # the file for the press
    "reports.read", "reports.write", "reports.sign",  # daily to monthly, 要情专报; whoever reads one may give receipt
    "knowledge.read", "knowledge.write", "knowledge.publish",  # a unit writes its own articles, the hotline publishes
    "knowledge.tell",  # nothing found, this is wrong, this was cited
    "quality.read",  # checks of calls: one's own; with one of the following, all of them; training clips
    "quality.rules",  # what is drawn and what is scored, with every version of it
    "quality.write",  # draw and score, make clips
    "quality.appeal", "quality.decide",  # the agent; a second person
    "policy.read", "policy.write", "calendar.read", "calendar.write",
    "classification.read", "classification.write",  # 三级分类
    "flows.read", "flows.write", "flows.publish",  # the menu
    "lines.write",  # what information lines say: those of one's own unit or, with flows.publish, any
    "directory.read", "directory.write",
    "phones.read",  # the agents' telephones, registered or not; their accounts are for those who keep people
    "phrases.read", "phrases.write",  # a unit writes its own, the hotline the common ones
    "rosters.write",  # who is on duty, of one's own unit or, with directory.write, of any
    "webhooks.read", "webhooks.write",
    "exchange.read", "exchange.write",  # partners: province, districts, 110
    "exchange.act",  # orders that come from and go to them
    "retention.read", "retention.write", "retention.run",  # rules and dry run; changing them; deleting by them
    "retention.hold",  # what must not be deleted, whatever the rules say
    "open311.post",  # a key in citizens' apps: posts service requests, and nothing else
    "people.read", "people.write", "clients.read", "clients.write", "audit.read"})

_SIGNED_ON = frozenset({"self", "calendar.read", "classification.read", "phrases.read"})
_HANDLING = _SIGNED_ON | {"orders.read", "orders.act", "attachments.read", "attachments.write", "knowledge.read",
                          "knowledge.tell", "directory.read"}
_FIGURES = frozenset({"figures.read", "reports.read"})
_RECORDS = frozenset({"records.read", "recordings.listen"})
_WATCHING = frozenset({"calls.read", "agents.read", "events.read"})
_AGENT = _HANDLING | _RECORDS | _WATCHING | {
    "orders.write", "calls.act", "calls.dial", "agents.act", "numbers.unmask", "quality.read", "quality.rules",
    "quality.appeal"}
_ON_DUTY = _HANDLING | _WATCHING | _FIGURES | {"reports.sign", "policy.read"}
_OVERSIGHT = _HANDLING | _RECORDS | _FIGURES | {"numbers.unmask", "orders.export", "policy.read", "exchange.read",
                                                "retention.read"}

OF_ROLE: Final[Mapping[Role, frozenset[str]]] = {
    Role.AGENT: _AGENT,
    Role.TEAM_LEADER: _AGENT | _FIGURES | {
        "calls.for_others", "calls.listen", "phones.read", "policy.read", "flows.read", "quality.decide"},
    Role.BACK_OFFICE: _HANDLING | _RECORDS | _FIGURES | {
        "orders.write", "calls.dial", "agents.read", "numbers.unmask",  # dials: follow-up goes through the platform
        "orders.export", "figures.publish", "reports.write", "phrases.write", "knowledge.write",
        "knowledge.publish", "policy.read", "flows.read", "exchange.read", "exchange.act",
        "quality.read", "quality.rules", "quality.decide"},
    Role.QUALITY: _HANDLING | _RECORDS | _FIGURES | {
        "policy.read", "quality.read", "quality.rules", "quality.write", "quality.decide"},
    Role.UNIT_HANDLER: _HANDLING | {"numbers.unmask", "knowledge.write"},  # the unit must reach the citizen
    Role.UNIT_LEAD: _HANDLING | {
        "figures.read", "numbers.unmask", "people.read", "orders.export", "knowledge.write", "rosters.write",
        "phrases.write", "lines.write"},
    Role.EXPERT: _SIGNED_ON | {"orders.read", "orders.write", "orders.act",  # what they took: scope
                               "knowledge.read", "knowledge.tell"},
    Role.DUTY_LEADER: _ON_DUTY,
    Role.DEPUTY: _ON_DUTY,
    Role.SUPERVISION: _OVERSIGHT | _WATCHING,
    Role.DISCIPLINE: _OVERSIGHT | {"audit.read", "retention.hold"},
    Role.ADMIN: _SIGNED_ON | {  # keeps the house, reads nobody's appeal
        "people.read", "people.write", "clients.read", "clients.write", "house.read", "agents.read", "phones.read",
        "policy.read", "policy.write", "calendar.write", "classification.write", "phrases.write", "quality.rules",
        "flows.read", "flows.write", "flows.publish", "lines.write", "directory.read", "directory.write",
        "rosters.write",
        "knowledge.read", "knowledge.write", "knowledge.publish", "webhooks.read", "webhooks.write",
        "exchange.read", "exchange.write", "retention.read", "retention.write", "retention.run"},
    # sees how the house is kept and who looked at what, changes nothing; may say what must not be deleted
    Role.AUDITOR: _SIGNED_ON | {
        "people.read", "clients.read", "audit.read", "policy.read", "quality.rules", "flows.read", "directory.read",
        "webhooks.read", "exchange.read", "retention.read", "retention.hold"},
}

# the installation's own token: worker → web, the demonstration. Nothing about people, keys or the audit.
INSTALLATION: Final = frozenset({
    "orders.read", "orders.write", "calls.read", "calls.act", "calls.dial", "calls.for_others", "records.read",
    "recordings.listen", "agents.read", "agents.act", "events.read", "house.read", "numbers.see", "directory.read",
    "calendar.read", "classification.read", "attachments.read", "attachments.write"})

# what an API key may be given; the rest takes a person. In an order's life a program accepts, notes, and gives back or
# answers what was handed over to it: the table of steps says so, and nothing more.
CLIENT_SCOPES: Final = frozenset({
    "orders.read", "orders.write", "orders.act", "orders.export", "calls.read", "records.read", "agents.read",
    "events.read", "house.read", "figures.read", "numbers.see", "attachments.read", "attachments.write",
    "knowledge.read", "directory.read", "calendar.read", "classification.read", "exchange.act", "open311.post"})

# still possible for a call that is up while the database is away (api.access)
ON_THE_LINE: Final = frozenset({"calls.read", "calls.act", "agents.read", "agents.act", "events.read"})

UNIT_ROLES: Final = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEAD})
_HOTLINE: Final = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.BACK_OFFICE, Role.QUALITY})
_LEADERS: Final = frozenset({Role.DUTY_LEADER, Role.DEPUTY})
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

    Follow-up is never made by the department that handled the order; who watches takes no part; nobody signs for, or
    arbitrates about, the department they work in.
    """
    if not roles <= OF_ROLE.keys():
        return "其中有不能授予个人的角色"
    if roles & UNIT_ROLES and roles & _HOTLINE:
        return "承办单位人员不能兼任热线岗位（回访不得由承办单位进行）"
    if roles & _LEADERS and roles & UNIT_ROLES:
        return "值班领导不能兼任承办单位岗位（不能签批、裁定本单位的工单）"
    if roles & _WATCHERS and roles & (_HOTLINE | _LEADERS | UNIT_ROLES | {Role.ADMIN}):
        return "督查、纪检、审计人员不能兼任被监督的岗位或管理员"
    if roles & UNIT_ROLES and not unit:
        return "承办单位人员必须写明所属单位"
    if Role.AGENT in roles and not agent:
        return "坐席必须写明坐席工号"
    return ""
