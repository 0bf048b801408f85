"""A draft on the telephone of whoever tries it, and what the next caller hears: real switch, real keys."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.control import ControlRefused
from hotline.demo.tones import level_db
from ivr.build import build_prompts, build_publishing, release_flow
from ivr.flow import flow_from_data, parse_flow
from ivr.publishing import Signed, Wish, announce
from ivr.trial import beginning, trials
from tests.ivr.flows import text
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
STEPS = """\
  welcome: {verb: menu, prompts: [hello, wrong], choices: {"1": bye}, time_out: 20, retries: 3}
  bye: {verb: hang_up}
"""


async def test_a_draft_is_played_to_the_telephone_of_whoever_tries_it(town: Town) -> None:
    flow = parse_flow(text(STEPS), "draft.yaml")
    release = await asyncio.to_thread(release_flow, flow, build_prompts(town.settings), trials(town.settings))
    mark = max((fact.seq for fact in town.facts()), default=0)
    rung = await town.control.do("menu.try", agent="a1001", place=beginning(release.id), by="guanli")
    phone = town.city.phone(rung["phone"])
    await town.until(lambda: bool(phone.legs) and phone.last.is_up, 20, "the telephone is not rung, or nobody answers")
    leg = phone.last
    await town.until(lambda: leg.heard_file.exists() and level_db(leg.heard_file) > -50, 20, "the menu says nothing")
    await leg.press("1")
    await town.until(lambda: leg.is_over, 15, "the key leads nowhere")
    kinds = {fact.kind for fact in town.facts() if fact.seq > mark}
    assert not any(kind.startswith(("menu.", "call.", "queue.")) for kind in kinds), kinds
    assert not list(town.settings.recordings_dir.glob(f"{rung['trial']}*"))


async def test_whoever_is_given_calls_is_not_rung_for_a_trial(town: Town) -> None:
    await town.ready("a1001")
    with pytest.raises(ControlRefused, match="agent_on_duty"):
        await town.control.do("menu.try", agent="a1001", place=beginning("1-abcd"))
    with pytest.raises(ControlRefused, match="bad_place"):
        await town.control.do("menu.try", agent="a1002", place="x,y")


async def test_a_notice_and_an_old_numbers_greeting_are_heard_by_the_next_caller(town: Town) -> None:
    publishing = build_publishing(town.settings)
    document = {**publishing.plain_release(publishing.shelf.index().current)}
    document["numbers"] = {"12319": {"name": "城管热线", "field": "city", "greeting": "old", "unit": "cityorder",
                                     "entry": "complaint"}}
    document["prompts"] = {**document["prompts"], "old": dict.fromkeys(document["languages"], "您好，城管热线。")}
    await asyncio.to_thread(publishing.publish, flow_from_data(document), Signed("guanli", "整合"))
    greeting = publishing.prompts.file_of("old", "zh-CN", "您好，城管热线。")
    now = time.time()
    wish = Wish({"zh-CN": "城南停水，正在抢修。"}, now - 1, now + 3600)
    notice = await asyncio.to_thread(announce, publishing, wish, "guanli", "供水公司来函")
    try:
        mark = max((fact.seq for fact in town.facts()), default=0)
        citizen = await town.city.citizen(called="12319")
        answered = await town.fact("call.answered", 20, mark)
        outcome = await town.fact("menu.outcome", 40, mark, driver="fastagi")
        assert (outcome.data["unit"], outcome.data["variables"]["kind"]) == ("cityorder", "complaint")
        spoken = [publishing.prompts.folder / "zh-CN" / f"{file}.alaw" for file in (notice.files["zh-CN"], greeting)]
        least = sum(file.stat().st_size for file in spoken) / 8000
        assert outcome.at - answered.at >= least * 0.9, "the notice and the number's greeting were not played"
        assert citizen.is_up
    finally:
        await asyncio.to_thread(publishing.shelf.take_down, notice.id)


async def test_which_telephones_are_registered_and_from_where_is_told_as_the_switch_knows_it(town: Town) -> None:
    found = {one["phone"]: one for one in await town.control.do("phones.list")}  # the town waits until they are
    assert found["6001"]["state"] == "free"
    beside = {f"{agent.phone}d" for agent in town.directory.agents if agent.kind == "web"}
    assert set(found) == {agent.phone for agent in town.directory.agents} | beside
    web = next(agent.phone for agent in town.directory.agents if agent.kind == "web")
    assert found[web]["state"] == "away"  # nobody has the page open
    where = await town.control.do("phones.where", phone="6001")
    assert (where["registered"], where["agent"]) == (True, found["6001"]["agent"])
    assert where["address"].startswith("127.0.0.")
    assert where["until"] > time.time()
    assert (await town.control.do("phones.where", phone=web))["registered"] is False
    with pytest.raises(ControlRefused) as refused:
        await town.control.do("phones.where", phone="9999")
    assert refused.value.code == "no_such_phone"
