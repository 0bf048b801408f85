"""The directory over HTTP: entries set by an admin, checked against each other, every version kept, the file laid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.directory import keeping
from api.directory.models import DirectoryEntry
from api.people.models import UnitPlace
from core.db import Database
from core.settings import Settings
from routing.directory import Agent, Directory, Party, Phone
from routing.directory_file import DirectoryFile, digest_of
from tests.people.staff import Staff
from workorders.keeping.tables import OrderUnit
from workorders.life.words import Role

FIRST = """
[[agents]]
id = "a1"
name = "王敏"
phone = "6001"
kind = "web"

[[units]]
id = "housing"
name = "住建局"
phones = [{ number = "66010001", label = "值班室" }]
"""
LI: dict[str, Any] = {"name": "李强", "phone": "6002", "kind": "plain", "skills": ["general", "law"]}
WATER: dict[str, Any] = {"name": "水务局", "aliases": ["水务"], "duties": "供水、排水", "phones": [
    {"number": "66020001", "label": "值班室"}, {"number": "66020002", "label": "带班领导", "order": 2, "accept": True}]}


@pytest.fixture
def home(home: Settings, tmp_path: Path) -> Settings:
    """A home whose directory file holds one agent and one unit."""
    first = tmp_path / "directory.toml"
    first.write_text(FIRST, encoding="utf-8")
    return home.model_copy(update={"directory": first})


def laid(settings: Settings) -> Directory:
    """What controller, switch and pages read."""
    assert settings.directory_file.exists()
    return DirectoryFile(settings.directory_file, settings.directory).now()


def said(answer: httpx.Response) -> list[str]:
    """The fields that a refusal names."""
    return [one["field"] for one in answer.json()["errors"]]


async def put(client: httpx.AsyncClient, where: str, entry: dict[str, Any], version: int = 0, **more: Any) -> Any:
    return await client.put(f"/api/directory/{where}", json={"entry": entry, "why": "新增设的窗口"} | more,
                            headers={"If-Match": f'"{version}"'})


async def test_the_first_stock_is_taken_over_once_and_what_an_admin_adds_is_in_force_at_once(staff: Staff) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    found = (await admin.get("/api/directory")).json()
    assert [(one["id"], one["version"]) for one in found["agents"] + found["units"]] == [("a1", 1), ("housing", 1)]
    made = await put(admin, "units/water", WATER)
    assert (made.status_code, made.headers["etag"]) == (200, '"1"'), made.text
    assert (await put(admin, "agents/a2", LI)).status_code == 200
    now = laid(staff.house.settings)
    assert [agent.id for agent in now.agents] == ["a1", "a2"]
    assert now.party("unit", "water") == Party.model_validate({"id": "water"} | WATER)
    assert [(row.about, row.data["kind"]) for row in await staff.audit("directory.set")] == [
        ("water", "units"), ("a2", "agents")]


async def test_every_version_is_kept_with_who_and_why_and_can_be_set_back(staff: Staff) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    await put(admin, "units/water", WATER)
    await put(admin, "units/water", WATER | {"name": "水务集团"}, 1, why="机构改革")
    again = await put(admin, "units/water", WATER | {"name": "水务集团"}, 2)
    assert again.headers["etag"] == '"2"'  # nothing was changed
    late = await put(admin, "units/water", WATER, 1)
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
    whole = (await admin.get("/api/directory/units/water")).json()
    assert [(one["version"], one["why"], one["by_name"], one["entry"]["name"]) for one in whole["history"]] == [
        (2, "机构改革", "admin", "水务集团"), (1, "新增设的窗口", "admin", "水务局")]
    old = {key: value for key, value in whole["history"][1]["entry"].items() if key != "id"}
    assert (await put(admin, "units/water", old, 2)).json()["entry"]["name"] == "水务局"
    assert laid(staff.house.settings).party("unit", "water").name == "水务局"  # type: ignore[union-attr]


async def test_what_does_not_fit_is_refused_with_its_field_and_changes_nothing(staff: Staff) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    before = (await admin.get("/api/directory")).json()
    taken = await put(admin, "agents/a2", LI | {"phone": "6001"})
    beside = await put(admin, "agents/a2", LI | {"phone": "6001d"})
    own = await put(admin, "agents/a2", LI | {"phone": "network"})
    name = await put(admin, "agents/housing", LI)
    assert [one.status_code for one in (taken, beside, own, name)] == [409] * 4
    assert [said(one) for one in (taken, beside, own, name)] == [["phone"], ["phone"], ["phone"], ["id"]]
    assert "王敏" in taken.json()["errors"][0]["problem"]
    twice = await put(admin, "units/water", WATER | {"phones": [{"number": "6601"}, {"number": "6601"}]})
    assert said(twice) == ["phones.1.number"]
    for wrong in ({"phones": []}, {"name": ""}, {"phones": [{"number": "拨 110"}]}, {"aliases": [""]}):
        assert (await put(admin, "units/water", WATER | wrong)).status_code == 422
    assert (await admin.put("/api/directory/units/water", json={"entry": WATER, "why": "无版本"})).status_code == 428
    assert (await admin.get("/api/directory")).json() == before


async def test_a_unit_is_not_taken_out_while_people_orders_or_units_below_need_it(staff: Staff) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    lead = await staff.person("lead", Role.UNIT_LEAD, unit="housing")
    async with staff.db.writing() as session:
        session.add(UnitPlace(unit="street1", name="人民路街道", upper="housing"))
        session.add(OrderUnit(number="2026-1125-0001", place="1", unit="housing", rank=1, part="lead",
                              state="assigned", live=True, void=False, since=1.0, due=2.0))
    where, tag = "/api/directory/units/housing?why=机构撤销", {"If-Match": '"1"'}
    refused = await admin.delete(where, headers=tag)
    assert (refused.status_code, refused.json()["code"], said(refused)) == (
        409, "still_needed", ["orders", "people", "lower"])
    async with staff.db.writing() as session:
        (await session.merge(lead)).active = False
        await session.delete(await session.get(UnitPlace, "street1"))
        await session.delete(await session.get(OrderUnit, ("2026-1125-0001", "1")))
    gone = await admin.delete(where, headers=tag)
    assert (gone.status_code, gone.json()["entry"], gone.json()["version"]) == (200, None, 2), gone.text
    assert laid(staff.house.settings).units == ()
    assert {"unit": "housing", "name": "住建局", "upper": ""} in (await admin.get("/api/units")).json()["units"]
    assert [one["id"] for one in (await admin.get("/api/directory")).json()["gone"]] == ["housing"]
    back = (await admin.get("/api/directory/units/housing")).json()["history"][1]["entry"]
    del back["id"]
    assert (await put(admin, "units/housing", back, 2)).status_code == 200
    assert [unit.id for unit in laid(staff.house.settings).units] == ["housing"]


async def test_an_agent_with_a_person_or_on_duty_is_not_taken_out_and_keeps_the_telephone(
    staff: Staff, monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    minister = await staff.person("wang", Role.AGENT, agent="a1")
    where, tag = "/api/directory/agents/a1?why=离职", {"If-Match": '"1"'}
    assert said(await admin.delete(where, headers=tag)) == ["people"]
    async with staff.db.writing() as session:
        (await session.merge(minister)).active = False
    monkeypatch.setitem(__import__("tests.api.house", fromlist=["ANSWERS"]).ANSWERS, "agents.list",
                        [{"agent": "a1", "state": "talking"}])
    wang = {"name": "王敏", "phone": "6009", "kind": "web"}
    assert (await admin.delete(where, headers=tag)).json()["code"] == "agent_on_duty"
    assert (await put(admin, "agents/a1", wang, 1)).json()["code"] == "agent_on_duty"
    assert (await put(admin, "agents/a1", wang | {"phone": "6001", "name": "王敏敏"}, 1)).status_code == 200
    monkeypatch.undo()
    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 200


async def test_only_an_admin_writes_and_a_units_people_see_their_own_units_alone(staff: Staff) -> None:
    leader = await staff.signed_on("leader", Role.TEAM_LEADER)
    assert (await put(leader, "units/water", WATER)).status_code == 403
    assert len((await leader.get("/api/directory")).json()["agents"]) == 1
    handler = await staff.signed_on("handler", Role.UNIT_HANDLER, unit="housing")
    seen = (await handler.get("/api/directory")).json()
    assert ([one["id"] for one in seen["units"]], seen["agents"]) == (["housing"], [])
    assert (await handler.get("/api/directory/agents/a1")).status_code == 404
    assert (await handler.get("/api/directory/units/housing")).status_code == 200


# -- the file, whoever writes it -------------------------------------------------------------------------------
async def test_the_file_is_laid_anew_when_it_is_gone_broken_or_another_machine_has_saved(
    db: Database, tmp_path: Path,
) -> None:
    path = tmp_path / "directory.json"
    one = Directory(agents=(Agent(id="a1", name="王", phone="6001"),))
    laying = keeping.LayingDirectory(db, path)
    assert not await laying.round() or not path.exists()  # nothing was ever kept: the first stock rules
    async with db.writing() as session:
        assert await keeping.adopt(session, one, digest_of(one), 1.0)
    async with db.writing() as session:
        assert not await keeping.adopt(session, Directory(), "", 2.0)
    known = DirectoryFile(path, tmp_path / "directory.toml")
    assert await laying.round()
    assert (known.now(), known.stocks()) == (one, (digest_of(one),))
    assert not await laying.round()
    for broken in (b"", b"{"):
        path.write_bytes(broken)
        assert await laying.round()
        assert known.now() == one
    path.unlink()
    assert await laying.round()
    phone = Phone(number="6601")
    async with db.writing() as session:
        await keeping.add_version(session, "unit", "water", {"id": "water", "name": "水务局", "phones": [
            phone.model_dump(mode="json")]}, "u-1", "新增", 3.0)
    assert await laying.round()
    assert known.now().units == (Party(id="water", name="水务局", phones=(phone,)),)
    assert json.loads(path.read_bytes())["stocks"] == [digest_of(one)]


async def test_entries_stand_in_the_order_in_which_they_came(db: Database) -> None:
    async with db.writing() as session:
        for name, phone in (("a9", "6009"), ("a10", "6010"), ("a1", "6001")):
            await keeping.add_version(session, "agent", name, Agent(id=name, name=name, phone=phone).model_dump(
                mode="json"), "u-1", "新增", 1.0)
            await session.flush()
    async with db.reading() as session:
        rows = await keeping.last_versions(session)
    assert [agent.id for agent in keeping.directory_of(rows).agents] == ["a9", "a10", "a1"]
    assert all(isinstance(row, DirectoryEntry) for row in rows)
