"""三级分类 is the city's own: edited with a reason on the version that was read, offered everywhere from then on."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from api.open311.catalog import code_of
from tests.api.town_hall import accepted, people
from tests.people.staff import Staff
from workorders.life.classification import SEED, ClassTree, check_tree
from workorders.life.errors import BadContent
from workorders.life.matters import SEED_TREE, Classification

PATH = "/api/classification"
WHY = "市热线办〔2026〕12号"
PARKS = {"name": "园林", "matters": [{"name": "绿化", "details": ["树木倒伏", "草坪"]}]}


def _data() -> dict[str, Any]:
    return deepcopy(SEED.model_dump(mode="json"))


async def test_a_classification_is_set_on_the_version_that_was_read_and_the_old_ones_stay(staff: Staff) -> None:
    everybody = await people(staff, "admin", "office", "handler")
    admin, read = everybody["admin"], await everybody["handler"].get(PATH)
    assert (read.status_code, read.json()["version"], read.json()["classification"]) == (200, 0, _data())
    wanted = {"classification": {"fields": [PARKS, *_data()["fields"]]}, "why": WHY}
    assert (await admin.put(PATH, json=wanted)).status_code == 428
    assert (await everybody["office"].put(PATH, json=wanted, headers={"If-Match": '"0"'})).status_code == 403
    done = await admin.put(PATH, json=wanted, headers={"If-Match": read.headers["etag"]})
    assert (done.json()["version"], done.json()["why"], done.headers["etag"]) == (1, WHY, '"1"')
    assert [one["name"] for one in done.json()["classification"]["fields"]] == ["园林", *SEED_TREE]
    late = await admin.put(PATH, json=wanted, headers={"If-Match": read.headers["etag"]})
    assert (late.status_code, late.json()["current_version"], late.json()["detail"]) == (412, 1, "分类已被他人更新")
    versions = (await admin.get(f"{PATH}/versions")).json()["versions"]
    assert [(one["version"], one["why"]) for one in versions] == [(1, WHY)]
    assert (await admin.get(f"{PATH}/versions/0")).json()["classification"] == _data()
    assert (await admin.get(f"{PATH}/versions/2")).status_code == 404
    assert [row.data["why"] for row in await staff.audit("classification.set")] == [WHY]


async def test_open311_and_the_forms_of_an_order_offer_the_citys_own_classes(staff: Staff) -> None:
    staff.house.app.state.settings.open311 = True
    everybody, stranger = await people(staff, "admin"), staff.house.stranger
    lamp = code_of(Classification(first="城市管理", second="市政", third="路灯"))
    assert (await stranger.get(f"/open311/v2/services/{lamp}.json")).status_code == 200
    wanted = {"classification": {"fields": [PARKS]}, "why": WHY}
    done = await everybody["admin"].put(PATH, json=wanted, headers={"If-Match": "*"})
    assert done.json()["unknown_in_policy"] == ["公用事业"]  # a rule of the policy that would fit nothing any more
    services = (await stranger.get("/open311/v2/services.json")).json()
    assert [one["service_name"] for one in services] == ["树木倒伏", "草坪"]
    assert (await stranger.get(f"/open311/v2/services/{lamp}.json")).status_code == 404
    assert (await staff.house.app.state.keeper.rulebook.rules(None, staff.now)).classes == ClassTree.model_validate(
        {"fields": [PARKS]}).tree


async def test_a_classification_set_for_later_is_not_offered_before(staff: Staff) -> None:
    staff.house.app.state.settings.open311 = True
    admin = (await people(staff, "admin"))["admin"]
    wanted = {"classification": {"fields": [PARKS]}, "why": WHY, "valid_from": staff.now + 3600}
    assert (await admin.put(PATH, json=wanted, headers={"If-Match": "*"})).status_code == 200
    before = (await staff.house.stranger.get("/open311/v2/services.json")).json()
    staff.now += 3601
    after = (await staff.house.stranger.get("/open311/v2/services.json")).json()
    assert (len(before), len(after)) == (sum(len(d) for m in SEED_TREE.values() for d in m.values()), 2)


async def test_orders_keep_the_class_they_have_when_it_is_taken_out(staff: Staff) -> None:
    number, everybody = await accepted(staff), await people(staff, "admin", "office")
    path = f"/api/work-orders/{number}"
    before = (await everybody["office"].get(path)).json()
    await everybody["admin"].put(PATH, json={"classification": {"fields": [PARKS]}, "why": WHY},
                                 headers={"If-Match": "*"})
    assert (await everybody["office"].get(path)).json()["first"] == before["first"] != ""


@pytest.mark.parametrize(("change", "says"), [
    (lambda fields: fields.append(fields[0]), "公安"),
    (lambda fields: fields[0]["matters"].append(fields[0]["matters"][0]), "治安"),
    (lambda fields: fields[0]["matters"][0]["details"].append("流浪犬"), "流浪犬"),
    (lambda fields: fields[0].update(name="公安/消防"), "公安/消防"),
    (lambda fields: fields[0].update(name="公\u200b安"), "看不见"),
    (lambda fields: fields.extend(
        {"name": f"一{n}", "matters": [{"name": "二", "details": [f"三{m}" for m in range(100)]}]}
        for n in range(20)), "最多 2000")])
def test_a_path_that_could_mean_two_things_is_refused(change: Any, says: str) -> None:
    told = _data()
    change(told["fields"])
    with pytest.raises(BadContent, match=says):
        check_tree(ClassTree.model_validate(told))


@pytest.mark.parametrize("fields", [[], [{"name": "公安", "matters": []}], [{"name": " ", "matters": [
    {"name": "治安", "details": ["犬"]}]}], [{"name": "公安", "matters": [{"name": "治安", "details": []}]}]])
def test_a_level_without_a_name_or_anything_under_it_is_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        ClassTree.model_validate({"fields": fields})
