"""The figures as a page to print, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workorders.life.assessment import FORMULAS
from workorders.reports.figures import CHINESE_COUNT, CHINESE_DIMENSION, THREE_RATES, Figures
from workorders.reports.periods import Reported


def html(found: Figures, reported: Reported, city: str, names: Mapping[str, str], now: float) -> str:
    """Return the page. `names`: of units, by id."""
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True,
                        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("figures.html.j2").render(
        figures=found, title=reported.title, city=city, names=names, measures=THREE_RATES, formulas=FORMULAS,
        dimensions=CHINESE_DIMENSION, counts=CHINESE_COUNT,
        made=f"{datetime.fromtimestamp(now, reported.zone):%Y年%m月%d日 %H:%M}")
