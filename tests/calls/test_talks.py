"""Talks on a real switch: who hears whom, who can end what, and what is left afterwards."""

from __future__ import annotations

import asyncio

import pytest

from core.control import ControlRefused
from core.facts import Fact
from hotline.demo.legs import CityCall, Phone
from hotline.demo.tones import level_db
from routing.directory import Phone as Number
from routing.roster import Roster, Slot
from routing.roster_file import as_bytes
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


class Talk:
    """A citizen and agent a1001, talking."""

    def __init__(self, town: Town, citizen: CityCall, key: str, mark: int) -> None:
        self.town, self.citizen, self.key, self.mark = town, citizen, key, mark

    @property
    def agent(self) -> Phone:
        return self.town.city.phone("6001")

    async def fact(self, kind: str, deadline: float = 60.0, **data: object) -> Fact:
        return await self.town.fact(kind, deadline, self.mark, **data)

    async def do(self, verb: str, **args: object) -> dict[str, object]:
        result: dict[str, object] = await self.town.control.do(verb, call=self.key, **args)
        return result

    async def party(self, role: str) -> str:
        view = await self.town.call(self.key)
        return next(p["party"] for p in view["parties"] if p["role"] == role and p["state"] in ("room", "side"))

    async def invite(self, unit: str = "housing", role: str = "unit", **more: object) -> Fact:
        """Invite somebody and wait until they are in."""
        await self.do("call.invite", role=role, id=unit, by="a1001", **more)
        return await self.fact("party.joined", 12, role=role)


def hears_something(citizen: CityCall) -> bool:
    """Whether any sound has reached the citizen."""
    return citizen.heard_file.exists() and level_db(citizen.heard_file) > -50


async def ring(town: Town, key: str = "0") -> tuple[CityCall, str, int]:
    """A citizen rings and asks for a person; return the citizen, the call key and where the journal stood."""
    mark = town.journal.seq if town.journal else 0
    citizen = await town.city.citizen()
    answered = await town.fact("call.answered", 5, mark)
    await town.until(lambda: hears_something(citizen) or None, 5, "the menu says nothing")
    await citizen.press(key)
    return citizen, answered.call, mark


async def begin(town: Town) -> Talk:
    """Bring a citizen and agent a1001 together."""
    await town.ready("a1001")
    citizen, key, mark = await ring(town)
    await town.fact("party.joined", 12, mark, role="agent")
    await citizen.until_heard("agent", 15)
    return Talk(town, citizen, key, mark)


async def test_three_talk_and_each_hears_the_other_two(town: Town) -> None:
    talk = await begin(town)
    joined = await talk.invite()
    unit = town.city.phone(joined.data["phone"])
    await asyncio.gather(
        talk.citizen.until_heard("unit", 6), talk.agent.last.until_heard("citizen", 6),
        talk.agent.last.until_heard("unit", 6), unit.last.until_heard("citizen", 6), unit.last.until_heard("agent", 6),
    )
    assert (await talk.fact("first_responder")).data["unit"] == "housing"


async def test_the_agent_leaves_and_citizen_and_department_talk_on(town: Town) -> None:
    talk = await begin(town)
    joined = await talk.invite()
    await talk.do("party.leave", party=await talk.party("agent"))
    await talk.fact("party.left", role="agent", why="left")
    before = talk.citizen.heard().get("unit", 0.0)
    await talk.citizen.until_heard("unit", 6, before + 1.5)
    await town.city.phone(joined.data["phone"]).hang_up()
    assert (await talk.fact("talk.ended")).data["act"] == "plain_hangup"
    assert talk.citizen.is_up


async def test_the_department_leaves_and_citizen_and_agent_talk_on(town: Town) -> None:
    talk = await begin(town)
    joined = await talk.invite()
    await town.city.phone(joined.data["phone"]).hang_up()
    await talk.fact("party.left", role="unit")
    before = talk.citizen.heard()["agent"]
    await talk.citizen.until_heard("agent", 6, before + 1.5)
    assert not town.facts("talk.ended", talk.mark)


