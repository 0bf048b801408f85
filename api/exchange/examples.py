"""Examples of the exchange."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

_PARTNER: dict[str, Any] = {
    "id": "110", "name": "市公安局110", "direction": "both", "scopes": ["address", "contact", "summary"],
    "gives": {"kinds": [], "fields": []}, "takes": {"kinds": [], "fields": ["公安"]},
    "mapping": {"names": {"kind": "sqlx"}, "values": {"kind": {"help": "02"}}}, "address": "https://10.8.0.110",
    "own": "12345", "unit": "police", "active": True}
_SECRET = {"secret": "made at random, 32 characters long"}
_EXCHANGE: dict[str, Any] = {
    "id": "ex-0123456789abcdef", "partner": "110", "inward": False, "number": "2026-1123-0042", "reference": "",
    "standing": "asked", "standing_name": "待对方答复", "why": "治安案件", "created_at": 1795400000.0,
    "changed_at": 1795400000.0, "document": {"id": "m-0123456789abcdef", "verb": "hand_over", "attempts": 0,
                                             "done_at": None, "error": "", "answer": {}}}
_DOCUMENT = {"version": "1", "verb": "hand_over", "sender": "110", "addressee": "12345", "reference": "J20261123007",
             "yours": "", "at": 1795400000.0, "due": None, "why": "非警务求助", "text": "", "outcome": "",
             "content": {"kind": "help", "first": "城市管理", "second": "市政", "third": "井盖", "summary": "井盖缺失",
                         "district": "城东区"}}
_ANSWER = {"standing": "accepted", "number": "2026-1123-0042", "why": "", "fix": "", "provisional": True}

EXAMPLES: Final[Examples] = {
    "GET /api/exchange/partners": Example({"partners": [_PARTNER]}),
    "PUT /api/exchange/partners/{partner_id}": Example(_PARTNER, {
        name: value for name, value in (_PARTNER | _SECRET).items() if name != "id"}),
    "GET /api/exchange/orders": Example({"exchanges": [_EXCHANGE], "next": None}),
    "POST /api/exchange/orders": Example(_EXCHANGE, {
        "number": "2026-1123-0042", "partner": "110", "why": "治安案件"}, 202),
    "POST /api/exchange/orders/{exchange_id}/give-back": Example(
        _EXCHANGE | {"inward": True, "standing": "returned", "standing_name": "已退回对方"},
        {"why": "属治安管理职责"}, 202),
    "GET /api/exchange/briefs/{number}": Example({
        "text": "12345 热线移交，编号 二零二 六幺幺二 三零零四 二。\n求助，紧急。",
        "data": {"number": "2026-1123-0042"}}),
    "POST /api/exchange/documents": Example(_ANSWER, _DOCUMENT),
}
