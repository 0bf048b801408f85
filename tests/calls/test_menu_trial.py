"""A draft of the menu on the telephone of whoever tries it: real switch, real keys, and no trace of a call."""

from __future__ import annotations

import asyncio

import pytest

from core.control import ControlRefused
from hotline.demo.tones import level_db
from ivr.build import build_prompts, release_flow
from ivr.flow import parse_flow
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