async def test_a_finished_talk_leads_to_the_rating(town: Town) -> None:
    talk = await begin(town)
    await talk.do("call.finish", by="a1001")
    assert (await talk.fact("talk.ended")).data["act"] == "finish"
    await talk.agent.ended(3)
    await talk.citizen.press("4")
    assert (await talk.fact("call.rated")).data["rating"] == 4
    await talk.fact("call.hung_up", 15)


async def test_from_the_rating_0_leads_back_to_a_person(town: Town) -> None:
    talk = await begin(town)
    await town.ready("a1002")
    await talk.do("call.finish", by="a1001")
    await talk.fact("talk.ended")
    await talk.citizen.press("0")
    joined = await talk.fact("party.joined", 12, who="a1002")
    assert joined.call == talk.key
    assert (await talk.fact("queue.entered", why="rating")).call == talk.key


async def test_an_agent_whose_leg_is_lost_is_rung_again(town: Town) -> None:
    talk = await begin(town)
    await talk.agent.hang_up(cause=41)
    await talk.fact("queue.entered", why="lost")
    await talk.agent.answered(8, nth=2)
    joined = [f for f in town.facts("party.joined", talk.mark) if f.data["who"] == "a1001"]
    await town.until(lambda: len([f for f in town.facts("party.joined", talk.mark)]) == 2, 6, "not back")
    assert joined
    assert talk.citizen.is_up


async def test_then_the_next_agent_is_rung_and_the_citizen_is_first_in_line(town: Town) -> None:
    talk = await begin(town)
    await town.city.set_behaviour("6001", "rings_out")
    await town.ready("a1002")
    await talk.agent.hang_up(cause=41)
    await talk.fact("party.joined", 15, who="a1002")
    assert (await talk.fact("agent.state", agent="a1001", state="break")).data["why"] in ("missed", "lost")


async def test_an_agent_who_does_not_answer_is_missed_and_the_next_is_rung(town: Town) -> None:
    await town.city.set_behaviour("6001", "rings_out")
    await town.ready("a1001")
    await town.ready("a1002")
    _, _, mark = await ring(town)
    assert (await town.fact("agent.missed", 12, mark)).data["agent"] == "a1001"
    await town.fact("party.joined", 12, mark, who="a1002")


async def test_consulting_in_private_the_citizen_hears_music_and_not_the_consult(town: Town) -> None:
    talk = await begin(town)
    await talk.do("call.consult", role="unit", id="housing", by="a1001")
    joined = await talk.fact("party.joined", 12, role="unit")
    assert joined.data["place"] == "side"
    unit = town.city.phone(joined.data["phone"]).last
    await asyncio.gather(talk.agent.last.until_heard("unit", 6), unit.until_heard("agent", 6))
    assert "unit" not in talk.citizen.heard()
    assert "citizen" not in unit.heard()
    await talk.do("call.bring_back", by="a1001")
    await asyncio.gather(talk.citizen.until_heard("unit", 6), unit.until_heard("citizen", 6))
    await talk.fact("first_responder")


async def test_held_the_citizen_hears_no_agent_and_comes_back(town: Town) -> None:
    talk = await begin(town)
    await talk.do("call.hold", by="a1001")
    await talk.fact("citizen.held")
    held_at = talk.citizen.heard()["agent"]
    await talk.do("call.resume", by="a1001")
    await talk.fact("citizen.back")
    await talk.citizen.until_heard("agent", 6, held_at + 1.0)


async def test_an_agent_who_hangs_up_during_a_consult_hands_the_citizen_to_the_department(town: Town) -> None:
    talk = await begin(town)
    await talk.do("call.consult", role="unit", id="housing", by="a1001")
    await talk.fact("party.joined", 12, role="unit")
    await talk.agent.hang_up()
    await talk.citizen.until_heard("unit", 8)


