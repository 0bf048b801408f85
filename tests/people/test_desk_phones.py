"""A telephone on the desk beside the page: an admin adds it, renews its secret and takes it away, each written down."""

from __future__ import annotations

from typing import Any

import pytest

from api.phones import keeping
from api.phones.keeping import LayingPhones
from api.phones.models import DeskPhone
from core.control import ControlClient, ControlRefused
from tests.api.house import ANSWERS
from tests.people.staff import Staff
from workorders.life.words import Role

PLAIN = {"agent": "a1001", "name": "王敏", "phone": "6001", "kind": "plain", "state": "free", "beside": False,
         "rings": True}
PAGE = PLAIN | {"agent": "a1004", "name": "赵倩", "phone": "6004", "kind": "web", "state": "away"}
BESIDE = PAGE | {"phone": "6004d", "kind": "plain", "beside": True, "rings": False}
AWAY = ControlRefused("switch_away", "the switch is not connected", "try again in a moment")


@pytest.fixture(autouse=True)
def telephones(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the controller says of the telephones there can be."""
    monkeypatch.setitem(ANSWERS, "phones.list", [PLAIN, PAGE, BESIDE])
    monkeypatch.setitem(ANSWERS, "switch.state", {"here": True, "since": 1_000.0})


def given(staff: Staff) -> list[tuple[str, str]]:
    """Return the secrets that the switch was given, in order."""
    return [(args["phone"], args["secret"]) for verb, args in staff.house.controller.asked if verb == "phone.secret"]


async def test_a_telephone_is_added_renewed_and_taken_away_and_each_secret_is_shown_once(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    assert [one["phone"] for one in (await admin.get("/api/phones")).json()["phones"]] == ["6001", "6004"]
    made = await admin.post("/api/phones", json={"agent": "a1004", "place": "三号台"})
    assert (made.status_code, made.headers["cache-control"], made.headers["etag"]) == (201, "no-store", '"1"')
    assert (made.json()["user"], made.json()["in_force"]) == ("6004d", True)
    listed = {one["phone"]: one for one in (await admin.get("/api/phones")).json()["phones"]}
    assert (listed["6004d"]["place"], listed["6004d"]["version"]) == ("三号台", 1)
    assert (await admin.post("/api/phones", json={"agent": "a1004"})).json()["code"] == "phone_exists"
    renewed = await admin.post("/api/phones/6004d/secret", headers={"If-Match": '"1"'})
    assert (renewed.status_code, renewed.headers["etag"]) == (200, '"2"')
    gone = await admin.delete("/api/phones/6004d", headers={"If-Match": '"2"'})
    assert (gone.status_code, gone.json()["in_force"]) == (200, True)
    again = await admin.post("/api/phones", json={"agent": "a1004"})
    secrets = [one.json()["password"] for one in (made, renewed, again)]
    assert len({*secrets, given(staff)[2][1]}) == 4  # what was taken away has a secret that nobody was told
    assert [phone for phone, _ in given(staff)] == ["6004d"] * 4
    assert [secret for n, (_, secret) in enumerate(given(staff)) if n != 2] == secrets
    told = (await admin.get("/api/phones/6004d/changes")).json()["changes"]
    assert [one["what"] for one in reversed(told)] == ["phone.added", "phone.renewed", "phone.removed", "phone.added"]
    assert not any(secret in str(told) for secret in secrets)


async def test_the_secret_of_a_telephone_of_the_directory_is_renewed_too(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    before = (await admin.post("/api/phones/6001/account")).json()["password"]
    seen = (await admin.get("/api/phones/6001")).headers["etag"]
    renewed = await admin.post("/api/phones/6001/secret", headers={"If-Match": seen})
    assert (seen, renewed.status_code, renewed.json()["password"] != before) == ('"0"', 200, True)
    assert (await admin.post("/api/phones/6001/account")).json()["password"] == renewed.json()["password"]
    gone = await admin.delete("/api/phones/6001", headers={"If-Match": '"1"'})
    assert (gone.status_code, gone.json()["code"]) == (409, "only_phone")


async def test_two_admins_at_one_telephone_and_who_is_none(staff: Staff) -> None:
    admin, leader = (await staff.signed_on("chief", Role.ADMIN),
                     await staff.signed_on("zhou", Role.TEAM_LEADER, agent="a1005"))
    path, seen = "/api/phones/6004d", {"If-Match": '"1"'}
    assert (await admin.post(f"{path}/secret", headers=seen)).status_code == 404  # none was added
    await admin.post("/api/phones", json={"agent": "a1004"})
    assert (await admin.post(f"{path}/secret")).status_code == 428
    assert (await admin.post(f"{path}/secret", headers=seen)).status_code == 200
    late = await admin.post(f"{path}/secret", headers=seen)
    assert (late.status_code, late.json()["detail"][:2]) == (412, "话机")
    assert (await admin.delete(path, headers=seen)).status_code == 412
    for refused in (await leader.post("/api/phones", json={"agent": "a1004"}),
                    await leader.post(f"{path}/secret", headers={"If-Match": "*"}),
                    await leader.delete(path, headers={"If-Match": "*"})):
        assert refused.status_code == 403
    assert (await admin.post("/api/phones", json={"agent": "a1001"})).json()["code"] == "has_a_phone"
    assert (await admin.post("/api/phones/6004/secret", headers={"If-Match": "*"})).json()["code"] == "web_phone"


async def test_a_telephone_is_not_taken_away_in_the_middle_of_a_talk(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    await admin.post("/api/phones", json={"agent": "a1004"})
    do = ControlClient.do

    async def in_a_talk(self: ControlClient, verb: str, /, **args: Any) -> Any:
        if verb == "phone.choose":
            raise ControlRefused("agent_on_duty", "agent a1004 is given calls", "take a break first, then change")
        return await do(self, verb, **args)

    monkeypatch.setattr(ControlClient, "do", in_a_talk)
    assert (await admin.delete("/api/phones/6004d", headers={"If-Match": '"1"'})).json()["code"] == "agent_on_duty"
    assert "6004d" in {one["phone"] for one in (await admin.get("/api/phones")).json()["phones"]}


async def test_a_switch_that_is_away_gets_the_secret_when_it_is_back_and_again_when_it_comes_anew(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, house = await staff.signed_on("chief", Role.ADMIN), staff.house
    await admin.post("/api/phones", json={"agent": "a1004"})
    do, away = ControlClient.do, True

    async def doing(self: ControlClient, verb: str, /, **args: Any) -> Any:
        if verb == "phone.secret" and away:
            raise AWAY
        return await do(self, verb, **args)

    monkeypatch.setattr(ControlClient, "do", doing)
    made = (await admin.post("/api/phones/6004d/secret", headers={"If-Match": "*"})).json()
    laying = LayingPhones(staff.db, ControlClient(house.settings.control_socket), house.app.state.secrets)
    assert (made["in_force"], await laying.round(staff.now)) == (False, False)
    away = False
    assert await laying.round(staff.now)
    assert given(staff)[-1] == ("6004d", made["password"])
    assert not await laying.round(staff.now)
    monkeypatch.setitem(ANSWERS, "switch.state", {"here": True, "since": staff.now + 60})  # installed anew
    assert await laying.round(staff.now + 61)
    assert given(staff)[-1] == ("6004d", made["password"])
    async with staff.db.reading() as session:
        row = await session.get(DeskPhone, "6004d")
        assert row is not None
        assert made["password"] not in str(row.model_dump())


async def test_a_secret_that_was_refused_is_tried_again_after_a_while_and_nobody_waits_behind_it(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller may not know an agent yet whom the directory has just been given."""
    do, known, tried = ControlClient.do, False, list[str]()

    async def doing(self: ControlClient, verb: str, /, **args: Any) -> Any:
        if verb == "phone.secret":
            tried.append(args["phone"])
            if args["phone"] == "6004d" and not known:
                raise ControlRefused("no_such_phone", "no such telephone", "add the agent first")
        return await do(self, verb, **args)

    monkeypatch.setattr(ControlClient, "do", doing)
    monkeypatch.setattr(keeping, "_AT_ONCE", 1)
    async with staff.db.writing() as session:
        session.add(DeskPhone(phone="6004d", agent="a1004", mark="m1", changed_at=0.0))
        session.add(DeskPhone(phone="6005d", agent="a1005", mark="m2", changed_at=0.0))
    laying = LayingPhones(staff.db, ControlClient(staff.house.settings.control_socket), staff.house.app.state.secrets)
    assert not await laying.round(staff.now)
    assert await laying.round(staff.now)
    assert not await laying.round(staff.now + 9)
    assert tried == ["6004d", "6005d"]
    known = True
    assert await laying.round(staff.now + 10)
    assert tried == ["6004d", "6005d", "6004d"]


async def test_a_secret_that_was_refused_is_tried_at_once_when_the_switch_has_come_anew(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    do, known = ControlClient.do, False

    async def doing(self: ControlClient, verb: str, /, **args: Any) -> Any:
        if verb == "phone.secret" and not known:
            raise ControlRefused("no_such_phone", "no such telephone", "add the agent first")
        return await do(self, verb, **args)

    monkeypatch.setattr(ControlClient, "do", doing)
    async with staff.db.writing() as session:
        session.add(DeskPhone(phone="6004d", agent="a1004", mark="m1", changed_at=0.0))
    laying = LayingPhones(staff.db, ControlClient(staff.house.settings.control_socket), staff.house.app.state.secrets)
    assert not await laying.round(staff.now)
    known = True
    assert not await laying.round(staff.now + 1)
    monkeypatch.setitem(ANSWERS, "switch.state", {"here": True, "since": staff.now})
    assert await laying.round(staff.now + 1)
