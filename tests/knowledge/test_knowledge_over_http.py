"""Articles over HTTP: written by a unit, published by the hotline, found by agents, reviewed in time."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from api.people.models import UnitPlace
from tests.people.staff import Staff
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import By, Content
from workorders.knowledge.tables import KnowledgeArticle
from workorders.life.words import Role

_KEYS = itertools.count()
DAY = 86400.0
HEATING = {"title": "居民供暖开始和结束的日期", "words": "11 月 15 日零时开始，次年 3 月 15 日结束。\n- 温度不低于 18℃",
           "unit": "heating", "field": "公用事业"}
CALL = "0123456789abcdef0123456789abcdef"


async def post(client: httpx.AsyncClient, path: str, body: Any, status: int = 201, version: int | None = None) -> Any:
    headers = {"Idempotency-Key": f"k{next(_KEYS)}"} | ({} if version is None else {"If-Match": f'"{version}"'})
    answer = await client.post(f"/api/knowledge{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def people(staff: Staff) -> tuple[httpx.AsyncClient, httpx.AsyncClient, httpx.AsyncClient]:
    """Return an agent, somebody of the heating company, and the back office."""
    async with staff.db.writing() as session:
        session.add_all([UnitPlace(unit="heating", name="热力公司", upper="housing"),
                         UnitPlace(unit="housing", name="住建局", upper="")])
    return (await staff.signed_on("agent", Role.AGENT, agent="a1"),
            await staff.signed_on("keeper", Role.UNIT_HANDLER, unit="heating"),
            await staff.signed_on("office", Role.BACK_OFFICE))


async def in_use(staff: Staff, *articles: tuple[str, str], unit: str = "heating", field: str = "") -> list[int]:
    """Publish articles (title, words); return their numbers."""
    async with staff.db.writing() as session:
        by, made = By("seed", staff.now), []
        for title, words in articles:
            made.append(await keeping.make(session, Content(title, words, unit, field), by))
            await keeping.publish(session, made[-1], by)
        return [one.number for one in made]


async def found(client: httpx.AsyncClient, q: str, **more: str | int) -> tuple[list[str], bool]:
    answer = await client.get("/api/knowledge/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["articles"]], answer.json()["near"]


async def test_a_unit_writes_the_hotline_publishes_and_agents_read_it_until_it_is_overdue(staff: Staff) -> None:
    agent, keeper, office = await people(staff)
    made = await post(keeper, "", HEATING)
    number = made["number"]
    assert (made["state"], made["can"], await found(agent, "供暖")) == ("draft", ["edit"], ([], True))
    assert (await agent.get(f"/api/knowledge/{number}")).status_code == 404
    await post(keeper, f"/{number}/publication", {}, 403, version=1)
    await post(office, f"/{number}/publication", {}, 428)
    await post(office, f"/{number}/publication", {}, 412, version=7)
    await post(office, f"/{number}/publication", {"why": "已核对通告"}, version=1)
    seen = (await agent.get(f"/api/knowledge/{number}")).json()
    assert (seen["words"], seen["unit_name"], seen["reviewed_on"], seen["overdue"]) == (
        HEATING["words"], "热力公司", "2026-11-23", False)
    assert (seen["history"], seen["can"], seen["draft"]) == ([], [], None)
    staff.now += 180 * DAY  # and everybody's session is over
    (_, answer), (keeper, _) = await staff.log_in("agent"), await staff.log_in("keeper")
    agent.headers["X-CSRF-Token"] = answer.json()["csrf"]
    agent.cookies = answer.cookies
    row, = (await agent.get("/api/knowledge/search", params={"q": "供暖"})).json()["articles"]
    assert row["overdue"] is True
    reviewed = await post(keeper, f"/{number}/review", {"why": "本季不变"}, version=2)
    assert (reviewed["overdue"], reviewed["reviewed_on"]) == (False, "2027-05-22")
    assert [one["do"] for one in reviewed["history"]] == ["review", "publish", "make"]
    assert len(await staff.audit("knowledge.changed")) == 3


async def test_new_words_wait_to_be_published_and_every_edition_stays(staff: Staff) -> None:
    agent, keeper, office = await people(staff)
    number = (await post(keeper, "", HEATING))["number"]
    await post(office, f"/{number}/publication", {}, version=1)
    body = HEATING | {"words": "今年推迟到 11 月 20 日。", "review_days": 30, "why": "推迟通知"}
    assert (await keeper.put(f"/api/knowledge/{number}", json=body)).status_code == 428
    edited = await keeper.put(f"/api/knowledge/{number}", json=body, headers={"If-Match": '"2"'})
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"3"'), edited.text
    assert (edited.json()["words"], edited.json()["draft"]["words"], edited.json()["review_days"]) == (
        HEATING["words"], body["words"], 30)
    refused = await keeper.put(f"/api/knowledge/{number}", json=body, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["detail"]) == (412, "知识已被他人更新")
    assert await found(agent, "推迟") == ([], True)
    assert [one["number"] for one in (await office.get("/api/knowledge?pending=true")).json()["articles"]] == [number]
    await post(office, f"/{number}/publication", {}, version=3)
    assert await found(agent, "推迟") == ([HEATING["title"]], False)
    old = await keeper.get(f"/api/knowledge/{number}/editions/1")
    assert (old.json()["words"], old.json()["by"] != "") == (HEATING["words"], True)
    assert (await agent.get(f"/api/knowledge/{number}/editions/1")).status_code == 404
    assert (await agent.get(f"/api/knowledge/{number}/editions/2")).status_code == 200
    with pytest.raises(DBAPIError, match="never changed"):
        async with staff.db.writing() as session:
            await session.execute(text("UPDATE knowledge_edition SET words = 'x'"))


async def test_a_unit_keeps_its_own_and_those_below_it_and_no_others(staff: Staff) -> None:
    _, keeper, office = await people(staff)
    above = await staff.signed_on("above", Role.UNIT_LEAD, unit="housing")
    other = await staff.signed_on("other", Role.UNIT_LEAD, unit="police")
    number = (await post(keeper, "", HEATING))["number"]
    refused = await post(other, "", HEATING, 403)
    assert refused["code"] == "not_your_unit"
    seen = [(await one.get(f"/api/knowledge/{number}")).status_code for one in (above, other, office)]
    assert seen == [200, 404, 200]
    assert (await other.put(f"/api/knowledge/{number}", json=HEATING, headers={"If-Match": '"1"'})).status_code == 404
    moved = HEATING | {"unit": "police"}
    assert (await above.put(f"/api/knowledge/{number}", json=moved, headers={"If-Match": '"1"'})).status_code == 403
    body = (await office.put(f"/api/knowledge/{number}", json=moved, headers={"If-Match": '"1"'})).json()
    assert (body["unit"], body["history"][0]["data"], body["latest"]) == ("police", {"unit": ["heating", "police"]}, 1)
    assert (await other.get("/api/knowledge?kept=true")).json()["articles"][0]["number"] == number


async def test_words_of_any_length_are_found_the_title_first_and_never_more_than_twenty(staff: Staff) -> None:
    agent, _, _ = await people(staff)
    await in_use(staff, ("公积金租房提取", "无房职工可按季提取"), ("租房备案", "办理提取公积金前先备案"),
                 ("阶梯水价", "第一阶梯每户每年 180 立方米"), ("居住证办理", "连续居住满半年；材料交派出所"))
    expected = {"公积金": (["公积金租房提取", "租房备案"], False), "水": (["阶梯水价"], False), "提取": (
        ["公积金租房提取", "租房备案"], False), "180": (["阶梯水价"], False), "备案 公积金": (["租房备案"], False),
        "居住证怎么办理": (["居住证办理"], True), "公积金怎么提取": (["公积金租房提取", "租房备案"], True),
        "水价阶梯是多少": (["阶梯水价"], True), "宠物登记": ([], True), "%": ([], True), "' OR 1=1": ([], True)}
    for query, told in expected.items():
        assert await found(agent, query) == told, query
    await in_use(staff, *((f"提取情形之{n}", "说明") for n in range(25)))
    assert len((await found(agent, "提取"))[0]) == 20
    assert (await agent.get("/api/knowledge/search?limit=21")).status_code == 422


async def test_without_words_the_articles_of_a_field_are_offered_what_is_cited_most_first(staff: Staff) -> None:
    agent, _, _ = await people(staff)
    heat, rate = await in_use(staff, ("供暖日期", "11 月"), ("热费标准", "按面积"), field="公用事业")
    await in_use(staff, ("居住证", "派出所"), unit="police", field="公安")
    assert await found(agent, "", field="公用事业") == (["供暖日期", "热费标准"], False)
    for call in (CALL, CALL, "1" * 32):
        await post(agent, f"/{rate}/citations", {"call": call})
    assert await found(agent, "", field="公用事业") == (["热费标准", "供暖日期"], False)
    assert await found(agent, "", unit="police") == (["居住证"], False)
    async with staff.db.reading() as session:
        query = select(KnowledgeArticle.cited).where(col(KnowledgeArticle.number) == rate)
        cited = (await session.execute(query)).scalar()
        assert (cited, await wishes.cited_in(session, CALL)) == (2, [(rate, 1, "热费标准")])
    await post(agent, f"/{heat + 90}/citations", {"call": CALL}, 404)


async def test_what_nobody_found_is_counted_by_words_for_the_unit_until_it_is_closed(staff: Staff) -> None:
    agent, keeper, office = await people(staff)
    for words in ("电动车 上牌", "电动车  上牌", "13800001234 热费减免"):
        await post(agent, "/gaps", {"words": words, "unit": "heating" if "热费" in words else ""})
    everything = (await office.get("/api/knowledge/gaps")).json()["gaps"]
    assert [(one["words"], one["times"]) for one in everything] == [("电动车 上牌", 2), ("… 热费减免", 1)]
    own, = (await keeper.get("/api/knowledge/gaps")).json()["gaps"]
    assert own["words"] == "… 热费减免"
    await post(keeper, f"/gaps/{everything[0]['id']}/closing", {"why": "不归我们"}, 404)
    await post(keeper, f"/gaps/{own['id']}/closing", {"why": "已新增知识"})
    assert (await keeper.get("/api/knowledge/gaps")).json()["gaps"] == []
    await post(agent, "/gaps", {"words": "13900001111 热费减免", "unit": "heating"})
    again, = (await keeper.get("/api/knowledge/gaps")).json()["gaps"]
    assert (again["times"], again["closed_at"]) == (2, 0)
    await post(agent, "/gaps", {"words": "??"}, 422)
    assert (await agent.get("/api/knowledge/gaps")).status_code == 403
    first = (await office.get("/api/knowledge/gaps?limit=1")).json()
    rest = (await office.get("/api/knowledge/gaps", params={"limit": 1, "cursor": first["next"]})).json()
    assert (len(first["gaps"]), len(rest["gaps"]), rest["next"]) == (1, 1, None)


async def test_an_agent_says_that_an_article_is_wrong_and_its_unit_answers(staff: Staff) -> None:
    agent, keeper, office = await people(staff)
    number, = await in_use(staff, ("供暖日期", "11 月"))
    await post(agent, f"/{number}/flags", {"words": "今年推迟了"})
    assert (await agent.get(f"/api/knowledge/{number}")).json()["flags"] == 1
    told, = (await keeper.get("/api/knowledge/flags")).json()["flags"]
    assert (told["words"], told["number"]) == ("今年推迟了", number)
    other = await staff.signed_on("other", Role.UNIT_LEAD, unit="police")
    assert (await other.get("/api/knowledge/flags")).json() == {"flags": [], "next": None}
    await post(keeper, f"/flags/{told['id']}/settlement", {"why": "已更新日期"})
    assert (await office.get("/api/knowledge/flags")).json()["flags"] == []
    settled, = (await keeper.get(f"/api/knowledge/{number}")).json()["flagged"]
    assert (settled["said"], (await agent.get(f"/api/knowledge/{number}")).json()["flags"]) == ("已更新日期", 0)


async def test_what_is_withdrawn_is_found_no_more_and_can_come_back(staff: Staff) -> None:
    agent, keeper, office = await people(staff)
    number, = await in_use(staff, ("供暖日期", "11 月"))
    gone = await post(keeper, f"/{number}/withdrawal", {"why": "政策废止"}, version=2)
    assert (gone["state"], await found(agent, "供暖")) == ("withdrawn", ([], True))
    await post(keeper, f"/{number}/review", {}, 409, version=3)
    assert (await agent.get(f"/api/knowledge/{number}")).status_code == 404
    await post(office, f"/{number}/publication", {}, version=3)
    assert await found(agent, "供暖") == (["供暖日期"], False)


async def test_a_program_finds_only_what_is_public(staff: Staff) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    public, hidden = [(await post(admin, "", HEATING | {"title": f"供暖{n}", "public": n == 1}))["number"]
                      for n in (1, 2)]
    for number in (public, hidden):
        await post(admin, f"/{number}/publication", {}, version=1)
    made = await admin.post("/api/clients", json={"name": "门户", "scopes": ["knowledge.read"]},
                            headers={"Idempotency-Key": "c1"})
    assert made.status_code == 201, made.text
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}
    answer = await staff.house.stranger.get("/api/knowledge/search?q=供暖", headers=bearer)
    assert [one["number"] for one in answer.json()["articles"]] == [public]
    assert (await staff.house.stranger.get(f"/api/knowledge/{hidden}", headers=bearer)).status_code == 404


async def test_a_list_goes_on_where_its_page_ended(staff: Staff) -> None:
    agent, _, _ = await people(staff)
    await in_use(staff, *((f"知识{n}", "说明") for n in range(5)))
    seen, cursor = [], None
    while True:
        page = (await agent.get("/api/knowledge", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [one["title"] for one in page["articles"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"知识{n}" for n in (4, 3, 2, 1, 0)]