@pytest.mark.parametrize(("behaviour", "why"), [
    ("busy", "busy"), ("declines", "declined"), ("congestion", "congestion"), ("no_such_number", "no_such_number"),
    ("rings_out", "rang_out"), ("silent", "gateway_dead"),
])
async def test_why_a_department_could_not_be_had(town: Town, behaviour: str, why: str) -> None:
    for number in ("66010001", "66010002"):
        await town.city.set_behaviour(number, behaviour)
    talk = await begin(town)
    await talk.do("call.invite", role="unit", id="housing", by="a1001")
    ended = await talk.fact("invite.ended", 12, who="housing")
    assert ended.data["result"] == "failed"
    assert {f["why"] for f in ended.data["failures"]} == {why}
    assert not town.facts("first_responder", talk.mark)
    before = talk.citizen.heard()["agent"]
    await talk.citizen.until_heard("agent", 6, before + 0.5)


async def test_two_answer_at_once_and_there_is_one_first_responder(town: Town) -> None:
    for number in ("66010001", "66010002"):
        await town.city.set_behaviour(number, "answers_at_once")
    talk = await begin(town)
    await talk.invite()
    await town.until(lambda: town.facts("invite.failed", talk.mark) or None, 12, "the loser is still there")
    joined = [f for f in town.facts("party.joined", talk.mark) if f.data["role"] == "unit"]
    assert len(joined) == 1
    assert len(town.facts("first_responder", talk.mark)) == 1


async def test_a_voicemail_that_answers_a_duty_phone_never_meets_the_citizen(town: Town) -> None:
    await town.city.set_behaviour("66020001", "answers_at_once")
    await town.city.set_behaviour("66020002", "busy")
    talk = await begin(town)
    await talk.do("call.invite", role="unit", id="water", by="a1001")
    failed = await talk.fact("invite.failed", 25, phone="66020001")
    assert failed.data["why"] == "not_accepted"
    assert "water" not in talk.citizen.heard()


async def test_a_duty_phone_that_presses_1_is_in(town: Town) -> None:
    await town.city.set_behaviour("66020001", "presses_1", press=6.0)
    talk = await begin(town)
    await talk.do("call.invite", role="unit", id="water", by="a1001")
    await talk.fact("first_responder", 20)


async def test_two_agents_inviting_the_same_unit_ring_it_once(town: Town) -> None:
    talk = await begin(town)
    first, second = await asyncio.gather(*(
        talk.do("call.invite", role="unit", id="housing", by=agent) for agent in ("a1001", "a1002")
    ))
    assert first["invitation"] == second["invitation"]
    with pytest.raises(ControlRefused, match="being rung"):
        await talk.do("call.invite", role="unit", id="water", by="a1001")
    await talk.fact("party.joined", 12, role="unit")
    assert len(town.city.phone("66010001").legs) == 1


async def test_nobody_is_dialled_by_what_somebody_typed(town: Town) -> None:
    talk = await begin(town)
    for typed in ("66010001", "13900000000", "housing&PJSIP/1@network", "../x", "住建局"):
        with pytest.raises(ControlRefused, match=r"is in the directory"):
            await talk.do("call.invite", role="unit", id=typed, by="a1001")


async def test_a_cancelled_invitation_rings_nobody_any_more(town: Town) -> None:
    for number in ("66010001", "66010002"):
        await town.city.set_behaviour(number, "rings_out")
    talk = await begin(town)
    invited = await talk.do("call.invite", role="unit", id="housing", by="a1001")
    await town.city.phone("66010001").rang(5)
    await talk.do("call.cancel", invitation=invited["invitation"])
    await town.city.phone("66010001").ended(3)
    assert (await talk.fact("invite.ended", who="housing")).data["result"] == "cancelled"


async def test_a_department_that_answers_after_the_talk_is_over_is_told_so(town: Town) -> None:
    for number in ("66010001", "66010002"):
        await town.city.set_behaviour(number, "rings_out")
    talk = await begin(town)
    await talk.do("call.invite", role="unit", id="housing", by="a1001")
    await town.city.phone("66010001").rang(5)
    await talk.citizen.hang_up()
    await town.city.phone("66010001").ended(3)
    await town.nothing_left()


