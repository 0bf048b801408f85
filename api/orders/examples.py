"""Examples of the operations on orders."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

NUMBER: Final = "2026-1123-0042"
_ROW: dict[str, Any] = {
    "number": NUMBER, "version": 3, "state": "dispatched", "state_name": "已派单", "kind": "complaint", "urgency": 0,
    "first": "城市管理", "second": "物业", "third": "漏水", "district": "高新区", "street": "人民路街道",
    "asker": "citizen", "anonymous": False, "channel": "phone", "secrecy": 0, "provisional": False,
    "owner": "unit:housing", "lead": "housing", "first_responder": "housing", "unit": "housing", "agent": "a1001",
    "due": 1795413600.0, "answer_due": 1795833000.0, "close_due": 1796869800.0, "answered_at": None,
    "closed_at": None, "archived_at": None, "outcome": "", "merged_into": "", "reopened": 0, "urges": 0,
    "refusal": "", "call_key": "47e9dc92acc548f891a23a728acaeb29", "appeal": 1, "created_at": 1795400180.0,
    "changed_at": 1795400300.0, "name": "张*", "caller": "138****1234", "address": "人民路 12 号",
    "summary": "楼上漏水"}
_OFFER = {"do": "sign_for", "name": "签收", "about": "housing", "needs": [], "fields": {}, "blocked": "", "fix": "",
          "brings": []}
_CLOCK = {"name": "sign", "whom": "unit:housing", "started": 1795400300.0, "due": 1795413600.0,
          "first_due": 1795413600.0, "term": {"amount": 4, "unit": "working_hours"}, "stopped": None, "void": False,
          "late": 0.0, "in_time": None}
_ORDER = {**_ROW, "acts": [_OFFER], "clocks": [_CLOCK], "tags": [], "kept_back": [], "call": {}, "requests": [],
          "findings": [],
          "parts": [{"unit": "housing", "part": "lead", "state": "dispatched", "reply_due": 1795833000.0}]}
_ACT = {"seq": 3, "at": 1795400300.0, "do": "dispatch", "by": "u-77", "role": "back_office", "unit": "",
        "about": "housing", "frm": "accepted", "to": "dispatched", "why": "", "text": "", "data": {"unit": "housing"},
        "digest": "sha256:9f…", "previous": "sha256:1c…",
        "line": "2026-11-23 09:05 派单审核 李芳 派单：住建局 → 已派单"}
EXAMPLES: Examples = {
    "POST /api/work-orders": Example(_ORDER, {
        "kind": "complaint", "summary": "楼上漏水", "address": "人民路 12 号", "caller": "13800001234", "name": "张三",
        "first": "城市管理", "second": "物业", "third": "漏水", "district": "高新区", "street": "人民路街道"}, 201),
    "GET /api/work-orders": Example({"work_orders": [_ROW], "next": "WyI1ZjFjMjAiLCAyMDI2XQ"}),
    "GET /api/work-orders/{number}": Example(_ORDER),
    "PATCH /api/work-orders/{number}": Example(_ORDER, {"summary": "楼上漏水，已三天", "urgency": 1}),
    "POST /api/work-orders/{number}/acts": Example(_ORDER, {
        "do": "dispatch", "why": "职责在住建局", "data": {"unit": "housing"}}, 201),
    "GET /api/work-orders/{number}/history": Example(
        {"number": NUMBER, "version": 3, "history": [_ACT], "next": None}),
    "POST /api/work-orders/{number}/unmask": Example(
        {"field": "number", "value": "13800001234"}, {"field": "number", "why": "联系诉求人核实地址"}),
    "POST /api/work-orders/{number}/code": Example({"number": NUMBER, "code": "40917352"}, status=201),
    "POST /api/work-order-batches": Example(
        {"results": [{"number": NUMBER, "ok": True, "state": "endorsed", "version": 4}]},
        {"do": "endorse", "orders": [{"number": NUMBER, "version": 3}], "text": "同意"}),
    "POST /api/work-order-likes": Example(
        {"likes": [{**_ROW, "score": 87.5, "same_caller": True}]}, {"caller": "13800001234", "summary": "楼上漏水"}),
    "GET /api/work-order-exports": Example('{"number":"2026-1123-0042","state":"closed"}\n',
                                           media="application/x-ndjson"),
    "GET /api/work-order-prints": Example("<!doctype html>…", media="text/html"),
}
