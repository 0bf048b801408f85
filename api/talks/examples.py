"""Examples of the operations on calls to listen to."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

_KEY: Final = "47e9dc92acc548f891a23a728acaeb29"
_TALK: dict[str, Any] = {
    "key": _KEY, "direction": "in", "caller": "138****1234", "called": "12345", "answered_at": 1795400000.0,
    "ended_at": 1795400180.0, "first_responder": "housing", "rating": 5, "interrupted": False, "seconds": 180.0,
    "whole": 180.0, "gone_at": None, "gone_by": "", "orders": ["2026-1123-0042"], "refused": None,
    "lanes": [{"part": "citizen", "role": "citizen", "who": "", "offset": 0.0, "seconds": 180.0, "gap": "",
               "lost": 0.0, "holes": []},
              {"part": "p1", "role": "agent", "who": "a1001", "offset": 14.0, "seconds": 160.0, "gap": "short",
               "lost": 6.0, "holes": [[92.0, 98.0]]}],
    "marks": [{"at": 15.0, "kind": "join", "role": "agent", "who": "a1001", "to": None},
              {"at": 60.0, "kind": "hold", "role": "citizen", "who": "", "to": 75.0}]}
_SEALED = {"key": _KEY, "refused": {"code": "confidential", "detail": "这通电话属于保密诉求，只有知情人可以收听",
                                    "fix": "确需收听时，请热线把您指定为这张工单的知情人"}}

EXAMPLES: Examples = {
    "GET /api/work-orders/{number}/calls": Example({"number": "2026-1123-0042", "calls": [_TALK, _SEALED]}),
    "GET /api/recordings": Example({"recordings": [_TALK], "next": None}),
}
