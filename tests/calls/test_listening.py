"""A team leader beside a talk: heard by nobody, then by the agent alone, then by all; and what ends with what."""

from __future__ import annotations

import pytest

from core.control import ControlRefused
from hotline.demo.legs import Phone
from tests.calls.test_talks import Talk, begin, ring
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
LEADER, PHONE = "a1003", "6003"


async def listening(town: Town, talk: Talk, mode: str = "listen") -> tuple[Phone, str]:
    """Have the leader listen, speaking a tone of their own; return their telephone and the listener's id."""
    made = await talk.do("listen.begin", agent=LEADER, mode=mode, by="wang")
    phone = town.city.phone(PHONE)
    await phone.answered(6)
    await phone.last.tone(phone.last.wire.tones["leader"])
    await talk.fact("listen.began", who=LEADER, to="a1001")
    return phone, str(made["listener"])


async def test_who_listens_hears_both_and_is_heard_by_nobody(town: Town) -> None:
    talk = await begin(town)
    phone, _ = await listening(town, talk)
    await phone.last.until_heard("citizen", 8)
    await phone.last.until_heard("agent", 8)
    assert talk.citizen.heard().get("leader", 0.0) == 0.0
    assert talk.agent.last.heard().get("leader", 0.0) == 0.0
    view = await town.call(talk.key)
    assert [(one["who"], one["mode"], one["to"]) for one in view["listeners"]] == [(LEADER, "listen", "a1001")]
    assert [one["who"] for one in view["parties"]] == ["a1001"]


async def test_a_whisper_is_heard_by_the_agent_alone_and_joining_by_all(town: Town) -> None:
    talk = await begin(town)
    phone, listener = await listening(town, talk)
    await talk.do("listen.change", listener=listener, mode="whisper", by="wang")
    await talk.agent.last.until_heard("leader", 8)
    await phone.last.until_heard("citizen", 8)
    assert talk.citizen.heard().get("leader", 0.0) == 0.0
    await talk.do("listen.change", listener=listener, mode="join", by="wang")
    await talk.fact("party.joined", who=LEADER)
    await talk.citizen.until_heard("leader", 8)
    await phone.hang_up()
    await talk.fact("party.left", who=LEADER)
    before = talk.citizen.heard()["agent"]
    await talk.citizen.until_heard("agent", 8, before + 1.0)


async def test_who_takes_over_stays_with_the_citizen_and_the_agent_is_out(town: Town) -> None:
    talk = await begin(town)
    phone, listener = await listening(town, talk)
    await talk.do("listen.change", listener=listener, mode="take_over", by="wang")
    assert (await talk.fact("party.left", who="a1001")).data["why"] == "taken_over"
    await talk.citizen.until_heard("leader", 8)
    assert talk.citizen.is_up
    assert not town.facts("queue.entered", talk.mark)[1:]  # the citizen was never led back to the line
    await talk.do("call.finish", by=LEADER)
    assert (await talk.fact("talk.ended")).data["act"] == "finish"
    await phone.ended(5)


async def test_listening_ends_with_the_talk_and_the_talk_does_not_end_with_listening(town: Town) -> None:
    talk = await begin(town)
    phone, listener = await listening(town, talk)
    await phone.hang_up()
    assert (await talk.fact("listen.ended")).data["why"] == "over"
    assert talk.agent.is_up
    assert talk.citizen.is_up
    phone.forget()
    again, _ = await listening(town, talk)
    await talk.citizen.hang_up()
    await again.ended(6)
    await talk.fact("listen.ended", listener=(await talk.fact("listen.intended")).data["listener"])
    with pytest.raises(ControlRefused, match="not live"):
        await talk.do("listen.change", listener=listener, mode="listen")


@pytest.mark.slow
async def test_a_listener_follows_into_the_consult_and_is_no_reason_to_keep_the_citizen_held(town: Town) -> None:
    talk = await begin(town)
    phone, _ = await listening(town, talk)
    await talk.do("call.consult", role="expert", id="lawyer", by="a1001")
    await phone.last.until_heard("expert", 12)
    await talk.do("call.bring_back", by="a1001")
    await talk.fact("citizen.back", 10)
    await phone.last.until_heard("citizen", 8)


