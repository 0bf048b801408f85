"""The directory is changed while people talk: who is new takes calls at once, who is taken out is not thrown out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from core.secrets import load_secrets
from hotline.demo.behaviours import TONES
from hotline.demo.city import City
from hotline.switch.following import following
from hotline.switch.phones import account_of, baresip_line
from routing.directory import Party, Phone
from routing.directory_file import directory_in_force
from tests.calls.test_talks import begin, ring
from tests.conftest import settings_for
from tests.support.baresip import Baresip
from tests.support.patient import Patient
from tests.support.town import Town
from tests.web.conftest import PATIENT
from tests.web.desk import PASSWORD, House
from web.desk.bar import bar_of
from web.desk.reading import names_of
from workorders.life.words import Role

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
HEATING = Party(id="heating", name="供热办", phones=(Phone(number="66990001", label="值班室"),))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house whose city has telephones that nobody has put into the directory yet; its switch follows."""
    settings = settings_for(tmp_path_factory.mktemp("directory") / "home").model_copy(update=PATIENT)
    town = Town(settings, load_secrets(settings), directory_in_force(settings))
    known = town.directory
    town.city = City(settings, town.secrets, known.model_copy(update={"units": (*known.units, HEATING)}))
    house = House(town)
    try:
        await town.start()
        await town.start_controller()
        await house.start()
        await house.person("chief", "陈立", Role.ADMIN)
        async with following(town.switch):
            yield house
    finally:
        await house.stop()
        await town.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def admin(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """An admin who has signed on."""
    async with httpx.AsyncClient(base_url=house.url, timeout=60, transport=Patient()) as client:
        answer = await client.post("/api/session", json={"login": "chief", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client


async def put(admin: httpx.AsyncClient, where: str, entry: dict[str, Any], version: int = 0) -> None:
    answer = await admin.put(f"/api/directory/{where}", json={"entry": entry, "why": "新设"},
                             headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text


async def take_out(admin: httpx.AsyncClient, where: str) -> httpx.Response:
    return await admin.delete(f"/api/directory/{where}", params={"why": "机构撤销"}, headers={"If-Match": '"1"'})


async def test_whom_an_admin_adds_during_a_talk_takes_part_and_who_is_taken_out_in_a_ring_still_comes(
        house: House, admin: httpx.AsyncClient, tmp_path: Path) -> None:
    town = house.town
    await town.control.do("phone.open", agent="a1004")
    secret = await town.switch.rx("database show hotline")
    talk = await begin(town)
    entry = HEATING.model_dump(mode="json", exclude={"id"})
    await put(admin, "units/heating", entry)
    await put(admin, "agents/a1009", {"name": "郑新", "phone": "6009", "kind": "plain"})
    async with asyncio.timeout(60):  # a telephone that is refused tries again half a minute later only
        while "6009" not in await town.switch.rx("pjsip show endpoints"):  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.2)
    # the new agent signs on at the switch, which has read its telephones anew under the talk
    account = baresip_line(account_of(town.settings, town.secrets, town.directory, "6009"))
    async with Baresip(tmp_path / "baresip", account, TONES["agent"]) as telephone:
        await telephone.registered()
        heard = talk.citizen.heard()["agent"]
        await town.ready("a1009")
        second, key, mark = await ring(town)
        await telephone.until("CALL_INCOMING")
        await telephone.do("accept")
        await town.fact("party.joined", 30, mark, role="agent", who="a1009")
        await telephone.until_heard(TONES["citizen"])
        await talk.citizen.until_heard("agent", 25, heard + 2.0)  # the talk before has not noticed
        assert await town.switch.rx("database show hotline") == secret  # a page's secret is still good
        states = {one["phone"]: one["state"] for one in await town.control.do("phones.list")}
        assert (states["6001"], states["6009"]) == ("busy", "busy")
        # the new unit is rung into the first talk, and taken out of the directory before it answers
        await town.city.set_behaviour("66990001", "rings_out")
        await talk.do("call.invite", role="unit", id="heating", by="a1001")
        duty = await town.city.phone("66990001").rang(30)
        gone = await take_out(admin, "units/heating")
        assert gone.status_code == 200, gone.text
        assert town.directory.party("unit", "heating") is None
        await duty.pick_up()
        await talk.fact("party.joined", 30, role="unit", who="heating")
        await duty.until_heard("citizen", 25)
        agent = next(one for one in await town.control.do("agents.list") if one["agent"] == "a1001")
        bar = bar_of(agent, await town.call(talk.key), names_of(town.directory))
        assert [one.name for one in bar.people if one.role == "unit"] == ["供热办"]
        refused = await take_out(admin, "agents/a1009")
        assert (refused.status_code, refused.json()["code"]) == (409, "agent_on_duty")
        await second.hang_up()
        await town.fact("agent.state", 30, mark, agent="a1009", state="wrap_up")
        await town.control.do("agent.state", agent="a1009", state="offline")
    gone = await take_out(admin, "agents/a1009")
    assert gone.status_code == 200, gone.text
    assert "a1009" not in {one["agent"] for one in await town.control.do("agents.list")}
    assert talk.citizen.is_up
    assert key != talk.key
    await talk.citizen.hang_up()
    await town.nothing_left()
