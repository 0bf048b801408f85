"""What a benchmark hands in, how it is printed, and the file it is written to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from unicodedata import east_asian_width

HEADS = ("what", "ours", "baseline", "unit", "ratio", "must", "aim", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `must` and `aim` bound the ratio ours / baseline: from above when lower is better, else from
    below; None where nothing was promised. `ours` and `baseline` are in `unit`.
    """

    name: str
    ours: float
    baseline: float
    unit: str
    must: float | None = None
    aim: float | None = None
    better: Literal["lower", "higher"] = "lower"
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours / baseline."""
        return self.ours / self.baseline

    def meets(self, bound: float | None) -> bool:
        """Tell whether the ratio keeps to `bound`; None is always kept."""
        if bound is None:
            return True
        return self.ratio <= bound if self.better == "lower" else self.ratio >= bound

    @property
    def verdict(self) -> str:
        """Return ``aim``, ``must``, ``MISSED``, or "" where nothing was promised."""
        if self.must is None and self.aim is None:
            return ""
        if not self.meets(self.must):
            return "MISSED"
        return "aim" if self.aim is not None and self.meets(self.aim) else "must"

    def as_dict(self) -> dict[str, object]:
        """Return the row as the file has it."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "ours": round(self.ours, 4),
                               "baseline": round(self.baseline, 4), "verdict": self.verdict}


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text, in columns, notes below."""
    lines = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEADS))]
    text = [
        "  ".join(_pad(cell, width, left=column in (0, 3, 7))
                  for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines
    ]
    text.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    notes = [f"{row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*text, "", *notes] if notes else text)


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as a JSON list of {name, ours, baseline, ratio, must, aim, …}."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≤" if row.better == "lower" else "≥"
    bounds = (f"{sign} {bound:.2f}" if bound is not None else "" for bound in (row.must, row.aim))
    return (row.name, f"{row.ours:.2f}", f"{row.baseline:.2f}", row.unit, f"{row.ratio:.2f}", *bounds, row.verdict)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    room = " " * (width - _width(text))
    return text + room if left else room + text
