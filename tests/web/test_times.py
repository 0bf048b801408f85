"""How pages tell of moments: near ones by their day, others by a date that cannot be misread."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from web.texts import every_language
from web.times import moment

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 15, 8, tzinfo=ZONE)


@pytest.mark.parametrize(("then", "chinese", "english"), [
    ((2026, 11, 24, 9, 5), "今天 09:05", "today 09:05"), ((2026, 11, 23, 23, 59), "昨天 23:59", "yesterday 23:59"),
    ((2026, 3, 4, 17, 30), "3月4日 17:30", "4 Mar 17:30"), ((2025, 12, 31, 8, 0), "2025年12月31日", "31 Dec 2025")])
def test_a_date_is_read_the_same_by_everybody(then: tuple[int, ...], chinese: str, english: str) -> None:
    at = datetime(*then, tzinfo=ZONE).timestamp()  # type: ignore[arg-type,misc]
    told = {language: moment(texts, at, NOW.timestamp(), ZONE) for language, texts in every_language().items()}
    assert told == {"zh-CN": chinese, "en": english}
