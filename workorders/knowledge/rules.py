"""The life of an article, when it must be looked at again, and what of a question is worth looking for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from workorders.knowledge.errors import KnowledgeError

State = Literal["draft", "published", "withdrawn"]
Do = Literal["make", "edit", "publish", "review", "withdraw"]
STATES: Final[tuple[State, ...]] = ("draft", "published", "withdrawn")
ACTS: Final[tuple[Do, ...]] = ("edit", "publish", "review", "withdraw")
STEPS: Final[Mapping[tuple[State, Do], State]] = {  # what is not here cannot be done
    ("draft", "edit"): "draft", ("draft", "publish"): "published",
    ("published", "edit"): "published", ("published", "publish"): "published",  # a new edition takes the place
    ("published", "review"): "published", ("published", "withdraw"): "withdrawn",
    ("withdrawn", "edit"): "withdrawn", ("withdrawn", "publish"): "published"}
_NOT_NOW: Final[Mapping[Do, tuple[str, str]]] = {
    "publish": ("没有可发布的新内容", "先修改并保存，再发布"),
    "review": ("只有已发布的知识才需要核对", "先发布"),
    "withdraw": ("这条知识没有在用", "刷新页面看最新情况")}
TITLE, WORDS = 120, 8000  # characters
SHORTEST, LONGEST, USUAL = 7, 1095, 180  # days between two reviews
DAY: Final = 86400.0
# how people ask, not what they ask about: without it 供暖什么时候开始 is 供暖 and 开始
_ASKING: Final = re.compile("什么时候|什么时间|怎么样|怎么办|请问|我想|想问|怎么|怎样|如何|多少|哪里|哪儿|什么|几点"
                            "|能不能|可不可以|吗|呢|的")
_LONG_NUMBER: Final = re.compile(r"\d[\d\s-]{5,}\d")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article stands. `latest`: its newest edition; `published`: the one in use or last in use, 0 for none."""

    state: State
    latest: int
    published: int


def step(article: Standing, do: Do) -> State:
    """Return the state after an act. Raises KnowledgeError."""
    to = STEPS.get((article.state, do))
    nothing_new = do == "publish" and article.state == "published" and article.latest == article.published
    if to is None or nothing_new:
        raise KnowledgeError(*_NOT_NOW[do])
    return to


def can(article: Standing, do: Do) -> bool:
    """Tell whether an act is open."""
    try:
        step(article, do)
    except KnowledgeError:
        return False
    return True


def due(reviewed_at: float, days: int) -> float:
    """Return by when an article must be looked at again (epoch s)."""
    return reviewed_at + days * DAY


def essence(query: str) -> str:
    """Return what a question is about: its words without those that only ask."""
    return " ".join(_ASKING.sub(" ", query).split())


def without_numbers(words: str) -> str:
    """Return words without telephone and document numbers, so that a note about them tells nobody's."""
    return _LONG_NUMBER.sub("…", " ".join(words.split()))


def excerpt(words: str, looked_for: Sequence[str], span: int = 90) -> str:
    """Return the part of an article around the first of the words looked for, or its beginning."""
    plain = " ".join(words.split())
    places = [place for word in looked_for if (place := plain.lower().find(word)) >= 0]
    begin = max(0, min(places, default=0) - span // 4)
    return ("…" if begin else "") + plain[begin:begin + span] + ("…" if len(plain) > begin + span else "")
