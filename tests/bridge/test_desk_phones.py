"""Page or telephone on the desk: what an agent chose is what is rung, until they choose again, also after a restart."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.desk_phones import DeskPhones
from bridge.errors import Refused
from bridge.memory import Memory
from core.facts import AGENT_PHONE, Fact
from routing.agents import AgentStatus
from routing.directory import Directory
from routing.seats import Seats
from tests.bridge.test_web_phones import Desk


class Seated(Desk):
    """The desk of an agent (a1) with a page and a telephone beside it."""

    def __init__(self) -> None:
        super().__init__()
        directory = Directory.model_validate({"agents": [
            {"id": "a1", "name": "a1", "phone": "6004", "kind": "web"}, {"id": "a2", "name": "a2", "phone": "6002"}]})
        self.seats = Seats(directory, {})
        self.line.directory = self.phones.directory = self.seats
        self.beside = DeskPhones(self.talks, self.line, self.seats)
        self.put: list[tuple[str, str]] = []
        self.switch.give_desk_secret = self._take  # type: ignore[attr-defined]

    async def _take(self, phone: str, secret: str) -> None:
        self.put.append((phone, secret))


@pytest.fixture
async def desk() -> Seated:
    return Seated()


async def code_of(work: Any) -> str:
    with pytest.raises(Refused) as refused:
        await work
    return refused.value.code


async def test_the_telephone_beside_the_page_rings_once_chosen_and_the_page_once_chosen_again(desk: Seated) -> None:
    await desk.phones.open("a1")
    await desk.phones.here("a1")
    assert await desk.beside.choose("a1", "plain") == {"agent": "a1", "rings": "plain", "phone": "6004d"}
    desk.ready()
    assert desk.free() == ["a1"]  # a telephone needs no word of a page
    desk.now += 60
    desk.line.tick(desk.now)
    assert desk.status() is AgentStatus.READY  # the page that is not there any more is not missed
    assert await code_of(desk.phones.open("a1")) == "plain_phone"
    desk.table.board.agents.put("a1", AgentStatus.BREAK, desk.now)
    assert (await desk.beside.choose("a1", "web"))["phone"] == "6004"
    desk.ready()
    assert desk.free() == []  # until the page says that it is there


async def test_nobody_changes_the_telephone_while_they_are_given_calls(desk: Seated) -> None:
    desk.ready()
    assert await code_of(desk.beside.choose("a1", "plain")) == "agent_on_duty"
    assert (await desk.beside.choose("a1", "web"))["rings"] == "web"  # no change, nothing to refuse
    assert await code_of(desk.beside.choose("a2", "web")) == "no_choice"
    assert await code_of(desk.beside.choose("nobody", "web")) == "no_such_agent"


async def test_a_secret_goes_to_a_telephone_on_a_desk_and_to_no_page(desk: Seated) -> None:
    await desk.beside.put("6004d", "new")
    await desk.beside.put("6002", "new")
    assert desk.put == [("6004d", "new"), ("6002", "new")]
    assert await code_of(desk.beside.put("6004", "new")) == "web_phone"
    assert await code_of(desk.beside.put("9999", "new")) == "no_such_phone"


def test_the_choice_outlives_the_controller() -> None:
    memory = Memory()
    for n, rings in enumerate(("web", "plain")):
        memory.fold(Fact(n + 1, 100.0, AGENT_PHONE, "", "", {"agent": "a1", "rings": rings}))
    again = Memory.from_dict(memory.as_dict())
    agent = {"id": "a1", "name": "a1", "phone": "6004", "kind": "web"}
    seated = Seats(Directory.model_validate({"agents": [agent]}), again.rings).agent("a1")
    assert seated is not None
    assert (seated.phone, seated.kind, seated.id) == ("6004d", "plain", "a1")


def test_no_agent_has_the_name_of_another_ones_telephone() -> None:
    with pytest.raises(ValueError, match="two agents share a phone"):
        Directory.model_validate({"agents": [{"id": "a1", "name": "a1", "phone": "6004", "kind": "web"},
                                             {"id": "a2", "name": "a2", "phone": "6004d"}]})
