"""A draft of the menu on the telephone in the page of whoever tries it: a real browser, the real switch."""

from __future__ import annotations

import asyncio

import pytest

from ivr.build import build_prompts, release_flow
from ivr.flow import parse_flow
from ivr.trial import beginning, trials
from tests.ivr.flows import text
from tests.web.axe import faults
from tests.web.desk import Browsers, House

pytestmark = [pytest.mark.switch, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
STEPS = """\
  welcome: {verb: menu, prompts: [hello, wrong], choices: {"1": bye}, time_out: 30, retries: 3}
  bye: {verb: hang_up}
"""


async def test_a_trial_is_answered_by_the_page_and_its_keys_reach_the_menu(house: House, browsers: Browsers) -> None:
    town = house.town
    flow = parse_flow(text(STEPS), "draft.yaml")
    release = await asyncio.to_thread(release_flow, flow, build_prompts(town.settings), trials(town.settings))
    desk = await browsers.desk()
    await town.control.do("menu.try", agent="a1004", place=beginning(release.id), by="zhaoqian")
    notice = desk.page.locator("#notice-trial")
    await notice.wait_for()
    assert "试听菜单草稿" in await notice.inner_text()
    assert await faults(desk.page) == []
    await notice.get_by_role("button", name="1", exact=True).press("Enter")
    await notice.wait_for(state="detached")
    assert desk.faults == []
    await desk.line_is_up()
