"""Whatever is asked within or against the description, no answer is a fault of the house, and every one is described.

schemathesis makes up the requests from the OpenAPI text; a real server answers them, with orders, people and rules in
it. Each operation is asked by somebody who holds its permission, about things that are there and things that are not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.people.rights import INSTALLATION
from tests.api.town_hall import accepted, people
from tests.api.whole_life import Life
from tests.people.staff import Staff
from workorders.knowledge.keeping import By, Content, make, publish
from workorders.knowledge.wishes import flag
from workorders.life.words import Role

CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LEFT_OUT: Final = {"GET /api/events",  # never ends
                   "DELETE /api/session", "DELETE /api/sessions"}  # would sign off whoever asks the rest
EXAMPLES: Final = {"POST /api/work-orders/{number}/acts": 50}
USUAL: Final = 7
CALL: Final = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough here."""
    return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"


class Asker:
    """Asks operations as whoever holds their permission, about `known` things or made-up ones."""

    def __init__(self, staff: Staff, sessions: dict[str, requests.Session], known: dict[str, list[str]]) -> None:
        self.base = str(staff.house.client.base_url).rstrip("/")
        self.sessions, self.known = sessions, known
        self.asked = 0
        self.faults: dict[str, str] = {}
        self.statuses: set[int] = set()

    def explore(self, operation: Any) -> None:
        """Ask an operation a number of times."""
        name = f"{operation.method.upper()} {operation.path}"
        session = self.sessions[holder(operation.definition.raw["x-permission"])]
        both = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)

        @settings(max_examples=EXAMPLES.get(name, USUAL), derandomize=True, database=None, deadline=None,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=both, known=st.integers(0, 3))
        def ask(case: Any, known: int) -> None:
            self._ask(name, session, case, known)

        ask()

    def _ask(self, name: str, session: requests.Session, case: Any, known: int) -> None:
        for parameter in set(case.path_parameters or ()) & self.known.keys() if known else ():
            there = self.known[parameter]
            case.path_parameters[parameter] = there[known % len(there)]
        for _ in range(5):  # on a busy machine the database may be "away for a moment": sent again, as the answer says
            answer = case.call(base_url=self.base, session=session, timeout=60)
            if answer.status_code != 503:
                break
        self.asked += 1
        self.statuses.add(answer.status_code)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            told = "; ".join(str(one).split("\n\n")[0] for one in group.exceptions)
            shown = f"{told} {case.as_curl_command()} {answer.text[:300]}"
            self.faults.setdefault(f"{name} {answer.status_code}", shown)


def holder(permission: str) -> str:
    """Return who asks an operation that needs `permission`."""
    if permission in ("audit.read", "retention.hold"):
        return "discipline"
    if permission in INSTALLATION and permission.partition(".")[0] in ("calls", "agents", "house", "records"):
        return "house"
    return "everybody"


async def signed_on(staff: Staff, login: str, *roles: Role, **more: str) -> requests.Session:
    await staff.person(login, *roles, **more)
    _, answer = await staff.log_in(login)
    session = requests.Session()
    session.trust_env = False
    session.cookies.update(dict(answer.cookies))
    session.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return session


async def sessions_of(staff: Staff) -> dict[str, requests.Session]:
    house = requests.Session()
    house.trust_env = False
    house.headers["Authorization"] = staff.house.client.headers["Authorization"]
    return {"house": house, "discipline": await signed_on(staff, "discipline", Role.DISCIPLINE),
            "everybody": await signed_on(staff, "everybody", Role.AGENT, Role.TEAM_LEADER, Role.BACK_OFFICE,
                                         Role.QUALITY, Role.DUTY_LEADER, Role.ADMIN, agent="a9")}


async def things(staff: Staff) -> dict[str, list[str]]:
    """Make orders in several states, and return what is there by the names of path parameters."""
    everybody = await people(staff, "office", "leader")
    numbers = [await accepted(staff, key=f"o{n}", call_key=None, appeal=None) for n in range(3)]
    await Life(numbers[1], everybody).step("office", "submit", "awaiting_signature")
    await Life(numbers[2], everybody).step("office", "dispatch", "dispatched", data={"unit": "housing"})
    async with staff.db.writing() as session:
        by = By("office", staff.now)
        articles = [await make(session, Content(f"知识 {n}", "供暖从 11 月开始", "housing"), by) for n in range(3)]
        await publish(session, articles[0], by)
        flagged = await flag(session, articles[0], by)
    known = {"article": ["1", "2", "3"], "edition": ["1"], "flag": [flagged.id]}
    return known | {"number": numbers, "key": [CALL], "unit": ["housing", "street1"]}


def operations(app: Any) -> Iterator[Any]:
    for found in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
        operation = found.ok()
        if f"{operation.method.upper()} {operation.path}" not in LEFT_OUT:
            yield operation


async def test_every_answer_is_described_and_none_is_a_fault_of_the_house(staff: Staff) -> None:
    asker = Asker(staff, await sessions_of(staff), await things(staff))

    def explore_all() -> None:
        for operation in operations(staff.house.app):
            asker.explore(operation)

    await asyncio.to_thread(explore_all)
    assert not asker.faults, "\n".join(f"{name}: {fault}" for name, fault in asker.faults.items())
    assert {200, 201, 400, 404, 409, 422} <= asker.statuses
    assert asker.asked > 300
