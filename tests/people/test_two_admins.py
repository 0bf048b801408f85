"""Two admins at the same person: the later one is told, and the person keeps what the first one decided."""

from __future__ import annotations

from tests.people.staff import Staff
from workorders.life.words import Role


async def test_a_change_of_a_person_seen_before_another_change_is_refused(staff: Staff) -> None:
    one, two = await staff.signed_on("chief", Role.ADMIN), await staff.signed_on("second", Role.ADMIN)
    made = (await one.post("/api/people", json={"login": "wangmin", "name": "王敏", "roles": ["quality"]})).json()
    path = f"/api/people/{made['id']}"
    seen = (await two.get(path)).headers["etag"]
    first = await one.patch(path, json={"active": False}, headers={"If-Match": seen})
    assert (first.status_code, first.json()["active"]) == (200, False)
    late = await two.patch(path, json={"roles": ["supervision"]}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
    assert "人员资料已被他人更新" in late.json()["detail"]
    now = await two.get(path)
    assert (now.json()["roles"], now.json()["active"]) == (["quality"], False)
    assert first.headers["etag"] == now.headers["etag"]
    again = await two.patch(path, json={"roles": ["supervision"]}, headers={"If-Match": now.headers["etag"]})
    assert again.status_code == 200, again.text


async def test_a_password_that_was_renewed_is_a_change_too(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    person = await staff.person("wangmin", Role.QUALITY)
    seen = (await admin.get(f"/api/people/{person.id}")).headers["etag"]
    assert (await admin.post(f"/api/people/{person.id}/password", json={})).status_code == 200
    late = await admin.patch(f"/api/people/{person.id}", json={"active": False}, headers={"If-Match": seen})
    assert late.status_code == 412
