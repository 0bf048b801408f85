"""The figures as a workbook, to be reckoned on with: a sheet a dimension, rates with what they are made of."""

from __future__ import annotations

import io
from collections.abc import Mapping

import xlsxwriter  # type: ignore[import-untyped]

from workorders.life.assessment import FORMULAS
from workorders.reports.figures import CHINESE_COUNT, CHINESE_DIMENSION, COUNTS, THREE_RATES, Counted, Figures

_PARTS = ("", " 分子", " 分母", " 剔除后", " 剔除后分子", " 剔除后分母")


def book_of(found: Figures, title: str, names: Mapping[str, str]) -> bytes:
    """Return the workbook. `names`: of units, by id."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    share = book.add_format({"num_format": "0.0%"})
    _sheet(book, "总体", title, {"合计": found.total}, {}, share)
    for dimension, lines in found.by.items():
        _sheet(book, CHINESE_DIMENSION[dimension], title, lines, names if dimension == "unit" else {}, share)
    notes = book.add_worksheet("说明")
    for place, measure in enumerate(THREE_RATES):
        formula = FORMULAS[measure]
        said = f"{formula.chinese} = {formula.numerator} ÷ {formula.denominator}，按{formula.moment}计入期间"
        notes.write_string(place, 0, said)
    book.close()
    return file.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, title: str, lines: Mapping[str, Counted], names: Mapping[str, str],
           share: object) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, title)
    heads = [name, *CHINESE_COUNT.values(), *(FORMULAS[one].chinese + part for one in THREE_RATES for part in _PARTS)]
    sheet.write_row(1, 0, heads)
    for place, (value, line) in enumerate(lines.items(), start=2):
        sheet.write_string(place, 0, names.get(value, value))
        sheet.write_row(place, 1, [getattr(line, count) for count in COUNTS])
        for n, measure in enumerate(THREE_RATES):
            figure = line.rates.get(measure)
            at = 1 + len(COUNTS) + n * len(_PARTS)
            for rate in () if figure is None else (figure.whole, figure.kept):
                if rate.value is not None:
                    sheet.write_number(place, at, rate.value, share)
                sheet.write_row(place, at + 1, [rate.numerator, rate.denominator])
                at += len(_PARTS) // 2
