"""What an agent answered on the line (直接答复), turned into an act: the order's answer, or a note where it is none.

The words were spoken and the call is over: they are never lost, and nobody is asked to say them again. So where the
life does not let them end the order (a report, "we are handling it", a unit has it already) they stand as a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workorders.keeping.intake import clean
from workorders.life.acts import Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.policy import Policy
from workorders.life.texts import check_text
from workorders.life.words import Do
from workorders.models import ANSWER_LIMIT

_ROOM: Final = 60  # characters for what a note says before the words
_NOT_ENDED: Final = "受理时当场答复诉求人，没有按直接答复办结（{}）："
_TOLD: Final = "受理时已告知诉求人，还须单位办理："


@dataclass(frozen=True, slots=True)
class Answer:
    """The words that were said. `to_unit`: they do not settle it, a unit must still act."""

    text: str
    to_unit: bool = False


def answer_from(told: object) -> Answer | None:
    """Return the answer that a request brings (`text`, `to_unit`), None for none. Raises BadContent."""
    if not isinstance(told, dict):
        return None
    words = clean(str(told.get("text") or "")).strip()
    check_text("答复", words, ANSWER_LIMIT)
    return Answer(words, bool(told.get("to_unit"))) if words else None


def answering(answer: Answer, by: Actor, at: float, policy: Policy) -> Wish:
    """Return what is wished for these words."""
    words = answer.text[:policy.text_limit - _ROOM]
    return Wish(Do.NOTE, by, at, text=f"{_TOLD}{words}") if answer.to_unit else Wish(Do.ANSWER, by, at, text=words)


def kept_anyway(wish: Wish, error: LifeError) -> Wish:
    """Return the note by which words stand in the history that could not end the order.

    What comes before the words fits into `_ROOM`, or the note would be refused for its length, and so for ever.
    """
    reason = str(error)[:_ROOM - len(_NOT_ENDED.format(""))]
    return Wish(Do.NOTE, wish.by, wish.at, text=_NOT_ENDED.format(reason) + wish.text)
