"""Examples of the operations on retention."""

from __future__ import annotations

from api.wire.examples import Example, Examples

_RULE = {"name": "附件三年", "what": "attachment", "what_name": "附件", "after_days": 1095, "event": "archived",
         "kinds": [], "ground": "市政府第 7 号令", "goes": 12, "held": 1}
EXAMPLES: Examples = {
    "GET /api/retention": Example({"version": 1, "at": 1795830000.0, "rules": [_RULE]}),
    "GET /api/retention/due": Example({
        "due": [{"key": "att-00112233445566aa", "since": 1701136800.0, "due": 1795744800.0}], "next": None}),
    "GET /api/retention/holds": Example({"holds": ["2026-1123-0042"], "next": None}),
    "PUT /api/retention/holds/{number}": Example(
        {"number": "2026-1123-0042", "held": True, "changed": True}, {"held": True, "why": "（2026）民初1号"}),
}
