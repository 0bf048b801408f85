"""Examples of the operations on duty rosters."""

from __future__ import annotations

from api.wire.examples import Example, Examples

_HEAD = {"version": 3, "by": "u-5f1c", "why": "十二月值班安排", "at": 1795400000.0}
_SLOT = {"days": ["mon", "tue", "wed", "thu", "fri"], "date": "", "begin": "08:30", "end": "17:30", "who": "张科长",
         "phones": [{"number": "66010001", "label": "值班室", "order": 1, "accept": False}]}
_WHOLE = _HEAD | {"unit": "housing", "roster": {"slots": [_SLOT]}, "now": [_SLOT],
                  "gaps": [("2026-11-28T00:00", "2026-11-30T08:30")], "history": [_HEAD]}
EXAMPLES: Examples = {
    "GET /api/rosters": Example({"units": [{"unit": "housing", "days": 14, "hours_uncovered": 111.0,
                                            "next": ("2026-11-28T00:00", "2026-11-30T08:30")}]}),
    "GET /api/rosters/{unit}": Example(_WHOLE),
    "PUT /api/rosters/{unit}": Example(_WHOLE, {"roster": {"slots": [_SLOT]}, "why": "十二月值班安排"}),
}
