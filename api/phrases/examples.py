"""Examples of the operations on phrases."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

_PHRASE: Final = {"key": "tsqx", "kind": "answer", "title": "停水抢修",
                  "text": "经核查，主管网正在抢修，预计今日 18 时前恢复供水。"}
_HEAD: Final[dict[str, Any]] = {"version": 1, "by": "u-01", "why": "入汛统一答复口径", "at": 1795400000.0}
_LIST: Final[dict[str, Any]] = _HEAD | {"owner": "water", "phrases": [_PHRASE]}
EXAMPLES: Examples = {
    "GET /api/phrases": Example({"phrases": [_PHRASE | {"owner": "water"}]}),
    "GET /api/phrases/lists/{owner}": Example(_LIST),
    "GET /api/phrases/lists/{owner}/versions": Example({"versions": [_HEAD]}),
    "GET /api/phrases/lists/{owner}/versions/{version}": Example(_LIST),
    "PUT /api/phrases/lists/{owner}": Example(_LIST, {"phrases": [_PHRASE], "why": _HEAD["why"]}),
}
