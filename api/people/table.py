"""Who may do what, route by route, as read off the application itself: for the document, and for the test of each cell.

A route without exactly one permission cannot be put in the table, and so fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from api.access import Needs
from api.people.reach import ORDERS, PEOPLE, RECORDS, Reach
from api.people.rights import CLIENT_SCOPES, INSTALLATION, OF_ROLE, PERMISSIONS
from workorders.life.words import Role

CHINESE_ROLE: Final[Mapping[Role, str]] = {
    Role.AGENT: "坐席", Role.TEAM_LEADER: "班长", Role.BACK_OFFICE: "后台", Role.QUALITY: "质检",
    Role.UNIT_HANDLER: "单位经办", Role.UNIT_LEAD: "单位负责", Role.EXPERT: "专家", Role.DUTY_LEADER: "值班领导",
    Role.DEPUTY: "代班领导", Role.SUPERVISION: "督查", Role.DISCIPLINE: "纪检", Role.ADMIN: "管理员",
    Role.AUDITOR: "审计"}
_REACH: Final = {Reach.ALL: "all 全部", Reach.OPEN: "all but reports 举报除外",
                 Reach.UNIT: "of the own unit and those below 本单位及下级", Reach.OWN: "own 本人经手"}
_INTRO: Final = """# Who may do what

Written by `hotline people rights --write`; a test holds it to the code and requests every cell of it over the real
application. The reasons stand beside the tables in `api/people/rights.py` and `api/people/reach.py`.

What the words mean:

- **public**: whoever comes, without signing on. **self**: whoever is signed on, about themselves.
- A permission opens a route; which rows come back is part of the query (see *Which rows*); which step of an order
  somebody may take says the table of steps (`workorders/life/states.py`), in the office that the step asks for.
- ● may; · may not. *Key*: a program's own key may be given this permission. *House*: the installation's own token,
  worker and demonstration.
- Whoever must change their password first may do nothing but that, whatever their roles.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in: HTTP method, path as the application knows it, and the permission that opens it."""

    method: str
    path: str
    permission: str


class Ungoverned(Exception):
    """A route that names no permission, or more than one."""


def entries_of(app: Starlette) -> list[Entry]:
    """Return every way into an application, by path. Raises Ungoverned, naming the route."""
    return sorted(_entries(app.routes, ""), key=lambda entry: (entry.path, entry.method))


def _entries(routes: Iterable[BaseRoute], above: str) -> Iterator[Entry]:
    for found in iter_route_contexts(list(routes)):
        route: Any = found.original_route if isinstance(found.original_route, Mount) else found
        path = above + (route.path or "")
        if isinstance(route, Mount) and not isinstance(route.app, StaticFiles):
            yield from _entries(route.routes or _nothing_known(path), path)
        elif isinstance(route, Mount):
            yield Entry("GET", f"{path}/{{file}}", "public")  # the same files for everybody
        else:
            yield from (Entry(method, path, _permission(route, path)) for method in sorted(_methods(route)))


def _methods(route: Any) -> frozenset[str]:
    return frozenset(getattr(route, "methods", None) or {"WEBSOCKET"}) - {"HEAD", "OPTIONS"}


def _permission(route: Any, path: str) -> str:
    dependant: Dependant | None = getattr(route, "dependant", None)
    found = {need.permission for need in _needs(dependant)} if dependant else set()
    if len(found) != 1:
        raise Ungoverned(f"{path} names {'no permission' if not found else sorted(found)}; give it needs(…), once")
    return found.pop()


def _needs(dependant: Dependant) -> Iterator[Needs]:
    if isinstance(dependant.call, Needs):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _needs(inner)


def _nothing_known(path: str) -> Sequence[BaseRoute]:
    raise Ungoverned(f"what is mounted at {path} cannot be looked into; mount a router or static files")


def page(entries: Sequence[Entry]) -> str:
    """Return the document."""
    parts = [_INTRO, "## Routes\n", *_routes(entries), "\n## Permissions\n", *_permissions(entries),
             "\n## Which rows\n", *_rows()]
    return "\n".join(parts) + "\n"


def _routes(entries: Sequence[Entry]) -> Iterator[str]:
    yield _line("route", "permission", *CHINESE_ROLE.values(), "Key", "House")
    yield _line(*["---"] * (len(CHINESE_ROLE) + 4))
    for entry in entries:
        yield _line(f"{entry.method} {entry.path}", entry.permission, *_cells(entry.permission))


def _cells(permission: str) -> Iterator[str]:
    public = permission == "public"
    for role in CHINESE_ROLE:
        yield "●" if public or permission in OF_ROLE[role] else "·"
    yield "●" if public or permission in CLIENT_SCOPES else "·"
    yield "●" if public or permission in INSTALLATION else "·"


def _permissions(entries: Sequence[Entry]) -> Iterator[str]:
    asked = {entry.permission for entry in entries}
    yield _line("permission", *CHINESE_ROLE.values(), "Key", "House", "asked by")
    yield _line(*["---"] * (len(CHINESE_ROLE) + 4))
    for permission in sorted(PERMISSIONS - {"public"}):
        count = sum(entry.permission == permission for entry in entries)
        yield _line(permission, *_cells(permission), f"{count} routes" if permission in asked else "no route")


def _rows() -> Iterator[str]:
    yield _line("role", "orders", "call records, recordings", "people")
    yield _line(*["---"] * 4)
    for role, name in CHINESE_ROLE.items():
        yield _line(f"{name} {role.value}", *(_reach(table, role) for table in (ORDERS, RECORDS, PEOPLE)))
    yield ("\nTo the unit complained of, those under it, and those above it that it was not sent to, a report does not "
           "exist, whatever\noffice their people hold: every route answers as for a number that was never given out.")


def _reach(table: Mapping[Role, frozenset[Reach]], role: Role) -> str:
    return "; ".join(_REACH[reach] for reach in Reach if reach in table.get(role, ())) or "none"


def _line(*cells: Any) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
