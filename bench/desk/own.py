"""Which queries a page needs, named by hand: by the table that each reads from. What else a page asks is its own loss.

Recorded statements alone would let a page that asks twice count both against itself. So of what a page sends only what
stands here is asked again as its bare queries, each as often as it is named; the rest is told in the row's note. Every
page begins with who asks ("person"). A new place of the bar must be named here, or it has no baseline but that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

Asked = list[tuple[str, Any]]
_FRAME: Final = ("BEGIN", "COMMIT", "ROLLBACK")

_LIST: Final = ("work_order", "order_finding", "unit_place")  # the rows, findings not decided, what units are called
_CURVE: Final = ("work_order",) * 4 + ("order_case",)  # taken in, answered, closed, in time; cases
OWN: Final[Mapping[str, Sequence[str]]] = {
    "/desk": ("desk_phone",),
    "/orders": _LIST,
    "/follow-up": ("work_order", "order_act", "unit_place"),
    "/recordings": ("call_record", "call_fact", "work_order", "unit_place"),
    "/knowledge": ("knowledge_article", "knowledge_flag", "unit_place"),
    "/phrases": ("phrase_list", "unit_place", "person"),
    "/quality": ("quality_check", "rule_version", "rule_version", "unit_place"),  # which rule, which scorecard
    # this month by four measures, steps, units thrice, cases, the commonest matters now and before; the curve
    "/reports": ("work_order",) * 4 + ("order_act", "order_unit", "order_act", "order_act", "order_case", "work_order",
                                       "work_order", "unit_place", *_CURVE),
    "/briefs": ("important_report", "person", "unit_place"),
    "/roster": ("unit_place", "unit_roster"),
    "/lines": ("unit_place",),
    "/numbers": ("call_record",),
    "/menu/figures": ("call_record", "call_fact"),
    "/people": ("person", "person_role", "unit_place"),
    "/units": ("unit_place",),
    "/directory": ("directory_entry",),
    "/policy": ("rule_version", "rule_version", "person"),  # the policy's versions; the newest classification
    "/quality/rules": ("rule_version", "rule_version", "person"),  # sampling, scorecard
    "/classification": ("rule_version", "work_order", "unit_place", "person"),
    "/calendar": ("rule_version", "person"),
    "/orders of a unit": ("unit_place", *_LIST),  # the units below, before the rows
    "/orders of an agent": _LIST,
    "/orders, all": _LIST,
    "/orders/{number}": ("work_order", "order_act", "unit_place", "attachment", "person"),
    "/orders/counts": ("work_order",) * 8,  # a box each
    "/desk/recent": ("call_record",),
}


def own(page: str, asked: Asked) -> Asked:
    """Return what `page` needs of what it asked, in one transaction for who asks and one for all else."""
    left, first, rest = ["person", *OWN.get(page, ())], Asked(), Asked()
    for statement, values in asked:
        read = set(re.findall(r"\bFROM (\w+)", statement))
        name = next((one for one in left if one in read), None)
        if statement.startswith(_FRAME) or name is None:
            continue
        left.remove(name)
        (rest if first else first).append((statement, values))
    begins = any(statement.startswith("BEGIN") for statement, _ in asked)  # where the driver does not begin by itself
    frame = [("BEGIN", ())] if begins else []
    return [one for part in (first, rest) if part for one in (*frame, *part, ("COMMIT", ()))]
