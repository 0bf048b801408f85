"""Examples of figures and reports."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RATE = {"whole": {"numerator": 45, "denominator": 50, "value": 0.9},
         "kept": {"numerator": 45, "denominator": 48, "value": 0.9375}}
_LINE: dict[str, Any] = {"received": 120, "answered": 40, "dispatched": 76, "refused": 2, "closed": 98, "in_time": 95,
                         "reopened": 1, "urged": 4, "rates": {"satisfaction": _RATE}}
_FIGURES: dict[str, Any] = {
    "span": "month", "first": "2026-11-01", "after": "2026-12-01", "title": "月报（2026年11月01日至11月30日）",
    "total": _LINE, "names": {"lamps": "市路灯管理所"}, "dimensions": {"unit": "承办单位"},
    "formulas": [{"measure": "satisfaction", "name": "满意率", "numerator": "评 3 分及以上的件次",
                  "denominator": "诉求人评了分的件次", "moment": "回访作答"}],
    "by": {"unit": {"lamps": _LINE}, "field": {"城市管理": _LINE}},
    "topics": [{"path": ["城市管理", "市政", "路灯"], "now": 30, "before": 20, "growth": 0.5}]}
_WORDS = {"title": "城西停水", "text": "三日内一百二十起停水来电。", "receivers": ["water", "p-0123456789abcdef"],
          "orders": ["2026-1123-0042"]}
_REPORT: dict[str, Any] = {
    "id": "yq-0123456789abcdef", "state": "sent", "state_name": "已报送", **_WORDS, "written_at": 1795400000.0,
    "changed_at": 1795400600.0, "can": ["receipt"],
    "signed_by": "p-fedcba9876543210", "signed_at": 1795400300.0, "sent_at": 1795400600.0,
    "receipts": [{"receiver": "water", "by": "p-1", "at": 1795400700.0}], "owing": ["p-0123456789abcdef"],
    "history": [{"seq": 1, "at": 1795400000.0, "deed": "write", "name": "起草", "by": "p-2", "role": "back_office",
                 "why": "", "digest": "sha256:…"}]}
_LIST = {"reports": [{name: _REPORT[name] for name in ("id", "state", "state_name", "title", "receivers",
                                                       "written_at", "changed_at")}], "next": None}
_PUBLISHED = {"title": _FIGURES["title"], "first": "2026-11-01", "after": "2026-12-01", "hidden_below": 5,
              "tables": [{"title": "诉求领域", "columns": ["咨询", "合计"],
                          "rows": [{"name": "城市管理", "numbers": [None, 120]}]}],
              "rates": [{"name": "满意率", "percent": 90}]}
_STEPS = ("submit", "send-back", "sign", "send", "withdraw", "receipt")

EXAMPLES: Final[Examples] = {
    "GET /api/figures": Example(_FIGURES),
    "GET /api/figures/course": Example({"periods": [
        {"title": _FIGURES["title"], "first": "2026-11-01", "after": "2026-12-01", **_LINE}]}),
    "GET /api/figures/file": Example("(xlsx)", media=_XLSX),
    "GET /api/figures/page": Example("<!DOCTYPE html>…", media="text/html"),
    "GET /api/publication": Example(_PUBLISHED),
    "GET /api/reports": Example(_LIST),
    "GET /api/reports/{report_id}": Example(_REPORT),
    "POST /api/reports": Example(_REPORT | {"state": "draft", "state_name": "起草"}, _WORDS, 201),
    "PUT /api/reports/{report_id}": Example(_REPORT | {"state": "draft", "state_name": "起草"}, _WORDS),
    **{f"POST /api/reports/{{report_id}}/{step}": Example(_REPORT, {"why": "情况有变"}) for step in _STEPS},
}
