"""Examples of the operations on policy, calendar and classification."""

from __future__ import annotations

from api.wire.examples import Example, Examples

_HEAD = {"version": 2, "valid_from": 1798732800.0, "by": "u-01", "why": "市政务服务局〔2026〕8号", "at": 1795400000.0}
_POLICY = {"most_extensions": 1, "follow_up_share": 1.0}
_CALENDAR = {"years": [{"year": 2026, "source": "国办发明电〔2025〕7号",
                        "off": ["2026-01-01"], "worked": ["2026-01-04"]}],
             "windows": [["08:30", "12:00"], ["14:00", "17:30"]], "zone": "Asia/Shanghai"}
_NOTICE = "一、元旦：2026年1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。"
_EFFECT = {"version": 2, "days": [{"day": "2027-01-04", "worked": False}], "learned": [2027], "forgotten": [],
           "windows": False, "zone": False,
           "orders": {"open": 120, "guessed": 8, "looked": 8, "later": 3, "sooner": 0, "farthest": 86400.0, "kept": 2}}
_CLASSES = {"fields": [{"name": "公用事业", "matters": [{"name": "供水", "details": ["停水", "水质", "水费"]}]}]}
_CLASSIFIED = _HEAD | {"classification": _CLASSES, "unknown_in_policy": []}
EXAMPLES: Examples = {
    "GET /api/classification": Example(_CLASSIFIED),
    "GET /api/classification/versions": Example({"versions": [_HEAD]}),
    "GET /api/classification/versions/{version}": Example(_CLASSIFIED),
    "PUT /api/classification": Example(_CLASSIFIED, {"classification": _CLASSES, "why": _HEAD["why"]}),
    "GET /api/policy": Example(_HEAD | {"policy": _POLICY}),
    "GET /api/policy/versions": Example({"versions": [_HEAD]}),
    "GET /api/policy/versions/{version}": Example(_HEAD | {"policy": _POLICY}),
    "PUT /api/policy": Example(_HEAD | {"policy": _POLICY}, {"policy": _POLICY, "why": _HEAD["why"]}),
    "GET /api/classification/usage": Example({"paths": [
        {"path": ["城市管理", "市政", "路灯"], "orders": 84, "open": 6, "lead": "lamps", "share": 0.95}]}),
    "GET /api/calendar": Example(_HEAD | {"calendar": _CALENDAR}),
    "GET /api/calendar/versions": Example({"versions": [_HEAD]}),
    "GET /api/calendar/versions/{version}": Example(_HEAD | {"calendar": _CALENDAR}),
    "POST /api/calendar/notice": Example({"year": 2026, "calendar": _CALENDAR, "faults": []},
                                         {"text": _NOTICE, "source": "国办发明电〔2025〕7号", "calendar": _CALENDAR}),
    "POST /api/calendar/effect": Example(_EFFECT, {"calendar": _CALENDAR}),
    "PUT /api/calendar": Example(_HEAD | {"calendar": _CALENDAR}, {"calendar": _CALENDAR, "why": _HEAD["why"]}),
}
