"""A telephone on the desk beside the page, on a real switch: added, chosen, rung; its old password opens nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from hotline.demo.behaviours import TONES
from hotline.switch.phones import baresip_line
from tests.support.baresip import Baresip
from tests.web.axe import faults
from tests.web.conftest import housed
from tests.web.desk import PASSWORD, Browsers, Desk, House
from workorders.life.words import Role

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
PHONE = "6004d"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house with an admin."""
    async with housed(tmp_path_factory.mktemp("beside") / "home") as made:
        await made.person("chief", "张三", Role.ADMIN)
        yield made


async def admin(house: House) -> httpx.AsyncClient:
    """An admin who is signed on."""
    client = httpx.AsyncClient(base_url=house.url, timeout=60, trust_env=False)
    answer = await client.post("/api/session", json={"login": "chief", "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


async def refused(phone: Baresip) -> None:
    """Wait until the switch has turned a registration down."""
    end = time.monotonic() + 60
    while "401 Unauthorized" not in phone.said() and "403 Forbidden" not in phone.said():
        assert time.monotonic() < end, phone.said()
        await asyncio.sleep(0.1)


async def test_a_telephone_is_added_chosen_and_rung_and_a_renewed_password_shuts_the_old_one_out(
        house: House, browsers: Browsers, tmp_path: Path) -> None:
    client = await admin(house)
    made = (await client.post("/api/phones", json={"agent": "a1004", "place": "三号台"})).json()
    assert (made["user"], made["in_force"]) == (PHONE, True)
    renewed = (await client.post(f"/api/phones/{PHONE}/secret", headers={"If-Match": '"1"'})).json()
    assert renewed["in_force"]
    async with Baresip(tmp_path / "old", baresip_line(made), TONES["agent"]) as old:
        await refused(old)
        assert "200 OK" not in old.said()
    async with Baresip(tmp_path / "new", baresip_line(renewed), TONES["agent"]) as phone:
        await phone.registered()
        desk = Desk(house, await browsers.signed_on("zhaoqian", "/desk"))
        await desk.page.press("[data-rings=plain]", "Enter")
        await desk.page.wait_for_selector(f"#rings-title + p:has-text('现在用桌面话机 {PHONE} 接听')")
        await desk.page.wait_for_selector("#check-line[data-state=good]:has-text('话机已登录')")
        assert await faults(desk.page) == []
        await desk.ready()
        citizen = await house.citizen()
        await phone.until("CALL_INCOMING")
        await phone.do("accept")
        await desk.state("talking")
        await citizen.until_heard("agent", 25)
        await phone.until_heard(TONES["citizen"])
        await desk.press("F9")
        await phone.until("CALL_CLOSED")
        assert desk.faults == []
    await client.aclose()
