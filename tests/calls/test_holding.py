"""One person of a talk on hold: hears nobody, is heard by nobody, and nobody is left with their music for ever."""

from __future__ import annotations

import pytest

from core.control import ControlRefused
from hotline.demo.legs import PhoneLeg
from tests.calls.test_talks import Talk, begin
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


SLACK = 1.5  # s of three: what a busy machine had not yet written down


class Three(Talk):
    """A citizen, agent a1001 and the housing department, talking."""

    unit_party: str
    unit: PhoneLeg

    async def held(self, role: str) -> str:
        """Put somebody on hold and wait until they are; return the party."""
        party = await self.party(role)
        await self.do("party.hold", party=party, by="a1001")
        await self.fact("party.held", 15, role=role)
        return party

    async def state_of(self, party: str) -> dict[str, object]:
        view = await self.town.call(self.key)
        return next(one for one in view["parties"] if one["party"] == party)


async def three(town: Town) -> Three:
    """Bring three together; each is heard by the citizen."""
    talk = await begin(town)
    here = Three(town, talk.citizen, talk.key, talk.mark)
    joined = await here.invite()
    here.unit_party, here.unit = joined.data["party"], town.city.phone(joined.data["phone"]).last
    await here.citizen.until_heard("unit", 25)
    await here.unit.until_heard("agent", 25)
    return here


async def hears_on(leg: object, role: str, seconds: float = 2.0) -> None:
    """Wait until a telephone has heard a role for so much longer than until now."""
    before = leg.heard().get(role, 0.0)  # type: ignore[attr-defined]
    await leg.until_heard(role, 30, before + seconds)  # type: ignore[attr-defined]


async def test_a_unit_on_hold_hears_nobody_and_is_heard_by_nobody_until_it_is_brought_back(town: Town) -> None:
    talk = await three(town)
    party = await talk.held("unit")
    await hears_on(talk.citizen, "agent", 1.0)  # what was on its way is through
    heard = [talk.citizen.heard()["unit"], talk.agent.last.heard()["unit"]]
    deaf = talk.unit.heard()
    await hears_on(talk.citizen, "agent", 3.0)
    assert talk.citizen.heard()["unit"] - heard[0] < SLACK
    assert talk.agent.last.heard()["unit"] - heard[1] < SLACK
    assert all(seconds - deaf.get(role, 0.0) < SLACK for role, seconds in talk.unit.heard().items())
    since = (await talk.state_of(party))["held_at"]
    await town.stop_controller()
    await town.start_controller()
    after = await talk.state_of(party)
    assert after["state"] == "held"
    assert after["held_at"] == pytest.approx(since, abs=2.0)
    await talk.do("party.back", party=party, by="a1001")
    await talk.fact("party.back", 15, role="unit")
    await hears_on(talk.citizen, "unit")
    await hears_on(talk.unit, "citizen")


@pytest.mark.slow
async def test_a_unit_on_hold_comes_to_the_citizen_when_the_agent_leaves(town: Town) -> None:
    talk = await three(town)
    await talk.held("unit")
    await talk.do("party.leave", party=await talk.party("agent"), by="a1001")
    await talk.fact("party.left", role="agent", why="left")
    await hears_on(talk.citizen, "unit")
    assert not town.facts("queue.entered", talk.mark)[1:]
    assert not town.facts("talk.ended", talk.mark)
    await town.city.phone(talk.unit.number).hang_up()
    assert (await talk.fact("talk.ended")).data["act"] == "plain_hangup"


@pytest.mark.slow
async def test_without_a_controller_too(town: Town) -> None:
    talk = await three(town)
    await talk.held("unit")
    await town.stop_controller()
    try:
        await talk.agent.hang_up()
        await hears_on(talk.citizen, "unit")
    finally:
        await town.start_controller()
    assert talk.citizen.is_up


