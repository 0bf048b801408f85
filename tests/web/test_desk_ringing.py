"""A unit's telephones ring: each is told of, the ring is taken back, the unit leaves the directory. And breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline.demo.behaviours import TONES
from routing.directory import Directory, load_directory
from tests.conftest import settings_for
from tests.web.conftest import housed
from tests.web.desk import Browsers, Desk, House, talk

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
RINGING = "[data-invited=housing][data-invitation-state=ringing]"
PHONES = ("66010001", "66010002")


class Changing:
    """A directory that an admin changes while calls are up."""

    def __init__(self, first: Directory) -> None:
        self.first = self.newest = first

    def now(self) -> Directory:
        """Return the directory in force."""
        return self.newest

    def take_out(self, unit: str) -> None:
        """Take a unit out."""
        left = tuple(one for one in self.first.units if one.id != unit)
        self.newest = self.first.model_copy(update={"units": left})


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Changing:
    return Changing(load_directory(settings_for(tmp_path_factory.mktemp("city") / "home").directory))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, known: Changing) -> AsyncIterator[House]:
    """A house whose directory changes."""
    async with housed(tmp_path_factory.mktemp("ringing") / "home", known) as made:
        yield made


async def rung(house: House, desk: Desk) -> None:
    """Ring the housing department, whose telephones nobody picks up."""
    for phone in PHONES:
        await house.town.city.set_behaviour(phone, "rings_out")
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.page.wait_for_selector(f"{RINGING}:has-text('值班室 响铃'):has-text('值班室二 响铃')")


async def test_a_ring_that_is_taken_back_rings_nobody_and_the_talk_goes_on(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await rung(house, desk)
    await desk.page.click(f"{RINGING} button[data-act=cancel]")
    await desk.page.wait_for_selector("[data-invited=housing]", state="detached")
    for phone in PHONES:
        await house.town.city.phone(phone).ended(5)
    await desk.state("talking")
    await desk.hears(TONES["citizen"])
    assert citizen.is_up
    await house.town.city.reset_behaviours()


async def test_a_unit_taken_out_of_the_directory_while_it_rings_is_told_of_and_not_rung_again(
    house: House, known: Changing, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await rung(house, desk)
    known.take_out("housing")
    await desk.page.reload()  # whatever looks at the bar anew
    await desk.page.wait_for_selector(f"{RINGING} .badge:has-text('已从名录移除，不能再拨')")
    await desk.state("talking")
    await desk.page.click(f"{RINGING} button[data-act=cancel]")
    await desk.page.wait_for_selector("[data-invited=housing]", state="detached")
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.page.wait_for_selector("#invite-none")  # it stands in no list any more
    assert citizen.is_up
    known.newest = known.first
    await house.town.city.reset_behaviours()


async def test_the_menu_of_breaks_closes_by_escape_by_a_click_beside_it_and_when_the_focus_goes_on(
    browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    opened, shut = "#break-menu[open]", "#break-menu:not([open])"
    await desk.page.click("#act-break")
    await desk.page.wait_for_selector(opened)
    await desk.press("Escape")
    await desk.page.wait_for_selector(shut)
    assert await desk.page.evaluate("document.activeElement.id") == "act-break"
    await desk.press("Enter")
    await desk.page.wait_for_selector(opened)
    await desk.page.click("#citizen")
    await desk.page.wait_for_selector(shut)
    await desk.page.click("#act-break")
    await desk.page.wait_for_selector(opened)
    await desk.page.focus("a.brand")
    await desk.page.wait_for_selector(shut)
