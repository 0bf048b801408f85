"""A list of phrases as data, and what one list changes in another. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST = 300  # phrases of one owner
Kind = Literal["answer", "phrase", "sms"]  # a reply of a unit; words of an agent; a text message
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,12}$", to_lower=True)]


class Phrase(BaseModel):
    """One phrase. `key`: what is typed to find it, for example the first letters of its pinyin."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: Code
    kind: Kind
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Phrases(BaseModel):
    """The phrases of one owner, in the order that they are offered."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    phrases: Annotated[tuple[Phrase, ...], Field(max_length=MOST)] = ()

    @model_validator(mode="after")
    def _one_a_key(self) -> Phrases:
        keys = [one.key for one in self.phrases]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"the key {twice} stands twice; give each phrase one of its own")
        return self


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a key. None: it is not there on that side."""

    key: str
    before: Phrase | None
    after: Phrase | None


def changes(before: Phrases, after: Phrases) -> Iterator[Change]:
    """Yield what differs, in the order of `after`, then what is gone; another order alone is told as nothing."""
    old, new = ({one.key: one for one in side.phrases} for side in (before, after))
    for key in {**new, **old}:
        if old.get(key) != new.get(key):
            yield Change(key, old.get(key), new.get(key))
