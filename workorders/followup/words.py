"""What a text message asks and how its answer is read. It never says what an order is about: phones are shared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")
_SOLVED = {"1": True, "2": False}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; None is a non-answer and stays one."""

    solved: bool | None = None
    satisfaction: int | None = None

    @property
    def something(self) -> bool:
        """Tell whether anything was said."""
        return self.solved is not None or self.satisfaction is not None


def mobile(number: str) -> str:
    """Return a number that takes text messages, "" for one that does not."""
    found = _MOBILE.fullmatch(number.replace(" ", "").replace("-", ""))
    return found[1] if found else ""


def follow_up_question(city: str, number: str) -> str:
    """Return the question about the result."""
    return (f"【{city}12345】您反映的事项（编号{number}）已有办理结果。请回复两位数字：第一位1已解决、2未解决；"
            "第二位1至5评分，5分最满意。例如回复15。本短信不收费，不会索要验证码。")


def rating_question(city: str) -> str:
    """Return the question about the reception of a call."""
    return f"【{city}12345】请对刚才的接听服务评分，回复1至5，5分最满意。本短信不收费，不会索要验证码。"


def heard(text: str) -> Said:
    """Return what an answer to the question about the result says: ``15``, ``1 5``, ``1``; anything else says nothing.
    """
    signs = [sign for sign in unicodedata.normalize("NFKC", text)[:40] if not sign.isspace() and sign not in ",,。.、"]
    if not 1 <= len(signs) <= 2 or signs[0] not in _SOLVED:
        return Said()
    if len(signs) == 1:
        return Said(_SOLVED[signs[0]])
    return Said(_SOLVED[signs[0]], int(signs[1])) if signs[1] in "12345" else Said()


def heard_rating(text: str) -> int | None:
    """Return what an answer to the question about the reception says."""
    told = unicodedata.normalize("NFKC", text).strip().rstrip("分。.")
    return int(told) if told in ("1", "2", "3", "4", "5") else None