@pytest.mark.slow
async def test_a_unit_that_hangs_up_on_hold_is_told_and_the_talk_goes_on(town: Town) -> None:
    talk = await three(town)
    party = await talk.held("unit")
    await town.city.phone(talk.unit.number).hang_up()
    assert (await talk.fact("party.left", role="unit")).data["why"] == "hung_up"
    await hears_on(talk.citizen, "agent")
    for verb in ("party.hold", "party.back"):
        with pytest.raises(ControlRefused, match="has left this talk") as refused:
            await talk.do(verb, party=party, by="a1001")
        assert refused.value.code == "left_already"
    with pytest.raises(ControlRefused, match="nobody else is with the citizen"):
        await talk.do("party.hold", party=await talk.party("agent"), by="a1001")
    with pytest.raises(ControlRefused, match="nobody 'x1'"):
        await talk.do("party.hold", party="x1", by="a1001")


@pytest.mark.slow
async def test_an_agent_who_is_lost_comes_back_and_the_unit_is_still_on_hold(town: Town) -> None:
    talk = await three(town)
    party = await talk.held("unit")
    await talk.agent.hang_up(cause=41)
    await talk.fact("queue.entered", why="lost")
    await talk.agent.answered(10, nth=2)
    await hears_on(talk.citizen, "agent")
    assert (await talk.state_of(party))["state"] == "held"
    await talk.do("party.back", party=party, by="a1001")
    await hears_on(talk.citizen, "unit")


@pytest.mark.slow
async def test_if_the_lost_agent_does_not_come_back_the_unit_is_brought_to_the_citizen(town: Town) -> None:
    talk = await three(town)
    await talk.held("unit")
    await town.city.set_behaviour("6001", "rings_out")
    await talk.agent.hang_up(cause=41)
    await talk.fact("queue.entered", why="lost")
    await talk.fact("party.back", 20, role="unit")
    await hears_on(talk.citizen, "unit")
    assert talk.citizen.is_up


@pytest.mark.slow
async def test_the_end_of_the_talk_lets_whoever_is_on_hold_go_whoever_ends_it(town: Town) -> None:
    talk = await three(town)
    await talk.held("unit")
    await talk.do("call.finish", by="a1001")
    await talk.fact("talk.ended")
    assert (await talk.fact("party.left", role="unit")).data["why"] == "finished"
    await talk.citizen.press("5")
    await talk.fact("call.hung_up", 15)
    await town.city.reset_behaviours()
    await town.control.do("agent.wrap_up_done", agent="a1001")
    again = await three(town)
    await again.held("unit")
    await again.citizen.hang_up()
    await again.fact("call.hung_up")
    assert (await again.fact("party.left", role="unit")).data["why"] == "citizen_gone"
    await town.nothing_left()


@pytest.mark.slow
async def test_an_agent_on_hold_leaves_citizen_and_unit_to_talk_and_comes_back(town: Town) -> None:
    talk = await three(town)
    party = await talk.held("agent")
    await hears_on(talk.citizen, "unit")
    before = talk.citizen.heard()["agent"]
    await hears_on(talk.unit, "citizen", 3.0)
    assert talk.citizen.heard()["agent"] - before < 1.0
    with pytest.raises(ControlRefused, match="nobody else is with the citizen"):
        await talk.do("party.hold", party=talk.unit_party, by="a1001")
    await talk.do("party.back", party=party, by="a1001")
    await hears_on(talk.citizen, "agent")


@pytest.mark.slow
async def test_whoever_is_on_hold_while_the_citizen_is_too_comes_back_into_the_consult(town: Town) -> None:
    talk = await three(town)
    await talk.do("call.hold", by="a1001")
    await talk.fact("citizen.held")
    await talk.agent.last.until_heard("unit", 25)
    party = await talk.held("unit")
    with pytest.raises(ControlRefused, match="bring the citizen back"):
        await talk.do("party.hold", party=await talk.party("agent"), by="a1001")
    await talk.do("call.resume", by="a1001")
    await talk.fact("citizen.back")
    await hears_on(talk.citizen, "agent")
    await talk.do("party.back", party=party, by="a1001")
    await hears_on(talk.citizen, "unit")
