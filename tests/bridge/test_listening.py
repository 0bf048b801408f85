"""Listening on bad days: a switch that is silent, a report that comes in between, a channel that is gone already."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.acts import Acts
from bridge.board import Board
from bridge.errors import Refused, SwitchError, SwitchSilent
from bridge.line import Line
from bridge.listening import Listening
from bridge.model import Call, CitizenState, Leg, LegState, Listener
from bridge.signals import ChannelGone, Joined
from bridge.talks import Talks
from core import facts
from routing.agents import AgentBoard
from routing.directory import Agent, Directory
from routing.roster_file import RosterFile

KEY = "0123456789abcdef0123456789abcdef"
PEOPLE = Directory(agents=(Agent(id="a1", name="王", phone="6001"), Agent(id="a2", name="班长", phone="6002")))


class Wire:
    """A switch that does what it is told to, or raises what it is given."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails: Exception | None = None

    def __getattr__(self, verb: str) -> Any:
        async def act(*_: object, **__: object) -> None:
            self.done.append(verb)
            if self.fails:
                raise self.fails

        return act


class Scribe:
    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> None:
        self.said.append((kind, data))


class Room:
    """A citizen and agent a1 in a talk; leader a2 listens to them."""

    def __init__(self) -> None:
        self.wire, self.scribe = Wire(), Scribe()
        self.board = Board(AgentBoard(["a1", "a2"]))
        self.talks = Talks(self.board, self.wire, self.scribe, lambda: 100.0)
        self.acts = Acts(self.talks, Line(self.talks, PEOPLE), PEOPLE,
                         RosterFile(Path("nowhere"), ZoneInfo("Asia/Shanghai")))
        self.listening = Listening(self.talks, self.acts)
        self.call = Call(KEY, "c1", state=CitizenState.ROOM)
        self.board.add_call(self.call)
        self.board.add_leg(self.call, Leg("l1", "agent", "a1", "6001", "plain", "", "PJSIP/6001-1", LegState.ROOM,
                                          joined_at=90.0))
        self.one = Listener("l2", KEY, "a2", "6002", "plain", "l1", "a1", channel="PJSIP/6002-1", began=95.0)
        self.board.listeners.put(self.one)

    @property
    def listening_now(self) -> list[str]:
        return [one.who for one in self.board.listeners]

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.scribe.said]


@pytest.mark.parametrize("mode", ["whisper", "join", "take_over"])
async def test_once_a_report_is_written_down_nothing_but_letting_go_happens(mode: str) -> None:
    room = Room()
    room.wire.fails = SwitchSilent("no answer")
    await room.acts.appeal(KEY, "a1", 1, {"kind": "report"})
    await room.talks.close()
    assert room.listening_now == ["a2"]  # the switch did not answer: they may listen still
    room.wire.fails = None
    with pytest.raises(Refused, match="report"):
        await room.listening.change(KEY, "l2", mode, agent="a2")
    assert "listen_as" not in room.wire.done
    await asyncio.gather(*room.talks._tasks)
    room.wire.done.clear()
    room.listening.mind()
    await asyncio.gather(*room.talks._tasks)
    assert room.wire.done == ["stop_listening"]


async def test_a_telephone_that_may_ring_is_known_and_one_that_cannot_is_not() -> None:
    room = Room()
    room.talks.take(ChannelGone("l2", 16, 0))
    room.wire.fails = SwitchSilent("no answer")
    made = await room.listening.begin(KEY, "a2")
    assert (room.listening_now, made["already"]) == (["a2"], False)
    room.talks.take(ChannelGone(str(made["listener"]), 0, 0))
    room.wire.fails = SwitchError("no such endpoint")
    with pytest.raises(Refused, match="did not do it"):
        await room.listening.begin(KEY, "a2")
    assert room.listening_now == []
    assert room.kinds().count(facts.LISTEN_ENDED) == 3


async def test_a_take_over_whose_telephone_is_gone_already_leaves_no_ghost() -> None:
    room = Room()

    class Gone(Wire):
        async def listen_as(self, *_: object) -> None:
            room.talks.take(ChannelGone("l2", 16, 0))
            raise SwitchError("no such channel")

    room.talks.switch = Gone()
    with pytest.raises(Refused):
        await room.listening.change(KEY, "l2", "take_over", agent="a2")
    assert room.listening_now == []
    assert [leg.who for leg in room.call.present()] == ["a1"]


async def test_who_takes_over_out_of_a_consult_brings_everybody_to_the_citizen() -> None:
    room = Room()
    room.call.legs["l1"].state = LegState.SIDE
    unit = Leg("u1", "unit", "housing", "1", "plain", "", "PJSIP/u", LegState.SIDE, joined_at=91.0)
    room.board.add_leg(room.call, unit)
    room.call.state = CitizenState.HELD
    with pytest.raises(Refused, match="on hold"):
        await room.listening.change(KEY, "l2", "join", agent="a2")
    await room.listening.change(KEY, "l2", "take_over", agent="a2")
    room.talks.take(Joined(KEY, "l2", False))
    await asyncio.gather(*room.talks._tasks)
    assert room.wire.done.count("step") >= 1
    assert "hang_up" in room.wire.done


async def test_nobody_listens_to_a_call_back_about_a_report() -> None:
    room = Room()
    room.talks.take(ChannelGone("l2", 16, 0))
    room.call.sealed = True
    with pytest.raises(Refused, match="report"):
        await room.listening.begin(KEY, "a2")
