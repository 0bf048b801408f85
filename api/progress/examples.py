"""An example of the citizens' question."""

from __future__ import annotations

from api.wire.examples import Example, Examples

EXAMPLES: Examples = {
    "POST /api/progress": Example({
        "number": "2026-1123-0042", "state": "handling", "state_name": "办理中", "accepted_at": 1795400180.0,
        "answer_due": 1795833000.0, "answered_at": None, "closed_at": None, "answer": "", "refused": None,
    }, {"number": "2026-1123-0042", "code": "40917352"}),
}