async def test_an_expert_talks_but_is_no_first_responder(town: Town) -> None:
    talk = await begin(town)
    await talk.invite("lawyer", "expert")
    await talk.citizen.until_heard("expert", 6)
    assert not town.facts("first_responder", talk.mark)


async def silenced(talk: Talk) -> float:
    """Wait until what was on its way has arrived: for a second of the agent's own hearing the citizen hears no more.

    Returns for how many seconds the citizen has heard the agent. A busy machine delivers late, in a lump; a party who
    is not muted is heard on for ever, and this never ends in time.
    """
    async with asyncio.timeout(60):
        while True:
            before = talk.citizen.heard()["agent"]
            heard = talk.agent.last.heard().get("citizen", 0.0)
            await talk.agent.last.until_heard("citizen", 25, heard + 1.0)
            if talk.citizen.heard()["agent"] == before:
                return before


async def test_a_muted_party_is_not_heard(town: Town) -> None:
    talk = await begin(town)
    await talk.do("party.mute", party=await talk.party("agent"), muted=True)
    before = await silenced(talk)
    await talk.agent.last.until_heard("citizen", 25, talk.agent.last.heard()["citizen"] + 2.0)
    assert talk.citizen.heard()["agent"] < before + 0.6
    await talk.do("party.mute", party=await talk.party("agent"), muted=False)
    await talk.citizen.until_heard("agent", 25, before + 1.0)


async def test_the_last_one_with_the_citizen_cannot_leave_but_finish(town: Town) -> None:
    talk = await begin(town)
    with pytest.raises(ControlRefused, match="alone with the citizen"):
        await talk.do("party.leave", party=await talk.party("agent"))


async def test_a_talk_may_last_longer_than_the_menu(town: Town) -> None:
    talk = await begin(town)
    await talk.citizen.until_heard("agent", 14, 10.0)  # menu_seconds is 8 here
    assert talk.citizen.is_up


async def test_an_agent_rings_a_citizen_back_into_one_recorded_room(town: Town) -> None:
    await town.ready("a1001")
    mark = town.journal.seq if town.journal else 0
    await town.city.set_behaviour("13911112222", "answers", tone=520)
    out = await town.control.do("call.dial_out", agent="a1001", number="13911112222", order="2026-1123-0001")
    answered = await town.fact("call.answered", 12, mark)
    assert answered.call == out["call"]
    assert answered.data["direction"] == "out"
    citizen = town.city.phone("13911112222").last
    await asyncio.gather(citizen.until_heard("agent", 6), town.city.phone("6001").last.until_heard("citizen", 6))
    assert (town.settings.recordings_dir / f"{out['call']}-mixed.alaw").exists()


@pytest.mark.parametrize("state", ["menu", "waiting", "ringing", "room", "held", "consult", "inviting", "rating"])
async def test_a_citizen_who_hangs_up_leaves_nothing_behind(town: Town, state: str) -> None:
    if state in ("menu", "waiting", "ringing"):
        if state == "ringing":
            await town.city.set_behaviour("6001", "rings_out")
            await town.ready("a1001")
        if state == "menu":
            citizen = await town.city.citizen()
        else:
            citizen, _, mark = await ring(town)
            await town.fact("invite.ringing" if state == "ringing" else "queue.entered", 8, mark)
    else:
        talk = await begin(town)
        citizen = talk.citizen
        await put_into(talk, state)
    await citizen.hang_up()
    await town.nothing_left()
    agents = {a["agent"]: a["state"] for a in await town.control.do("agents.list")}
    assert agents["a1001"] in ("offline", "ready", "wrap_up")
    assert await town.control.do("calls.list") == []


async def put_into(talk: Talk, state: str) -> None:
    """Lead a talk into a state."""
    if state == "held":
        await talk.do("call.hold", by="a1001")
        await talk.fact("citizen.held")
    elif state == "consult":
        await talk.do("call.consult", role="unit", id="housing", by="a1001")
        await talk.fact("party.joined", 12, role="unit")
    elif state == "inviting":
        await talk.do("call.invite", role="unit", id="housing", by="a1001")
        await talk.fact("invite.ringing", phone="66010001")
    elif state == "rating":
        await talk.do("call.finish", by="a1001")
        await talk.fact("talk.ended")


