"""Examples of the operations on quality checks."""

from __future__ import annotations

from typing import Any, Final

from api.wire.examples import Example, Examples
from workorders.quality.rules import SEED_CARD, Sampling

_KEY: Final = "47e9dc92acc548f891a23a728acaeb29"
_CARD: Final = SEED_CARD.model_dump(mode="json")
_MARKS: Final = {one.key: 4 for one in SEED_CARD.items}
_RULES: dict[str, Any] = {"sampling": Sampling().model_dump(mode="json"), "sampling_version": 0, "scorecard": _CARD,
                          "scorecard_version": 0}
_CHECK: dict[str, Any] = {
    "id": "qc-0123456789abcdef", "call": _KEY, "agent": "a1001", "week": "2026-W48", "seed": "seed-2026-48",
    "reasons": ["random"], "state": "scored", "drawn_by": "u-5f1c", "drawn_at": 1795400000.0, "card": 0,
    "marks": _MARKS, "fatal": [], "total": 80.0, "first_total": 80.0, "comment": "复述很清楚", "scored_by": "u-5f1c",
    "scored_at": 1795400600.0, "appeal_until": 1796005400.0, "appeal": "", "appealed_at": None, "granted": None,
    "decision": "", "decided_by": "", "decided_at": None, "can": ["appeal"]}
_WHOLE: dict[str, Any] = _CHECK | {"scorecard": _CARD}
_CLIP: dict[str, Any] = {"id": "clip-0123456789abcdef", "call": _KEY, "part": "mixed", "begin": 12.0, "end": 30.5,
                         "note": "安抚情绪后再复述诉求", "by": "u-5f1c", "at": 1795400600.0}

_HEAD: dict[str, Any] = {"version": 1, "valid_from": 1795400000.0, "by": "u-01", "why": "质检办法附表",
                         "at": 1795400000.0}
_TRIED: dict[str, Any] = {
    "week": "2026-W47", "calls": 412, "agents": 9, "now": {"drawn": 45, "reasons": {"random": 45}},
    "then": {"drawn": 52, "reasons": {"random": 45, "low_rating": 7}}}

EXAMPLES: Examples = {
    "GET /api/quality/rules": Example(_RULES),
    "GET /api/quality/rules/{kind}/versions": Example({"versions": [_HEAD]}),
    "GET /api/quality/rules/{kind}/versions/{version}": Example(_HEAD | {"rule": _CARD}),
    "POST /api/quality/preview": Example(_TRIED, {"sampling": _RULES["sampling"], "week": "2026-W47"}),
    "PUT /api/quality/sampling": Example(_RULES, {"sampling": _RULES["sampling"], "why": "质检办法第 3 条"}),
    "PUT /api/quality/scorecard": Example(_RULES, {"scorecard": _CARD, "why": "质检办法附表"}),
    "POST /api/quality/draws": Example({"week": "2026-W48", "seed": "seed-2026-48", "checks": [_CHECK]},
                                       {"week": "2026-W48", "seed": "seed-2026-48"}, 201),
    "GET /api/quality/checks": Example({"checks": [_CHECK], "next": None}),
    "GET /api/quality/checks/{check}": Example(_WHOLE),
    "POST /api/quality/checks/{check}/score": Example(_WHOLE, {"marks": _MARKS, "comment": "复述很清楚"}, 201),
    "POST /api/quality/checks/{check}/appeal": Example(_WHOLE, {"why": "市民当时同意了再回拨"}, 201),
    "POST /api/quality/checks/{check}/decision": Example(_WHOLE, {"why": "录音中确有说明", "marks": _MARKS}, 201),
    "POST /api/quality/clips": Example(
        _CLIP, {"call": _KEY, "begin": 12.0, "end": 30.5, "note": "安抚情绪后再复述诉求"}, 201),
    "GET /api/quality/clips": Example({"clips": [_CLIP], "next": None}),
    "GET /api/quality/clips/{clip}/sound": Example("(RIFF…WAVE)", media="audio/wav"),
    "DELETE /api/quality/clips/{clip}": Example(status=204),
}
