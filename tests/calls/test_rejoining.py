"""An agent who was cut off while a unit stayed with the citizen comes back into that talk when they ask for it."""

from __future__ import annotations

import pytest

from core.control import ControlRefused
from tests.calls.test_talks import Talk, begin
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def offered(town: Town, agent: str = "a1001") -> str:
    return next(str(one["rejoin"]) for one in await town.control.do("agents.list") if one["agent"] == agent)


async def cut_off(town: Town) -> Talk:
    """A talk of three whose agent is cut off and does not come back in time."""
    talk = await begin(town)
    await talk.invite()
    await town.city.set_behaviour("6001", "rings_out")
    await talk.agent.hang_up(cause=41)
    await talk.fact("agent.state", 30, agent="a1001", state="break")
    await town.city.set_behaviour("6001", "answers")
    return talk


async def test_it_is_offered_while_citizen_and_unit_talk_on_and_one_wish_brings_the_agent_back(town: Town) -> None:
    talk = await cut_off(town)
    assert await offered(town) == talk.key
    assert await offered(town, "a1002") == ""
    view = await town.call(talk.key)
    assert (view["state"], [leg["role"] for leg in view["parties"]]) == ("room", ["unit"])
    with pytest.raises(ControlRefused, match="does not wait for you"):
        await talk.do("call.rejoin", agent="a1002")
    before = len([one for one in town.facts("party.joined", talk.mark) if one.data["who"] == "a1001"])
    await talk.do("call.rejoin", agent="a1001", by="a1001")
    await town.until(lambda: len([one for one in town.facts("party.joined", talk.mark)
                                  if one.data["who"] == "a1001"]) > before, 30, "not back")
    await talk.agent.last.until_heard("citizen", 20)
    await talk.agent.last.until_heard("unit", 20)
    assert await offered(town) == ""
    assert len([one for one in town.facts("queue.entered", talk.mark) if one.call == talk.key]) == 1
    assert (await talk.fact("agent.state", 10, agent="a1001", state="talking")).call == talk.key


async def test_a_controller_that_starts_again_still_offers_it_and_a_talk_that_is_over_is_offered_no_more(
    town: Town,
) -> None:
    talk = await cut_off(town)
    await town.stop_controller()
    await town.start_controller()
    assert await offered(town) == talk.key
    await talk.citizen.hang_up()
    await talk.fact("call.hung_up", 20)
    assert await offered(town) == ""
    with pytest.raises(ControlRefused):
        await talk.do("call.rejoin", agent="a1001")


async def test_who_was_cut_off_while_the_controller_was_away_is_offered_it_as_after_any_loss(town: Town) -> None:
    talk = await begin(town)
    await talk.invite()
    await town.stop_controller()
    leg = talk.agent.last
    await leg.hang_up(cause=41)
    await leg.until_ended(30)
    await town.start_controller()
    assert await offered(town) == talk.key
    assert (await town.call(talk.key))["state"] == "room"
    await talk.do("call.rejoin", agent="a1001", by="a1001")
    await town.until(lambda: talk.agent.last is not leg or None, 30, "not rung into the talk")
    await talk.agent.last.until_heard("citizen", 20)
    await talk.agent.last.until_heard("unit", 20)
    assert await offered(town) == ""