async def test_a_report_is_the_agents_alone(town: Town) -> None:
    talk = await begin(town)
    phone, _ = await listening(town, talk)
    await talk.do("call.appeal", agent="a1001", number=1, appeal={"kind": "report", "summary": "举报"})
    await phone.ended(5)
    assert (await talk.fact("listen.ended")).data["why"] == "confidential"
    with pytest.raises(ControlRefused, match="report"):
        await talk.do("listen.begin", agent=LEADER)
    assert talk.citizen.is_up


async def test_nobody_moves_anothers_telephone(town: Town) -> None:
    talk = await begin(town)
    phone, listener = await listening(town, talk)
    for act in ("listen.change", "listen.stop"):
        with pytest.raises(ControlRefused, match="nobody"):
            await talk.do(act, listener=listener, agent="a1002", **({"mode": "join"} if act.endswith("change") else {}))
    await talk.do("listen.stop", listener=listener, agent=LEADER)
    await phone.ended(5)


@pytest.mark.slow
async def test_who_listens_is_not_rung_for_citizens_and_listens_to_one_call(town: Town) -> None:
    talk = await begin(town)
    await town.ready(LEADER)
    phone, listener = await listening(town, talk)
    assert (await talk.do("listen.begin", agent=LEADER))["listener"] == listener
    _, key, mark = await ring(town)
    assert (await town.fact("queue.entered", 12, mark, why="menu")).call == key
    assert not [one for one in town.facts("invite.intended", mark) if one.data["who"] == LEADER]
    await phone.hang_up()
    await town.fact("invite.intended", 8, mark, who=LEADER)


async def test_a_controller_that_starts_again_knows_who_listens(town: Town) -> None:
    talk = await begin(town)
    phone, listener = await listening(town, talk, "whisper")
    await town.stop_controller()
    await town.start_controller()
    view = await town.call(talk.key)
    assert [(one["listener"], one["mode"]) for one in view["listeners"]] == [(listener, "whisper")]
    await talk.do("listen.stop", listener=listener)
    await phone.ended(5)
    assert (await town.fact("listen.ended", 5, talk.mark)).data["why"] == "stopped"
    assert talk.citizen.is_up


async def test_whoever_listens_to_an_agent_who_is_lost_goes_on_by_themselves_when_the_agent_is_back(town: Town) -> None:
    talk = await begin(town)
    phone, listener = await listening(town, talk, "whisper")
    await talk.agent.last.until_heard("leader", 20)
    await talk.agent.hang_up(cause=41)
    await talk.fact("party.left", 20, who="a1001", why="lost")
    await talk.agent.answered(20, nth=2)
    again = await talk.fact("listen.again", 20, who=LEADER, to="a1001", listener=listener)
    await talk.agent.last.until_heard("leader", 20)  # whispers as before, on the same telephone
    await phone.last.until_heard("citizen", 20, phone.last.heard()["citizen"] + 1.0)
    assert talk.citizen.heard().get("leader", 0.0) == 0.0
    (one,) = (await town.call(talk.key))["listeners"]
    assert (one["mode"], one["party"], one["waits"]) == ("whisper", again.data["party"], False)
    await talk.do("listen.stop", listener=listener)
    await phone.ended(10)


async def test_whoever_waits_for_an_agent_who_does_not_come_back_is_told_and_let_go(town: Town) -> None:
    talk = await begin(town)
    phone, _ = await listening(town, talk)
    await town.city.set_behaviour("6001", "rings_out")
    await talk.agent.hang_up(cause=41)
    await talk.fact("party.left", 20, who="a1001", why="lost")
    (one,) = (await town.call(talk.key))["listeners"]
    assert one["waits"]
    assert (await talk.fact("listen.ended", 30, who=LEADER)).data["why"] == "agent_lost"
    await phone.ended(10)
    assert talk.citizen.is_up
