"""The menu of a real call: real switch, real FastAGI session, real keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from core.facts import MENU_OUTCOME, MENU_STEP
from core.settings import Settings
from hotline.demo.city import City
from hotline.switch import EmbeddedSwitch
from ivr.agi import AgiServer, AgiSession
from ivr.build import build_menu_service, build_prompts, release_flow
from ivr.flow import parse_flow
from tests.ivr.flows import text
from tests.support.waiting import until

pytestmark = pytest.mark.switch

STEPS = """\
  welcome: {verb: menu, prompts: [hello, wrong], choices: {"1": second, "2": leave, "3": must}, time_out: 3}
  second: {verb: menu, prompts: [wrong, hello], choices: {"1": help}, time_out: 10}
  leave: {verb: record, prompts: hello, max_seconds: 20, then: bye}
  must: {verb: say, prompts: [hello, wrong], barge_in: false, then: order}
  order: {verb: collect, prompts: hello, barge_in: false, variable: order, min: 5, max: 6, time_out: 10, then: help}
  bye: {verb: hang_up}
  help: {verb: service, skill: complaint, urgency: 1}
"""


class Menu:
    """A menu serving one switch, and what it told."""

    def __init__(self, settings: Settings) -> None:
        release_flow(parse_flow(text(STEPS), "test.yaml"), build_prompts(settings), settings.release_dir)
        self.facts: list[tuple[str, dict[str, Any]]] = []
        self.sessions: list[AgiSession] = []
        self._service = build_menu_service(settings, lambda kind, call, key, data: self.facts.append((kind, data)))
        self.server = AgiServer({"menu": self._handle})

    async def _handle(self, session: AgiSession) -> None:
        self.sessions.append(session)
        await self._service.handle(session)

    async def until(self, look: Callable[[], object]) -> None:
        """Wait until `look` is true."""
        await until(look, complaint=lambda: f"not with the facts {self.facts}")

    async def outcome(self) -> dict[str, Any]:
        """Wait for the end of the menu."""
        await self.until(lambda: any(kind == MENU_OUTCOME for kind, _ in self.facts))
        return next(data for kind, data in self.facts if kind == MENU_OUTCOME)

    async def at(self, step: str) -> None:
        """Wait until the caller was led to a step."""
        await self.until(lambda: any(kind == MENU_STEP and data["to"] == step for kind, data in self.facts))


@pytest.fixture
async def menu(home: Settings, switch: EmbeddedSwitch) -> AsyncIterator[Menu]:
    """A menu that the switch of this test reaches."""
    found = await asyncio.to_thread(Menu, home)
    await found.server.start("127.0.0.1", home.agi_port)
    yield found
    await found.server.close()


async def test_two_questions_cost_four_round_trips_and_lead_where_they_say(menu: Menu, city: City) -> None:
    citizen = await city.citizen()
    await citizen.press("1")
    await menu.at("second")
    await citizen.press("1")
    assert (await menu.outcome())["skill"] == "complaint"
    assert menu.sessions[0].round_trips == 4


async def test_a_message_is_recorded_under_the_call_key(menu: Menu, city: City, home: Settings) -> None:
    citizen = await city.citizen()
    await citizen.press("2")
    await menu.at("leave")
    await menu.until(lambda: list(home.recordings_dir.glob("*-message-1.alaw")))
    file = next(home.recordings_dir.glob("*-message-1.alaw"))
    await menu.until(lambda: file.stat().st_size > 8000)
    await citizen.press("#")
    assert (await menu.outcome())["outcome"] == "message"


async def test_what_must_be_heard_is_heard_and_digits_are_collected(menu: Menu, city: City) -> None:
    citizen = await city.citizen()
    await citizen.press("3")
    await menu.at("order")
    await menu.until(lambda: menu.sessions[0].round_trips == 5)  # menu, said, place, asked: now it reads
    await citizen.press("20463#")
    assert (await menu.outcome())["variables"] == {"order": "20463"}


async def test_a_caller_who_hangs_up_in_the_menu_leaves_a_last_line(menu: Menu, city: City) -> None:
    citizen = await city.citizen()
    await citizen.press("1")
    await menu.at("second")
    await citizen.hang_up()
    await menu.until(lambda: menu.facts[-1][1].get("why") == "broken_off")
    assert not any(kind == MENU_OUTCOME for kind, _ in menu.facts)
    await menu.until(lambda: menu.server.calls == 0)
    assert menu.server.failed == 0


async def test_the_menu_is_told_the_number_that_was_called_and_who_calls(menu: Menu, city: City) -> None:
    await city.citizen("13912345678", name="${SHELL(id)}", called="12345")
    await menu.until(lambda: menu.sessions)
    headers = menu.sessions[0].headers
    assert (headers["agi_callerid"], headers["agi_dnid"]) == ("13912345678", "12345")