async def test_a_talk_finished_from_hold_releases_who_stepped_aside_and_is_rated(town: Town) -> None:
    talk = await begin(town)
    await talk.do("call.consult", role="unit", id="housing", by="a1001")
    unit = town.city.phone((await talk.fact("party.joined", 12, role="unit")).data["phone"])
    await talk.do("call.finish", by="a1001")
    assert (await talk.fact("talk.ended")).data == {"act": "finish", "by": "a1001"}
    await asyncio.gather(talk.agent.ended(3), unit.ended(3))
    assert {(await talk.fact("party.left", role=role)).data["why"] for role in ("agent", "unit")} == {"finished"}
    await talk.citizen.press("5")
    assert (await talk.fact("call.rated")).data["rating"] == 5


async def test_whose_citizen_hangs_up_did_not_hang_up_and_is_not_lost(town: Town) -> None:
    talk = await begin(town)
    await talk.citizen.hang_up()
    assert (await talk.fact("party.left", role="agent")).data["why"] == "citizen_gone"


async def test_two_clicks_on_finish_end_one_talk(town: Town) -> None:
    talk = await begin(town)
    await asyncio.gather(*(talk.do("call.finish", by="a1001") for _ in range(2)), return_exceptions=True)
    await talk.agent.ended(3)
    await talk.citizen.press("4")
    await talk.fact("call.rated", rating=4)
    await talk.fact("talk.ended")
    assert len(town.facts("talk.ended", talk.mark)) == 1


async def test_a_department_rung_for_a_consult_that_is_over_comes_to_the_citizen(town: Town) -> None:
    for number in ("66010001", "66010002"):
        await town.city.set_behaviour(number, "rings_out")
    talk = await begin(town)
    await talk.do("call.consult", role="unit", id="housing", by="a1001")
    await town.city.phone("66010001").rang(5)
    await talk.do("call.bring_back", by="a1001")
    await talk.fact("citizen.back")
    await town.city.phone("66010001").pick_up()
    await talk.citizen.until_heard("unit", 10)
    assert (await talk.fact("first_responder")).data["unit"] == "housing"


async def test_an_agent_who_gives_up_before_the_citizen_answers_rings_nobody_any_more(town: Town) -> None:
    await town.ready("a1001")
    mark = town.journal.seq if town.journal else 0
    await town.city.set_behaviour("13911112222", "rings_out")
    await town.control.do("call.dial_out", agent="a1001", number="13911112222", order="2026-1123-0001")
    await town.city.phone("13911112222").rang(8)
    await town.city.phone("6001").hang_up()
    await town.city.phone("13911112222").ended(3)
    assert (await town.fact("invite.failed", 3, mark, party="citizen")).data["why"] == "cancelled"
    assert await town.control.do("calls.list") == []


async def test_an_outgoing_call_to_a_busy_citizen_leaves_nothing(town: Town) -> None:
    await town.ready("a1001")
    mark = town.journal.seq if town.journal else 0
    await town.city.set_behaviour("13911112222", "busy")
    await town.control.do("call.dial_out", agent="a1001", number="13911112222", order="2026-1123-0001")
    assert (await town.fact("invite.failed", 12, mark, party="citizen")).data["why"] == "busy"
    await town.nothing_left()
    assert await town.control.do("calls.list") == []


async def test_who_is_on_duty_by_the_units_own_roster_is_rung(town: Town) -> None:
    always = Slot(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), begin="00:00", end="00:00",
                  phones=(Number(number="66010002"),))
    town.settings.rosters_file.write_bytes(as_bytes({"housing": Roster(slots=(always,))}))
    await town.city.set_behaviour("66010002", "answers", after=0.5)
    try:
        talk = await begin(town)
        joined = await talk.invite()
        assert joined.data["phone"] == "66010002"
        assert (await talk.fact("invite.intended", role="unit")).data["phones"] == [["66010002"], ["66010001"]]
    finally:
        town.settings.rosters_file.unlink()
