"""Small drawings as numbers for a template: bars, and lines that stop where there was nothing to measure. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

WIDE: Final = 360.0  # units of the drawing: about the pixels of a telephone
HIGH: Final = 150.0
TOP: Final = 18.0  # room for the number above the highest bar
_GAP: Final = 0.3  # of a place, between groups of bars


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: which series, where it stands, what it tells."""

    series: int
    x: float
    y: float
    width: float
    height: float
    value: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A measured point of a line."""

    x: float
    y: float
    value: float


def middles(count: int) -> list[float]:
    """Return where the places of a drawing stand."""
    place = WIDE / max(1, count)
    return [round((n + 0.5) * place, 1) for n in range(count)]


def bars(series: Sequence[Sequence[float]]) -> list[Bar]:
    """Return the bars of several series beside each other, place by place."""
    count = max((len(one) for one in series), default=0)
    most = max((value for one in series for value in one), default=0) or 1
    place = WIDE / max(1, count)
    width = place * (1 - _GAP) / max(1, len(series))
    found = []
    for which, values in enumerate(series):
        for n, value in enumerate(values):
            height = (HIGH - TOP) * value / most
            x = n * place + place * _GAP / 2 + which * width
            found.append(Bar(which, round(x, 1), round(HIGH - height, 1), round(width * 0.92, 1), round(height, 1),
                             value))
    return found


def dots(values: Sequence[float | None]) -> list[Dot]:
    """Return the points of shares (0 to 1); where nothing was measured there is none."""
    return [Dot(x, round(HIGH - (HIGH - TOP) * value, 1), value)
            for x, value in zip(middles(len(values)), values, strict=True) if value is not None]


def strokes(values: Sequence[float | None]) -> Iterator[str]:
    """Yield the stretches of a line as points of a polyline."""
    stretch: list[str] = []
    for x, value in zip(middles(len(values)), values, strict=True):
        if value is None:
            if len(stretch) > 1:
                yield " ".join(stretch)
            stretch = []
        else:
            stretch.append(f"{x},{round(HIGH - (HIGH - TOP) * value, 1)}")
    if len(stretch) > 1:
        yield " ".join(stretch)
