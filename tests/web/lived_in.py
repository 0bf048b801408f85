"""A house in which a city has worked: orders, recordings, checks, reports, releases, a change of each rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
from sqlmodel import select

from api.people.models import Person
from core.facts import MENU_STEP
from hotline.seed import shelf, store
from hotline.seed.lives import Year
from hotline.seed.store import Hashed
from tests.api.town_hall import CALL, accepted
from tests.people.staff import Staff
from tests.support.heard import heard
from workorders.life.classification import SEED
from workorders.life.words import Do, Role
from workorders.models import CallFact
from workorders.quality.rules import SEED_CARD, Sampling

ORDERS, UNTIL = 120, date(2026, 11, 23)
NEXT_YEAR = "2027年元旦：1月1日（周五）至3日（周日）放假，共3天。2027年1月10日（周日）上班。"
SLOT = {"days": ["mon", "tue", "wed", "thu", "fri"], "date": "", "begin": "08:30", "end": "17:30", "who": "张科长",
        "phones": [{"number": "66010001", "label": "值班室", "order": 1, "accept": False}]}
PHRASE = {"key": "tsqx", "kind": "answer", "title": "停水抢修", "text": "主管网正在抢修，预计今日 18 时前恢复供水。"}


class LivedIn:
    """What was made, by its place in the addresses of pages."""

    def __init__(self, staff: Staff, clients: dict[str, httpx.AsyncClient]) -> None:
        self.staff, self._clients, self._sent = staff, clients, 0
        self.names: dict[str, str] = {"call": CALL, "unit": "housing", "version": "1", "owner": "-"}

    async def do(self, who: str, method: str, path: str, body: Any, version: int | None = None) -> Any:
        """Do something over HTTP as somebody; return what the answer says."""
        self._sent += 1
        headers = {"Idempotency-Key": f"k{self._sent}", "Connection": "close"}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        answer = await self._clients[who].request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()


async def live_in(staff: Staff) -> LivedIn:
    """Fill a house. Everything is done by its own operation, except what a year of calls would take."""
    await _year(staff)
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now - 3600, agent="a1004")
    clients = {"chief": await staff.signed_on("chief", Role.ADMIN),
               "judge": await staff.signed_on("judge", Role.QUALITY),
               "office": await staff.signed_on("office", Role.BACK_OFFICE),
               "leader": await staff.signed_on("leader", Role.DUTY_LEADER),
               "lead": await staff.signed_on("lead", Role.UNIT_LEAD, unit="housing")}
    made = LivedIn(staff, clients)
    async with staff.db.reading() as session:
        made.names["person"] = (await session.execute(select(Person.id).where(Person.login == "chief"))).scalar_one()
    made.names["number"] = await accepted(staff, agent="a1004")
    for part in (_order, _rules, _menu, _quality, _reports, _knowledge):
        await part(made)
    return made


async def _year(staff: Staff) -> None:
    year = Year(42, ORDERS, UNTIL)
    await store.settle(staff.db, year, [Hashed(member, "no password") for member in year.cast.members])
    await store.fill(staff.db, year, staff.now)
    async with staff.db.reading() as session:
        writer = (await session.execute(select(Person.id).limit(1))).scalar_one()
    assert await shelf.shelve(staff.db, staff.now, lambda unit: writer, writer)
    await shelf.doubt(staff.db, staff.now, writer)


async def _order(made: LivedIn) -> None:
    where = f"/api/work-orders/{made.names['number']}"
    version = (await made.do("office", "GET", where, None))["version"]
    await made.do("office", "POST", f"{where}/acts", {"do": Do.DISPATCH.value, "data": {"unit": "housing"}}, version)


async def _rules(made: LivedIn) -> None:
    policy = (await made.do("chief", "GET", "/api/policy", None))
    await made.do("chief", "PUT", "/api/policy", {"policy": policy["policy"] | {"most_pauses": 1},
                                                  "why": "市府办〔2026〕3号：暂停次数减为一次"}, policy["version"])
    made.names["policy"] = str(policy["version"] + 1)
    calendar = await made.do("chief", "GET", "/api/calendar", None)
    read = await made.do("chief", "POST", "/api/calendar/notice", {
        "text": NEXT_YEAR, "source": "国办发明电〔2026〕9号", "calendar": calendar["calendar"]})
    await made.do("chief", "PUT", "/api/calendar", {"calendar": read["calendar"], "why": "国办发明电〔2026〕9号"},
                  calendar["version"])
    made.names["calendar"] = str(calendar["version"] + 1)
    fields = [one for one in SEED.model_dump(mode="json")["fields"] if one["name"] != "公用事业"]
    await made.do("chief", "PUT", "/api/classification", {"classification": {"fields": fields}, "why": "机构改革"}, 0)
    await made.do("office", "PUT", "/api/phrases/lists/-", {"phrases": [PHRASE], "why": "统一口径"}, 0)
    rule = Sampling(per_week=4).model_dump(mode="json")
    await made.do("chief", "PUT", "/api/quality/sampling", {"sampling": rule, "why": "人手不足"}, 0)
    await made.do("lead", "PUT", "/api/rosters/housing", {"roster": {"slots": [SLOT]}, "why": "十二月值班安排"}, 0)


async def _menu(made: LivedIn) -> None:
    draft = (await made.do("chief", "POST", "/api/menu/drafts", {"title": "白天", "ready": "hours"}))
    here = f"/api/menu/drafts/{draft['id']}"
    await made.do("chief", "POST", f"{here}/operations", {
        "version": draft["version"], "words": "改",
        "edits": [{"path": ["steps", "guide", "owner"], "value": "housing"}]})
    release = await made.do("chief", "POST", f"{here}/publish", {"why": "开通"})
    night = await made.do("chief", "POST", "/api/menu/drafts", {"title": "夜间", "ready": "hours"})
    made.names["draft"] = night["id"]
    await made.do("chief", "POST", "/api/menu/notices", {
        "texts": {"zh-CN": "台风红色预警，请减少外出。"}, "ends": made.staff.now + 3600, "closes": [],
        "why": "防汛通知"})
    line = {"step": "welcome", "verb": "menu", "why": "key", "pressed": "3", "to": "guide", "heard": ["greeting"]}
    async with made.staff.db.writing() as session:
        session.add(CallFact(id=f"{CALL}/menu", call=CALL, at=made.staff.now - 3599, kind=MENU_STEP,
                             source="controller", data={**line, "release": release["id"]}))


async def _quality(made: LivedIn) -> None:
    drawn = await made.do("judge", "POST", "/api/quality/draws", {"week": "2026-W48"})
    made.names["check"] = drawn["checks"][0]["id"]
    await made.do("judge", "POST", f"/api/quality/checks/{made.names['check']}/score", {
        "marks": {one.key: 3 for one in SEED_CARD.items}, "comment": "没有复述诉求，下次请先确认地点。"})
    await made.do("judge", "POST", "/api/quality/clips", {
        "call": CALL, "part": "mixed", "begin": 5.0, "end": 15.0, "note": "先安抚，再复述诉求"})


async def _reports(made: LivedIn) -> None:
    brief = {"title": "城西片区连续停水", "receivers": ["housing"],
             "text": "三日内来电一百二十起，涉及六个小区。\n自来水公司已派抢修队。"}
    made.names["draft_report"] = (await made.do("office", "POST", "/api/reports", brief))["id"]
    sent = (await made.do("office", "POST", "/api/reports", brief))["id"]
    for who, step in (("office", "submit"), ("leader", "sign"), ("office", "send")):
        await made.do(who, "POST", f"/api/reports/{sent}/{step}", {})
    made.names["report_id"] = sent


async def _knowledge(made: LivedIn) -> None:
    body = {"title": "老小区加装电梯怎么申请", "unit": "housing", "field": "城乡建设",
            "words": "先征得本单元三分之二以上业主同意。\n\n办理:\n1. 填申请表\n2. 到住建局窗口交件"}
    number = (await made.do("lead", "POST", "/api/knowledge", body))["number"]
    await made.do("office", "POST", f"/api/knowledge/{number}/publication", {"why": "已核对"}, 1)
    await made.do("lead", "PUT", f"/api/knowledge/{number}", body | {
        "words": body["words"] + "\n3. 领取补贴告知书", "why": "新的补贴办法"}, 2)
    made.names["article"] = str(number)
