"""Examples of the operations on calls, records, agents, people and the house itself."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

KEY: Final = "47e9dc92acc548f891a23a728acaeb29"
NUMBER: Final = "2026-1123-0042"
_BY = {"by": "a1001"}
_WHY = {"why": "联系诉求人核实地址"}
_CALL = {"call": KEY, "state": "room", "caller": "138****1234", "called": "12345", "answered_at": 1795400000.0,
         "parties": [{"party": "p1", "role": "agent", "who": "a1001", "place": "room"}]}
_AGENT = {"agent": "a1001", "name": "王敏", "state": "ready", "why": "", "since": 1795400000.0}
_RECORD = {"key": KEY, "source": "controller", "direction": "in", "caller": "138****1234", "called": "12345",
           "answered_at": 1795400000.0, "ended_at": 1795400180.0, "outcome": "service", "skill": "general",
           "first_responder": "housing", "rating": 5, "rating_why": "pressed", "disposition": "",
           "orders": {"1": NUMBER}}
_PERSON = {"id": "u-5f1c", "login": "wangmin", "name": "王敏", "roles": ["agent"], "unit": "", "agent": "a1001",
           "active": True, "must_change": False, "version": 3, "created_at": 1795400000.0, "changed_at": 1795400000.0}
_ME = {"kind": "person", "id": "u-5f1c", "login": "wangmin", "name": "王敏", "roles": ["agent"], "unit": "",
       "agent": "a1001", "permissions": ["orders.read", "self"], "must_change": False, "until": 1795443200.0,
       "csrf": "5b2f…"}
_SESSION = {"id": "s-91d0", "address": "10.1.2.3", "browser": "Firefox", "created_at": 1795400000.0,
            "seen_at": 1795400100.0, "expires_at": 1795443200.0, "this_one": True}
_CLIENT = {"id": "c-77aa", "name": "省平台", "scopes": ["orders.read"], "unit": "", "created_by": "u-5f1c",
           "created_at": 1795400000.0, "expires_at": None, "revoked_at": None, "used_at": None, "used_from": ""}
_DONE: dict[str, Any] = {"ok": True}

_CALLS: Examples = {
    "GET /api/calls": Example({"calls": [_CALL]}),
    "GET /api/calls/{key}": Example(_CALL),
    "POST /api/calls": Example(_DONE, {"agent": "a1001", "work_order": NUMBER, "by": "a1001"}, 202),
    "POST /api/calls/{key}/invitations": Example(
        {"invitation": "inv-1"}, {"role": "unit", "id": "housing", **_BY}, 202),
    "DELETE /api/calls/{key}/invitations/{invitation}": Example(_DONE),
    "POST /api/calls/{key}/consult": Example({"invitation": "inv-2"}, {"role": "expert", "id": "x1", **_BY}, 202),
    "POST /api/calls/{key}/listeners": Example({"listener": "leg-1", "already": False}, {"mode": "listen"}, 202),
    "PATCH /api/calls/{key}/listeners/{listener}": Example({"listener": "leg-1", "mode": "whisper"},
                                                          {"mode": "whisper"}),
    "DELETE /api/calls/{key}/listeners/{listener}": Example({"listener": "leg-1"}),
    "PUT /api/calls/{key}/appeals/{number}": Example(
        _DONE, {"agent": "a1001", "kind": "inquiry", "urgency": 0, "summary": "问供暖开始的日期",
                "first": "公用事业", "second": "供热", "third": "温度不达标",
                "answer": "供暖从 11 月 15 日零时开始，不热可以要求入户测温。"}),
    "POST /api/calls/{key}/disposition": Example(_DONE, {"agent": "a1001", "disposition": "wrong_number"}),
    **{f"POST /api/calls/{{key}}/{act}": Example(_DONE, _BY) for act in ("hold", "resume", "bring-back", "finish")},
    **{f"POST /api/calls/{{key}}/parties/{{party}}/{act}": Example(_DONE, _BY)
       for act in ("mute", "unmute", "remove", "leave", "hold", "back")},
    "GET /api/call-records": Example({"call_records": [_RECORD], "next": KEY}),
    "GET /api/call-records/{key}": Example(_RECORD),
    "GET /api/recordings/{key}/{name}": Example("(RIFF…WAVE)", media="audio/wav"),
    "GET /api/recordings/{key}/{name}/peaks": Example({"seconds": 180.0, "peaks": [0, 12, 60, 41, 3]}),
    "GET /api/agents": Example({"agents": [_AGENT]}),
    "PUT /api/agents/{agent}/state": Example(_DONE, {"state": "break", "why": "用餐", "by": "a1001"}),
    "POST /api/agents/{agent}/wrap-up-done": Example(_DONE, _BY),
    "GET /api/events": Example("id: 17\nevent: call.answered\ndata: {…}\n\n", media="text/event-stream"),
}
_PEOPLE: Examples = {
    "POST /api/session": Example(_ME, {"login": "wangmin", "password": "correct horse battery staple"}, 201),
    "GET /api/session": Example(_ME),
    "DELETE /api/session": Example(status=204),
    "GET /api/sessions": Example({"sessions": [_SESSION]}),
    "DELETE /api/sessions": Example({"revoked": ["s-91d0"]}),
    "DELETE /api/sessions/{session_id}": Example({"revoked": ["s-91d0"]}),
    "POST /api/people": Example(_PERSON | {"password": "made-once-7Qx"}, {
        "login": "wangmin", "name": "王敏", "roles": ["agent"], "agent": "a1001"}, 201),
    "GET /api/people": Example({"people": [_PERSON], "next": None}),
    "GET /api/people/{person_id}": Example(_PERSON),
    "PATCH /api/people/{person_id}": Example(_PERSON, {"active": False}),
    "POST /api/people/{person_id}/password": Example(
        {"id": "u-5f1c", "must_change": False}, {"old": "the old one", "new": "a wholly new sentence"}),
    "GET /api/people/{person_id}/changes": Example({"changes": [
        {"at": 1795400000.0, "what": "person.changed", "by": "u-01", "by_name": "陈立",
         "data": {"roles": [["agent"], ["agent", "team_leader"]]}}]}),
    "GET /api/units/{unit}/changes": Example({"changes": [
        {"at": 1795400000.0, "what": "unit.placed", "by": "u-01", "by_name": "陈立",
         "data": {"name": "人民路街道", "upper": "district1"}}]}),
    "GET /api/units": Example({"units": [{"unit": "housing", "name": "住房和城乡建设局", "upper": ""}]}),
    "PUT /api/units/{unit}": Example({"unit": "street1", "name": "人民路街道", "upper": "district1"},
                                     {"name": "人民路街道", "upper": "district1"}),
    "POST /api/clients": Example(_CLIENT | {"key": "hlk_…"}, {
        "name": "省平台", "scopes": ["orders.read"], "days": 365}, 201),
    "GET /api/clients": Example({"clients": [_CLIENT]}),
    "DELETE /api/clients/{client_id}": Example(status=204),
    "POST /api/clients/{client_id}/rotate": Example(_CLIENT | {"key": "hlk_…"}, {"keep_hours": 24}, 201),
    "GET /api/audit": Example({"audit": [{"id": 9, "at": 1795400000.0, "who": "u-5f1c", "what": "number.unmasked",
                                          "about": NUMBER, "address": "10.1.2.3", "data": _WHY}], "next": None}),
    "POST /api/work-orders/{number}/caller": Example({"caller": "13800001234"}, _WHY),
    "POST /api/call-records/{key}/caller": Example({"caller": "13800001234"}, _WHY),
}
_HOUSE: Examples = {
    "GET /health": Example({"ok": True, "database": True, "controller": True, "journal": True}),
    "GET /metrics": Example("hotline_controller_up 1.0\n", media="text/plain"),
    "GET /api/openapi.json": Example({"openapi": "3.1.0"}),
}
EXAMPLES: Examples = {**_CALLS, **_PEOPLE, **_HOUSE}
