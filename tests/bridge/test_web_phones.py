"""Telephones in pages: rung after their own word only; what is left of an earlier page is ended, nobody is blamed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.errors import Refused, SwitchAway
from bridge.line import Line
from bridge.model import CitizenState, Leg, LegState, Target
from bridge.signals import ChannelGone
from bridge.talks import Talks
from bridge.web_phones import WebPhones
from routing.agents import AgentStatus
from routing.directory import Directory
from tests.bridge.test_board import KEY, Table


class Scribe:
    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> None:
        """Facts are not looked at here."""


class Switch:
    """Remembers what it was told; a leg that is dropped is gone at once."""

    def __init__(self) -> None:
        self.secrets: list[tuple[str, str]] = []
        self.rung: list[str] = []
        self.away = False
        self.talks: Talks

    async def give_secret(self, phone: str, secret: str) -> None:
        if self.away:
            raise SwitchAway("away")
        self.secrets.append((phone, secret))

    async def drop(self, leg: Leg) -> None:
        self.talks.take(ChannelGone(leg.id, 16, 0))

    async def hang_up(self, leg: Leg, why: str) -> None:
        self.talks.take(ChannelGone(leg.id, 16, 0))

    async def ring(self, call: Any, leg: Leg, target: Target, seconds: int, *, exten: str, side: bool) -> None:
        self.rung.append(leg.who)
        leg.provisional = True

    async def tell_waiting(self, call: Any, place: int, minutes: int) -> None:
        """Nobody listens here."""


class Desk:
    """A line with one agent at a page (a1) and one at a telephone (a2), and its clock."""

    def __init__(self) -> None:
        self.table, self.switch, self.now = Table(), Switch(), 100.0
        self.talks = Talks(self.table.board, self.switch, Scribe(), lambda: self.now)  # type: ignore[arg-type]
        self.switch.talks = self.talks
        agents = [{"id": "a1", "name": "a1", "phone": "6004", "kind": "web"},
                  {"id": "a2", "name": "a2", "phone": "6002"}]
        directory = Directory.model_validate({"agents": agents})
        self.line = Line(self.talks, directory)
        self.phones = WebPhones(self.talks, self.line, directory)

    def status(self, agent: str = "a1") -> AgentStatus:
        return self.table.board.agents[agent].status

    def ready(self) -> None:
        self.table.board.agents.put("a1", AgentStatus.READY, self.now)

    def free(self) -> list[str]:
        return [agent.agent for agent in self.line.free()]


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_a_page_gets_a_new_secret_each_time_and_is_not_rung_before_it_says_so(desk: Desk) -> None:
    first, second = await desk.phones.open("a1"), await desk.phones.open("a1")
    assert first["secret"] != second["secret"]
    assert desk.switch.secrets[-1] == ("6004", second["secret"])
    desk.ready()
    assert desk.free() == []
    await desk.phones.here("a1")
    assert desk.free() == ["a1"]


async def test_who_signs_off_is_not_rung_and_the_secret_opens_nothing(desk: Desk) -> None:
    secret = (await desk.phones.open("a1"))["secret"]
    await desk.phones.here("a1")
    desk.ready()
    await desk.phones.close("a1")
    assert desk.free() == []
    assert desk.switch.secrets[-1][1] != secret


async def test_a_telephone_on_a_desk_has_no_page(desk: Desk) -> None:
    for agent, code in (("a2", "plain_phone"), ("nobody", "no_such_agent")):
        with pytest.raises(Refused) as refused:
            await desk.phones.open(agent)
        assert refused.value.code == code


async def test_a_switch_that_is_away_gives_no_secret_and_says_so(desk: Desk) -> None:
    desk.switch.away = True
    with pytest.raises(Refused) as refused:
        await desk.phones.open("a1")
    assert refused.value.code == "switch_away"


async def test_a_page_that_is_away_for_long_is_sent_no_more_calls(desk: Desk) -> None:
    await desk.phones.here("a1")
    desk.ready()
    await desk.phones.gone("a1")
    desk.now += 14
    desk.line.tick(desk.now)
    assert desk.status() is AgentStatus.READY
    desk.now += 2
    desk.line.tick(desk.now)
    assert desk.status() is AgentStatus.BREAK
    assert desk.table.board.agents["a1"].why == "page_gone"


async def test_a_page_that_comes_back_in_time_stays_ready(desk: Desk) -> None:
    await desk.phones.here("a1")
    desk.ready()
    await desk.phones.gone("a1")
    desk.now += 5
    await desk.phones.here("a1")
    desk.now += 30
    desk.line.tick(desk.now)
    assert desk.status() is AgentStatus.READY


async def test_a_page_that_lost_its_talk_is_rung_only_after_it_has_said_so_again(desk: Desk) -> None:
    await desk.phones.here("a1")
    desk.now += 10
    desk.table.board.agents.put("a1", AgentStatus.LOST, desk.now, call=KEY, until=desk.now + 10)
    assert desk.free() == []
    desk.now += 1
    await desk.phones.here("a1", fresh=True)
    assert desk.free() == ["a1"]


async def test_the_leg_of_an_earlier_page_is_ended_before_the_new_one_is_rung(desk: Desk) -> None:
    desk.table.ring("p1", role="agent", who="a1")
    desk.table.take_invitation("p1")
    desk.table.call.state = CitizenState.ROOM
    desk.table.call.legs["p1"].state = LegState.ROOM
    desk.table.call.legs["p1"].joined_at = 90.0
    desk.now += 1
    assert (await desk.phones.here("a1", fresh=True))["ended"] == 1
    assert desk.table.call.legs["p1"].state is LegState.GONE
    assert desk.status() is AgentStatus.LOST


async def test_a_ring_that_went_to_an_earlier_page_blames_nobody(desk: Desk) -> None:
    desk.table.ring("p1", role="agent", who="a1")
    desk.table.board.agents.put("a1", AgentStatus.RINGING, desk.now, call=KEY)
    assert (await desk.phones.here("a1"))["ended"] == 0
    assert desk.status() is AgentStatus.RINGING
    assert (await desk.phones.here("a1", fresh=True))["ended"] == 1
    await asyncio.sleep(0)
    assert desk.table.board.agents["a1"].missed == 0
    assert desk.status() in (AgentStatus.READY, AgentStatus.RINGING)  # rung again at once if the citizen still waits
