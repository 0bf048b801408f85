"""A report against a unit, led a good way through its life, and the words of it that nobody may come upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx

from api.people.models import UnitPlace
from tests.api.whole_life import Life
from tests.people.staff import Staff
from workorders.life.words import Role
from workorders.models import CallRecord

# bureau > housing > section; the report is against housing, water looks into it
UNITS: Final = (("bureau", "市住建委", ""), ("housing", "区住建局", "bureau"), ("section", "房管科", "housing"),
                ("water", "区水务局", ""))
OFFICES: Final[dict[str, tuple[Role, dict[str, str]]]] = {
    "taker": (Role.AGENT, {"agent": "a1"}), "other": (Role.AGENT, {"agent": "a2"}), "office": (Role.BACK_OFFICE, {}),
    "leader": (Role.DUTY_LEADER, {}), "waterlead": (Role.UNIT_LEAD, {"unit": "water"}),
    "discipline": (Role.DISCIPLINE, {}), "quality": (Role.QUALITY, {}), "teamleader": (Role.TEAM_LEADER, {}),
    "supervision": (Role.SUPERVISION, {}),
    # whoever must not learn of it
    "handler": (Role.UNIT_HANDLER, {"unit": "housing"}), "lead": (Role.UNIT_LEAD, {"unit": "housing"}),
    "section": (Role.UNIT_HANDLER, {"unit": "section"}), "bureau": (Role.UNIT_LEAD, {"unit": "bureau"}),
    "leaderhere": (Role.DUTY_LEADER, {"unit": "housing"}), "watcher": (Role.SUPERVISION, {"unit": "section"})}
KEPT_FROM: Final = ("handler", "lead", "section", "bureau", "leaderhere", "watcher")
WORD: Final = "红包封口"  # what somebody who guesses would look for


@dataclass(frozen=True, slots=True)
class Secret:
    """A report and everything of it that is a word or a number."""

    number: str
    call: str
    caller: str
    attachment: str
    important: str  # id of the 要情专报 that speaks of it
    unsaid: tuple[str, ...]  # stands in no request, so in no answer either

    @property
    def personal(self) -> tuple[str, ...]:
        """Return what even those who may see the order do not learn, unless they are named."""
        return (*self.unsaid[1:3], self.caller, f"{self.caller[:3]}****{self.caller[-4:]}")


async def city(staff: Staff) -> dict[str, httpx.AsyncClient]:
    """Sign everybody on."""
    async with staff.db.writing() as session:
        session.add_all([UnitPlace(unit=unit, name=name, upper=upper) for unit, name, upper in UNITS])
    return {name: await staff.signed_on(name, role, **more) for name, (role, more) in OFFICES.items()}


async def report(staff: Staff, people: dict[str, httpx.AsyncClient]) -> Secret:
    """A report that was one from the first word, is with the water authority, and has a file and a recording."""
    life, call, caller = await _taken(staff, people, "5", kind="report", complained_of=["housing"])
    await life.step("office", "submit", "awaiting_signature")
    await life.step("leader", "endorse", "endorsed", text="同意核查")
    await life.step("office", "dispatch", "dispatched", data={"unit": "water"})
    await life.step("waterlead", "sign_for", "signed")
    return await _with_file(life, "waterlead", call, caller, await _told_to_the_leader(life, "5"))


async def _told_to_the_leader(life: Life, digit: str) -> str:
    """A 要情专报 that speaks of the report, signed and sent to the water authority; return its id."""
    words = {"title": f"密件{digit}", "text": f"深夜后门见{digit}", "receivers": ["water"], "orders": [life.number]}
    made = await life.people["office"].post("/api/reports", json=words, headers={"Idempotency-Key": f"yq{digit}"})
    assert made.status_code == 201, made.text
    for who, step in (("office", "submit"), ("leader", "sign"), ("office", "send")):
        done = await life.people[who].post(f"/api/reports/{made.json()['id']}/{step}", json={"why": "请阅"},
                                           headers={"Idempotency-Key": f"{step}{digit}"})
        assert done.is_success, done.text
    return str(made.json()["id"])


async def turned(staff: Staff, people: dict[str, httpx.AsyncClient]) -> Secret:
    """A complaint that its unit had begun to handle when it turned out to be a report against that very unit."""
    life, call, caller = await _taken(staff, people, "7", kind="complaint")
    await life.step("office", "dispatch", "dispatched", data={"unit": "housing"})
    await life.step("handler", "sign_for", "signed")
    await life.step("lead", "contact", "signed", data={"reached": True})
    secret = await _with_file(life, "lead", call, caller, await _told_to_the_leader(life, "7"))
    await life.step("office", "protect", "redispatching", data={"units": ["housing"]})
    return secret


async def ordinary(staff: Staff, people: dict[str, httpx.AsyncClient]) -> str:
    """An order that the same unit has by right, so that its people do see something; return its number."""
    life, _, _ = await _taken(staff, people, "9", kind="complaint", summary="楼道灯坏了三盏")
    await life.step("office", "dispatch", "dispatched", data={"unit": "housing"})
    return life.number


async def _taken(staff: Staff, people: dict[str, httpx.AsyncClient], digit: str, **more: Any) -> tuple[Life, str, str]:
    call, caller = digit * 32, f"139{digit * 4}0{digit * 3}"
    appeal: dict[str, Any] = {
        "call_key": call, "appeal": 1, "summary": f"有人{WORD}，深夜后门见{digit}", "caller": caller,
        "name": f"李不言{digit}", "address": f"隐秘巷{digit}号后院", "agent": "a1", "first": "行政投诉",
        "second": "作风", "third": "服务态度", "district": "高新区", "street": "人民路街道",
        "call": {"key": call, "caller": caller, "recordings": [f"{call}-mixed"]}} | more
    answer = await staff.house.client.post("/api/work-orders", json=appeal, headers={"Idempotency-Key": f"o{digit}"})
    assert answer.status_code == 201, answer.text
    folder = staff.house.settings.recordings_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{call}-mixed.alaw").write_bytes(b"\xd5" * 8000)
    async with staff.db.writing() as session:
        session.add(CallRecord(
            key=call, caller=caller, called="12345", answered_at=staff.now, ended_at=staff.now + 60,
            appeals={"1": {name: appeal[name] for name in ("kind", "summary", "address")} | {"agent": "a1"}},
            parties=[{"party": "p1", "role": "agent", "who": "a1"}], orders={"1": answer.json()["number"]},
            recordings=[{"name": f"{call}-mixed.alaw"}], settled_at=staff.now + 61, disposition="appeal"))
    return Life(answer.json()["number"], people), call, caller


async def _with_file(life: Life, who: str, call: str, caller: str, important: str) -> Secret:
    digit = call[0]
    added = await life.people[who].post(
        f"/api/work-orders/{life.number}/attachments", params={"name": f"密件{digit}.txt"},
        content=f"密件{digit}的内容".encode(), headers={"Content-Type": "text/plain", "Idempotency-Key": "file"})
    assert added.status_code == 201, added.text
    return Secret(life.number, call, caller, added.json()["id"], important,
                  (f"深夜后门见{digit}", f"李不言{digit}", f"隐秘巷{digit}号", f"密件{digit}"))
