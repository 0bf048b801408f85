"""A real call while no controller runs: the switch starts the survival menu by itself."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from core.settings import Settings
from hotline.demo.city import City
from hotline.demo.legs import CityCall
from hotline.switch import EmbeddedSwitch
from ivr.build import build_prompts, release_flow
from ivr.flow import load_flow, parse_flow
from tests.ivr.flows import text

pytestmark = pytest.mark.switch


def told(settings: Settings) -> list[str]:
    """What dialplan and menu reported into the switch's own log so far."""
    if not settings.cel_file.exists():
        return []
    rows: list[dict[str, Any]] = [json.loads(line) for line in settings.cel_file.read_text().splitlines()]
    return [json.loads(row["eventextra"])["extra"] for row in rows if "fact=" in str(row["eventextra"])]


async def until_told(settings: Settings, words: str, deadline: float) -> str:
    """Wait until a report has these words in it."""
    end = time.monotonic() + deadline
    while not (found := [line for line in told(settings) if words in line]):
        assert time.monotonic() < end, f"no {words!r} in {told(settings)}"
        await asyncio.sleep(0.05)
    return found[0]


@pytest.fixture
def published(home: Settings) -> Settings:
    """The default flow, rendered and in force."""
    release_flow(load_flow(home.flow), build_prompts(home), home.release_dir)
    return home


async def press_until(settings: Settings, citizen: CityCall, key: str, words: str) -> None:
    """Press a key again and again, as an impatient caller does, until something was told."""
    for _ in range(40):
        await citizen.press(key)
        if any(words in line for line in told(settings)):
            return


async def test_a_key_leads_where_the_last_published_menu_says(
    published: Settings, switch: EmbeddedSwitch, city: City,
) -> None:
    citizen = await city.citizen()
    await press_until(published, citizen, "9", "fact=menu.outcome")
    outcome = await until_told(published, "fact=menu.outcome", 5)
    assert "outcome=service skill=english unit= urgency=0 lang=en" in outcome
    step = await until_told(published, "fact=menu.step", 2)
    assert "driver=survival" in step
    assert "step=welcome verb=menu pressed=9 why=key to=english" in step


async def test_a_silent_caller_reaches_a_person_after_the_whole_menu(
    home: Settings, switch: EmbeddedSwitch, city: City,
) -> None:
    short = parse_flow(text('  welcome: {verb: menu, prompts: hello, choices: {"1": person}, time_out: 1}'), "short")
    release_flow(short, build_prompts(home), home.release_dir)
    await city.citizen()
    assert "outcome=service skill=general" in await until_told(home, "fact=menu.outcome", 15)
    step = await until_told(home, "fact=menu.step", 2)
    assert "why=time_out to=person" in step


async def test_without_a_single_prompt_the_keys_still_work(
    published: Settings, switch: EmbeddedSwitch, city: City,
) -> None:
    for file in published.prompts_dir.rglob("*.alaw"):
        file.unlink()
    for file in published.prompts_dir.rglob("*.sln16"):
        file.unlink()
    citizen = await city.citizen()
    await press_until(published, citizen, "3", "fact=menu.outcome")
    assert "outcome=service skill=general unit= urgency=2" in await until_told(published, "fact=menu.outcome", 5)
    assert "pressed=3 why=key" in await until_told(published, "fact=menu.step", 2)


async def test_with_a_broken_release_a_person_takes_the_call(
    home: Settings, switch: EmbeddedSwitch, city: City,
) -> None:
    home.release_dir.mkdir(parents=True)
    (home.release_dir / "flow.json").write_text("{")
    await city.citizen()
    assert "outcome=service skill=general" in await until_told(home, "fact=menu.outcome", 10)
