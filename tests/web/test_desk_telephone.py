"""An agent with a SIP telephone on the desk, shown with the program baresip: sound there, acts on the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.secrets import load_secrets
from hotline.demo.behaviours import TONES
from hotline.demo.city import City
from hotline.switch.phones import account_of, baresip_line
from routing.directory import Agent, load_directory
from tests.conftest import settings_for
from tests.support.baresip import Baresip
from tests.support.town import Town
from tests.web.axe import faults
from tests.web.conftest import PATIENT
from tests.web.desk import Browsers, Desk, House
from workorders.life.words import Role

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
AGENT, PHONE = "a1006", "6006"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house with one agent more, whose telephone the city does not have."""
    settings = settings_for(tmp_path_factory.mktemp("telephone") / "home").model_copy(update=PATIENT)
    city_has = load_directory(settings.directory)
    more = Agent(id=AGENT, name="周宁", phone=PHONE)
    town = Town(settings, load_secrets(settings), city_has.model_copy(update={"agents": (*city_has.agents, more)}))
    town.city = City(settings, town.secrets, city_has)
    house = House(town)
    try:
        await town.start()
        await town.start_controller()
        await house.start()
        await house.person("zhouning", "周宁", Role.AGENT, agent=AGENT)
        yield house
    finally:
        await house.stop()
        await town.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def telephone(house: House, tmp_path: Path) -> AsyncIterator[Baresip]:
    """The telephone on the desk, signed on at the switch."""
    town = house.town
    account = account_of(town.settings, town.secrets, town.directory, PHONE)
    async with Baresip(tmp_path / "baresip", baresip_line(account), TONES["agent"]) as phone:
        await phone.registered()
        yield phone


async def test_an_agent_talks_on_a_sip_telephone_and_holds_brings_in_and_finishes_on_the_page(
        house: House, browsers: Browsers, telephone: Baresip) -> None:
    desk = Desk(house, await browsers.signed_on("zhouning", "/desk"))
    await desk.page.wait_for_selector(f"text=您用话机 {PHONE} 接听")
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    await telephone.until("CALL_INCOMING")
    await telephone.do("accept")
    await desk.state("talking")
    await citizen.until_heard("agent", 25)
    await telephone.until_heard(TONES["citizen"])
    await desk.press("F4")
    await desk.state("hold")
    heard = citizen.heard()["agent"]
    await desk.press("F4")
    await desk.state("talking")
    await citizen.until_heard("agent", 25, heard + 1.0)
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.state("three")
    await telephone.until_heard(TONES["unit"])
    await house.town.city.phone("66010001").last.until_heard("agent", 25)
    await desk.press("F9")
    await desk.state("wrap_up")
    await telephone.until("CALL_CLOSED")
    await citizen.press("5")
    await desk.page.wait_for_selector("#rating:has-text('5')")
    assert desk.faults == []


@pytest.mark.slow
async def test_the_receiver_put_down_ends_the_talk_and_the_citizen_is_asked_for_a_rating(
        house: House, browsers: Browsers, telephone: Baresip) -> None:
    desk = Desk(house, await browsers.signed_on("zhouning", "/desk"))
    await desk.ready()
    citizen = await house.citizen()
    await telephone.until("CALL_INCOMING")
    await telephone.do("accept")
    await citizen.until_heard("agent", 25)
    await telephone.do("hangup")
    await desk.state("wrap_up")
    assert (await house.town.fact("talk.ended", 15, act="plain_hangup")).call == await desk.call()
    assert citizen.is_up


@pytest.mark.slow
async def test_the_page_says_whether_the_telephone_has_signed_on(
        house: House, browsers: Browsers, tmp_path: Path) -> None:
    desk = Desk(house, await browsers.signed_on("zhouning", "/desk"))
    await desk.page.wait_for_selector("#check-line[data-state=bad]:has-text('话机未登录')")
    await desk.page.wait_for_selector(f"#notice-deskphone:has-text('话机 {PHONE} 没有登录')")
    assert await faults(desk.page) == []
    town = house.town
    account = baresip_line(account_of(town.settings, town.secrets, town.directory, PHONE))
    async with Baresip(tmp_path / "baresip", account, TONES["agent"]):
        await desk.page.wait_for_selector("#check-line[data-state=good]:has-text('话机已登录')")
        await desk.page.wait_for_selector("#notice-deskphone", state="detached")
    await desk.page.wait_for_selector("#check-line[data-state=bad]")  # its power is gone


@pytest.mark.slow
async def test_a_ring_declined_at_the_telephone_is_said_at_the_desk(
        house: House, browsers: Browsers, telephone: Baresip) -> None:
    desk = Desk(house, await browsers.signed_on("zhouning", "/desk"))
    await desk.ready()
    citizen = await house.citizen()
    await telephone.until("CALL_INCOMING")
    await telephone.do("hangup")
    await desk.state("break")
    await desk.page.wait_for_selector("#notice-missed")
    assert citizen.is_up
