"""How a Chinese text is read aloud: digits in the Chinese way, Hanzi as pinyin, Latin words left to another voice.

Three or more digits are a number to be dialled and are read one by one with 幺 for 1 (12345 → 幺二三四五, 110 →
幺幺零); a year keeps 一; one or two digits are a count (15 → 十五), 2 before a measure word is 两. English
texts get their long numbers digit by digit too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pypinyin import Style, lazy_pinyin

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"(第?)(\d+)(年|[位个名人分小天次件条])?")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_RUN = re.compile(r"[A-Za-z][A-Za-z0-9' ,.!?-]*")
_PAUSES = str.maketrans({
    **dict.fromkeys("\uff0c\u3001\uff1b\uff1a,;:\uff08\uff09\u2026()", ", "),
    **dict.fromkeys("\u3002\uff01!", ". "), **dict.fromkeys("\uff1f?", "? "),
    **dict.fromkeys("\u300a\u300b\u201c\u201d\u2018\u2019", " "),
})  # Chinese and Latin marks that a voice pauses at, and quotes that it passes over
_LONG = re.compile(r"\d{3,}")



def _count(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else _DIGITS[tens]) + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _number(match: re.Match[str]) -> str:
    ordinal, digits, measure = match.group(1), match.group(2), match.group(3) or ""
    if len(digits) > 2 or (len(digits) == 2 and digits[0] == "0"):
        one = "一" if measure == "年" else "幺"
        return ordinal + "".join(one if d == "1" else _DIGITS[int(d)] for d in digits) + measure
    if digits == "2" and measure and not ordinal:
        return "两" + measure
    return ordinal + _count(int(digits)) + measure


def read_numbers(text: str) -> str:
    """Return a Chinese text with every Arabic number written as it is spoken."""
    return _NUMBER.sub(_number, text)


def to_pinyin(text: str) -> str:
    """Return Hanzi as pinyin with tone digits (``ni3 hao3``), punctuation as pauses."""
    syllables = lazy_pinyin(
        text.translate(_PAUSES), style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True,
    )
    return re.sub(r"\s+", " ", " ".join(syllables)).strip()


def runs(text: str, lang: str) -> Iterator[tuple[str, str]]:
    """Split `text` into (language, words for the engine): Latin runs of a Chinese text are English."""
    if not lang.startswith("zh"):
        yield lang, _LONG.sub(lambda number: " ".join(number.group()), text)
        return
    at = 0
    for match in _RUN.finditer(text):
        yield from _chinese(text[at: match.start()], lang)
        yield "en", match.group().strip()
        at = match.end()
    yield from _chinese(text[at:], lang)


def _chinese(text: str, lang: str) -> Iterator[tuple[str, str]]:
    spoken = read_numbers(text)
    if _HAN.search(spoken):
        yield lang, to_pinyin(spoken)
