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
from web.first_steps import STEPS, Progress, take
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


def test_each_act_of_the_newcomer_s_call_ticks_its_own_step() -> None:
    assert ticked(RANG) == {"answered"}
    assert ticked(RANG, (facts.QUEUE_ENTERED, CALL, {})) == {"answered", "waiting"}
    assert ticked(RANG, (facts.PARTY_JOINED, CALL, {"role": "agent", "place": "room"})) == {"answered", "room"}
    assert ticked(RANG, (facts.PARTY_JOINED, CALL, {"role": "unit", "place": "side"})) == {"answered"}
    assert ticked(RANG, (facts.PARTY_MOVED, CALL, {"role": "unit", "place": "room"})) == {"answered", "three"}
    assert ticked(RANG, (facts.APPEAL_SAVED, CALL, {})) == {"answered", "saved"}
    assert ticked(RANG, (facts.CALL_RATED, CALL, {"rating": 5})) == {"answered", "rating"}
    assert ticked(RANG, (facts.CALL_RATED, CALL, {"rating": None})) == {"answered"}


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
    journal.append(facts.APPEAL_SAVED, CALL, agent="a1004")
    assert await done(client) == ["answered", "saved", "signed_on"]
    assert await done(await browser(trying)) == ["answered", "saved", "signed_on"]
    assert (await client.post("/telephone/steps/again")).json() == {"done": ["signed_on"]}
    journal.append(facts.QUEUE_ENTERED, CALL)
    assert await done(client) == ["signed_on"]  # of a call from before


async def test_outside_the_demonstration_there_is_no_list(staff: Staff) -> None:
    client = await browser(staff)
    for path in ("/telephone", "/telephone/call"):
        assert (await client.get(path)).status_code == 404
