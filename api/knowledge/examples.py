"""Examples of the operations on articles."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

_WORDS: Final = "居民供暖从 11 月 15 日零时开始，到次年 3 月 15 日零时结束。\n- 提前或延长由市政府另行公布"
_IN: dict[str, Any] = {"title": "居民供暖开始和结束的日期", "words": _WORDS, "unit": "heating", "field": "公用事业",
                       "public": True, "review_days": 180, "why": "本供暖季的通告"}
_FOUND: dict[str, Any] = {
    "number": 12, "title": _IN["title"], "unit": "heating", "unit_name": "热力公司", "field": "公用事业",
    "public": True, "state": "published", "excerpt": "居民供暖从 11 月…", "review_days": 180,
    "reviewed_at": 1795400000.0,
    "reviewed_on": "2026-11-23", "due_at": 1810952000.0, "overdue": False, "latest": 2, "published": 2, "cited": 31,
    "flags": 0, "version": 4, "changed_at": 1795400000.0}
_EDITION: dict[str, Any] = {"edition": 2, "title": _IN["title"], "words": _WORDS, "field": "公用事业", "public": True,
                            "by": "u-5f1c", "why": "本供暖季的通告", "at": 1795400000.0}
_CHANGE: dict[str, Any] = {"seq": 4, "do": "publish", "edition": 2, "by": "u-77aa", "why": "", "data": {},
                           "at": 1795400000.0}
_FLAG: dict[str, Any] = {"id": "flag-0123456789abcdef", "number": 12, "edition": 2, "words": "延期通知已经发布",
                         "by": "u-3b20", "at": 1795403600.0, "settled_at": 0.0, "settled_by": "", "said": ""}
_GAP: dict[str, Any] = {"id": "gap-0123456789abcdef", "words": "电动车上牌", "unit": "police", "times": 6,
                        "first_at": 1795000000.0, "last_at": 1795403600.0, "closed_at": 0.0, "closed_by": "",
                        "said": ""}
_WHOLE: dict[str, Any] = _FOUND | {"words": _WORDS, "reviewed_by": "u-77aa", "draft": None, "history": [_CHANGE],
                                   "flagged": [_FLAG], "can": ["edit", "publish", "review", "withdraw"]}
_DONE: dict[str, Any] = {"ok": True}

EXAMPLES: Examples = {
    "GET /api/knowledge/search": Example({"articles": [_FOUND], "near": False}),
    "GET /api/knowledge": Example({"articles": [_FOUND], "next": None}),
    "POST /api/knowledge": Example(_WHOLE, _IN, 201),
    "GET /api/knowledge/{article}": Example(_WHOLE),
    "PUT /api/knowledge/{article}": Example(_WHOLE, _IN),
    "GET /api/knowledge/{article}/editions/{edition}": Example(_EDITION),
    "POST /api/knowledge/{article}/publication": Example(_WHOLE, {"why": "已核对通告原文"}, 201),
    "POST /api/knowledge/{article}/review": Example(_WHOLE, {"why": ""}, 201),
    "POST /api/knowledge/{article}/withdrawal": Example(_WHOLE, {"why": "政策已废止"}, 201),
    "POST /api/knowledge/{article}/flags": Example(_FLAG, {"words": _FLAG["words"]}, 201),
    "POST /api/knowledge/{article}/citations": Example(_DONE, {"call": "47e9dc92acc548f891a23a728acaeb29"}, 201),
    "GET /api/knowledge/flags": Example({"flags": [_FLAG], "next": None}),
    "POST /api/knowledge/flags/{flag}/settlement": Example(
        _FLAG | {"settled_at": 1795407200.0, "settled_by": "u-5f1c", "said": "已更新"}, {"why": "已更新"}, 201),
    "GET /api/knowledge/gaps": Example({"gaps": [_GAP], "next": None}),
    "POST /api/knowledge/gaps": Example(_DONE, {"words": "电动车上牌", "unit": "police"}, 201),
    "POST /api/knowledge/gaps/{gap}/closing": Example(
        _GAP | {"closed_at": 1795407200.0, "closed_by": "u-5f1c", "said": "见知识 61"}, {"why": "见知识 61"}, 201),
}
