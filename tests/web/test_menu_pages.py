"""The menu's releases and drafts on pages: who sees them, who may act, and what each page tells."""

from __future__ import annotations

from tests.people.staff import Staff
from tests.web.http import signed_on
from workorders.life.words import Role


async def test_releases_and_drafts_are_listed_with_who_and_why_and_what_one_may_do(staff: Staff) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    empty = (await admin.get("/menu")).text
    assert "还没有发布过" in empty
    assert "没有草稿" in empty
    made = (await admin.post("/api/menu/drafts", json={"title": "夜间菜单", "ready": "direct"})).json()["id"]
    answer = await admin.post(f"/api/menu/drafts/{made}/publish", json={"why": "开通第一天"})
    assert answer.status_code == 201, answer.text
    text = (await admin.get("/menu")).text
    assert all(word in text for word in ("夜间菜单", "开通第一天", "正在使用", f"/menu/drafts/{made}", "删除草稿"))
    assert (await admin.get(f"/menu/drafts/{made}")).status_code == 200
    assert (await admin.get("/menu/drafts/000000000000")).status_code == 404
    unit = await signed_on(staff, "unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/menu")).status_code == 403
