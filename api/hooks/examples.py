"""Examples of the operations on webhooks."""

from __future__ import annotations

from api.wire.examples import Example, Examples

_HOOK = {"id": "wh-0123456789abcdef", "name": "省平台", "url": "https://hooks.example.org/12345", "events": ["close"],
         "unit": "", "active": True, "created_by": "u-01", "created_at": 1795400000.0, "changed_at": 1795400000.0}
_BODY = {"event": "close", "event_name": "结案", "number": "2026-1123-0042", "version": 14, "at": 1795830000.0,
         "state": "closed", "state_name": "已结案"}
_SENT = {"id": 17, "number": "2026-1123-0042", "body": _BODY, "at": 1795830000.0, "attempts": 1,
         "due_at": 1795830000.0, "done_at": 1795830001.0, "dead_at": None, "status": 200, "error": ""}
EXAMPLES: Examples = {
    "POST /api/webhooks": Example(_HOOK | {"secret": "whs_…"}, {
        "name": "省平台", "url": "https://hooks.example.org/12345", "events": ["close"]}, 201),
    "GET /api/webhooks": Example({"webhooks": [_HOOK]}),
    "GET /api/webhooks/{webhook}": Example(_HOOK),
    "PATCH /api/webhooks/{webhook}": Example(_HOOK, {"active": False}),
    "DELETE /api/webhooks/{webhook}": Example(status=204),
    "POST /api/webhooks/{webhook}/secret": Example(_HOOK | {"secret": "whs_…"}, status=201),
    "POST /api/webhooks/{webhook}/trial": Example(_HOOK, status=202),
    "POST /api/webhooks/{webhook}/revive": Example({"revived": 3}),
    "GET /api/webhooks/{webhook}/deliveries": Example({"deliveries": [_SENT], "next": None}),
}
