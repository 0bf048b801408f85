"""Two desks, one unit, one team leader at once: who hears whom, by the tones at every ear.

Citizen 520 Hz and agent 660 Hz with a unit (1100 Hz) in one talk, citizen 2400 Hz and agent 590 Hz in the other; the
leader listens from the wallboard with a desk telephone that speaks 830 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from hotline.demo.behaviours import TONES
from hotline.demo.legs import CityCall, Leg
from tests.web.conftest import speak_into
from tests.web.desk import Browsers, Desk, House, talk
from workorders.life.words import Role

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
OTHER = 2400  # Hz, the second citizen's tone
SECOND = f"citizen@{OTHER}"
PHONE = "6003"  # the leader's


@dataclass
class Two:
    """Two talks at two desks, and a leader at the wallboard."""

    house: House
    desk: Desk
    citizen: CityCall
    other_desk: Desk
    other_citizen: CityCall
    wall: Page
    call: str
    other_call: str

    @property
    def leader(self) -> Leg:
        """What the leader's telephone hears."""
        return self.house.town.city.phone(PHONE).last

    async def unit(self) -> Leg:
        """Bring a unit into the first talk by keys; return its telephone's leg."""
        await self.desk.press("F8")
        await self.desk.page.keyboard.type("zf")
        await self.desk.press("Enter")
        await self.desk.state("three")
        joined = await self.house.town.fact("party.joined", 60, role="unit")
        return self.house.town.city.phone(joined.data["phone"]).last

    async def listen(self, agent: str, nth: int = 1) -> None:
        """Begin at an agent's tile; the leader's telephone answers and speaks."""
        await self.wall.click(f"#listen-to-{agent}")
        await self.house.town.city.phone(PHONE).answered(20, nth=nth)
        await self.now("谁也听不到您")

    async def now(self, words: str) -> None:
        """Wait until the wallboard says how the leader is heard."""
        await self.wall.wait_for_selector(f"[data-listener]:has-text('{words}')")

    async def joined(self) -> None:
        """Wait until the leader is a party of the first talk; say what the wallboard says if not."""
        try:
            await self.house.town.fact("party.joined", 60, who="a1003")
        except AssertionError as error:
            told = await self.wall.inner_text("#wall-fault"), await self.wall.inner_text("#wall")
            raise AssertionError(told) from error

    async def nobody_listens(self) -> None:
        """Wait until wallboard and controller know of no listener in either talk."""
        await self.wall.wait_for_selector("[data-listener]", state="detached")
        for call in (self.call, self.other_call):
            assert (await self.house.town.call(call))["listeners"] == []


async def two(house: House, browsers: Browsers, folder: Path) -> Two:
    """Two agents in two browsers, each with a citizen; a leader before the wallboard."""
    await house.town.city.set_behaviour(PHONE, "answers", tone=TONES["leader"])
    desk = await browsers.desk()
    voice = speak_into(folder / "second.wav", TONES["agent2"])
    context = await browsers.context(await browsers.launch(voice=voice))
    other_desk = await browsers.desk("sunlei", context=context)
    citizen, call = await talk(house, desk)
    other, other_call = await talk(house, other_desk, "agent2", number="13900005678", tone=OTHER)
    browser = desk.page.context.browser
    wall = await browsers.signed_on("yangli", "/wall", browser=browser)
    return Two(house, desk, citizen, other_desk, other, wall, call, other_call)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def leader(house: House) -> None:
    """A team leader with a desk telephone."""
    await house.person("yangli", "杨丽", Role.TEAM_LEADER, agent="a1003")


def heard(leg: Leg, *roles: str) -> list[str]:
    """Return which of these roles a telephone has heard at all."""
    return [role for role in roles if leg.heard().get(role, 0.0)]


async def test_listening_is_heard_by_nobody_whisper_by_the_agent_alone_join_by_all(
        house: House, browsers: Browsers, leader: None, tmp_path: Path) -> None:
    here = await two(house, browsers, tmp_path)
    unit = await here.unit()
    everybody = (here.citizen, unit, here.other_citizen)
    await here.listen("a1004")
    for role in ("citizen", "agent", "unit"):
        await here.leader.until_heard(role, 60, 3.0)
    await unit.until_heard("agent", 60)
    assert not heard(here.leader, SECOND, "agent2")  # the other talk
    assert [heard(leg, "leader") for leg in everybody] == [[], [], []]
    await here.desk.never_hears(TONES["leader"])
    await here.other_desk.never_hears(TONES["leader"], TONES["citizen"], TONES["agent"], TONES["unit"])

    await here.wall.click("#listen-whisper")
    await here.now("只有坐席听得到您")
    await here.desk.hears_among(TONES["leader"])
    so_far = here.leader.heard()["citizen"]
    await here.leader.until_heard("citizen", 60, so_far + 3.0)
    assert [heard(leg, "leader") for leg in everybody] == [[], [], []]
    await here.other_desk.never_hears(TONES["leader"])

    await here.wall.click("#listen-join")
    await here.joined()
    for leg in (here.citizen, unit):
        await leg.until_heard("leader", 60)
    await here.desk.hears_among(TONES["leader"])
    await here.other_desk.never_hears(TONES["leader"], TONES["citizen"], TONES["agent"], TONES["unit"])
    assert not heard(here.other_citizen, "leader", "agent", "citizen", "unit")
    assert not heard(here.citizen, "agent2", SECOND)
    assert not heard(unit, "agent2", SECOND)
    assert here.desk.faults == here.other_desk.faults == []


async def test_a_leader_moves_to_the_other_talk_and_is_left_over_in_neither(
        house: House, browsers: Browsers, leader: None, tmp_path: Path) -> None:
    here = await two(house, browsers, tmp_path)
    await here.listen("a1004")
    await here.wall.click("#listen-whisper")
    await here.desk.hears_among(TONES["leader"])
    await here.wall.click("#listen-stop")
    await here.nobody_listens()
    await here.listen("a1005", nth=2)
    await here.leader.until_heard(SECOND, 60)
    await here.leader.until_heard("agent2", 60)
    assert not heard(here.leader, "citizen", "agent")
    await here.wall.click("#listen-whisper")
    await here.other_desk.hears_among(TONES["leader"])
    await here.desk.never_hears(TONES["leader"])
    assert not heard(here.citizen, "leader")
    assert not heard(here.other_citizen, "leader")


async def test_a_desk_that_reloads_while_somebody_listens_has_its_talk_and_its_listener_again(
        house: House, browsers: Browsers, leader: None, tmp_path: Path) -> None:
    here = await two(house, browsers, tmp_path)
    await here.listen("a1004")
    await here.leader.until_heard("citizen", 60)
    await here.desk.page.reload()
    await house.town.fact("listen.again", 60, who="a1003", to="a1004")
    await here.desk.state("talking")
    assert await here.desk.call() == here.call
    before = here.citizen.heard()["agent"]
    await here.citizen.until_heard("agent", 60, before + 1.0)
    for role in ("citizen", "agent"):  # the same telephone, without a key
        await here.leader.until_heard(role, 60, here.leader.heard().get(role, 0.0) + 2.0)
    await here.now("谁也听不到您")
    assert not heard(here.citizen, "leader")
    await here.wall.click("#listen-whisper")
    await here.desk.hears_among(TONES["leader"])
    assert not heard(here.citizen, "leader")
