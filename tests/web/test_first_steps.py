"""The newcomer's checklist: ticked by what was really done, told from the journal; absent outside the demonstration."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core import facts
from core.facts import Fact
from core.secrets import Secrets
from core.settings import Settings
from routing.directory import Directory
from tests.people.staff import Staff
from tests.web.conftest import staffed
from tests.web.http import browser, signed_on
from web.first_steps import STEPS, Progress, take, true_now
from web.routes_telephone import NUMBER
from workorders.life.words import Role

DESKS = frozenset({"a1004"})
CALL = "c" * 32


def ticked(*said: tuple[str, str, dict[str, Any]]) -> set[str]:
    progress = Progress()
    for n, (kind, call, data) in enumerate(said, 1):
        take(progress, Fact(n, 0.0, kind, call, str(n), data), NUMBER, DESKS)
    return progress.done


RANG = (facts.CALL_ANSWERED, CALL, {"caller": NUMBER})
ROOM = {"role": "agent", "place": "room"}
MET = (RANG, (facts.PARTY_JOINED, CALL, ROOM | {"who": "a1004"}))
BEGUN = {"answered", "room"}


def test_each_act_of_the_newcomer_s_call_ticks_its_own_step() -> None:
    assert ticked(RANG) == {"answered"}
    assert ticked(RANG, (facts.QUEUE_ENTERED, CALL, {"why": "menu"})) == {"answered", "waiting"}
    assert ticked(*MET) == BEGUN
    assert ticked(*MET, (facts.PARTY_JOINED, CALL, {"role": "unit", "place": "side"})) == BEGUN
    assert ticked(*MET, (facts.PARTY_MOVED, CALL, {"role": "unit", "place": "room"})) == BEGUN | {"three"}
    assert ticked(*MET, (facts.APPEAL_SAVED, CALL, {})) == BEGUN | {"saved"}
    assert ticked(*MET, (facts.CALL_RATED, CALL, {"rating": 5})) == BEGUN | {"rating"}
    assert ticked(*MET, (facts.CALL_RATED, CALL, {"rating": None})) == BEGUN


def test_what_the_demonstration_s_own_agent_does_ticks_nothing_of_the_newcomer_s_desk() -> None:
    taken = (RANG, (facts.PARTY_JOINED, CALL, ROOM | {"who": "a1001"}))
    assert ticked(*taken, (facts.APPEAL_SAVED, CALL, {}), (facts.CALL_RATED, CALL, {"rating": 4}),
                  (facts.PARTY_JOINED, CALL, {"role": "unit", "place": "room"})) == {"answered"}


def test_a_lost_talk_that_waits_to_be_fetched_back_is_no_pressing_of_0() -> None:
    assert ticked(*MET, (facts.QUEUE_ENTERED, CALL, {"why": "lost"})) == BEGUN


@pytest.mark.parametrize(("state", "so"), [
    ("ready", {"ready"}), ("talking", {"ready"}), ("offline", set()), ("break", set())])
def test_who_is_on_duty_need_not_press_ready_once_more(state: str, so: set[str]) -> None:
    assert true_now([{"agent": "a1004", "state": state}, {"agent": "a1001", "state": "ready"}], DESKS) == so


def test_somebody_else_s_call_and_a_phone_on_a_table_tick_nothing() -> None:
    other = "d" * 32
    assert ticked((facts.CALL_ANSWERED, other, {"caller": "13800001234"}), (facts.APPEAL_SAVED, other, {})) == set()
    assert ticked((facts.AGENT_STATE, "", {"agent": "a1001", "state": "ready"})) == set()
    assert ticked((facts.AGENT_STATE, "", {"agent": "a1004", "state": "break"})) == set()
    assert ticked((facts.AGENT_STATE, "", {"agent": "a1004", "state": "ready"})) == {"ready"}


@pytest.fixture
async def trying(home: Settings, secrets: Secrets, directory: Directory) -> AsyncIterator[Staff]:
    """A house in which the demonstration's telephone is on."""
    async with staffed(home.model_copy(update={"demo_phone": True}), secrets, directory) as made:
        yield made


async def done(client: Any) -> list[str]:
    answer = await client.get("/telephone/call")
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["done"]
    return found


async def test_the_list_follows_the_journal_and_begins_anew_when_asked(trying: Staff) -> None:
    client = await browser(trying)
    shown = await client.get("/telephone")
    assert [step for step in STEPS if f'data-step="{step}"' not in shown.text] == []
    assert await done(client) == []
    await signed_on(trying, "zhaoqian", Role.AGENT, agent="a1004")
    journal = trying.house.controller.journal
    journal.append(facts.CALL_ANSWERED, CALL, caller=NUMBER)
    journal.append(facts.PARTY_JOINED, CALL, who="a1004", **ROOM)
    journal.append(facts.APPEAL_SAVED, CALL, agent="a1004")
    assert await done(client) == ["answered", "room", "saved", "signed_on"]
    assert await done(await browser(trying)) == ["answered", "room", "saved", "signed_on"]
    assert (await client.post("/telephone/steps/again")).json() == {"done": ["signed_on"]}
    journal.append(facts.QUEUE_ENTERED, CALL, why="lost")
    assert await done(client) == ["signed_on"]
    journal.append(facts.CALL_RATED, CALL, rating=4, why="pressed")
    assert await done(client) == ["rating", "signed_on"]  # of the call that was up


async def test_the_page_names_the_login_and_says_how_the_last_call_was_rated(trying: Staff) -> None:
    await signed_on(trying, "zhaoqian", Role.AGENT, agent="a1004")
    client = await browser(trying)
    shown = (await client.get("/telephone")).text
    assert "登录名 zhaoqian。" in shown
    assert "王敏会让开" in shown
    journal = trying.house.controller.journal
    journal.append(facts.CALL_ANSWERED, CALL, caller=NUMBER)
    assert (await client.get("/telephone/call")).json()["rating"] is None
    journal.append(facts.CALL_RATED, CALL, rating=4, why="pressed")
    assert (await client.get("/telephone/call")).json()["rating"] == 4
    journal.append(facts.CALL_ANSWERED, "e" * 32, caller=NUMBER)
    assert (await client.get("/telephone/call")).json()["rating"] is None  # the next call has none yet


async def test_outside_the_demonstration_there_is_no_list(staff: Staff) -> None:
    client = await browser(staff)
    for path in ("/telephone", "/telephone/call"):
        assert (await client.get(path)).status_code == 404
