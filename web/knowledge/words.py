"""An article's plain text as paragraphs and steps, and what differs between two editions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

Kind = Literal["p", "ul", "ol"]
_MARKS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("ul", re.compile(r"^\s*[-·•]\s*(?=\S)")), ("ol", re.compile(r"^\s*\d{1,2}[.、.]\s*(?=\S)")))


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one line each), or a list of steps: ``ul`` without order, ``ol`` in their order."""

    kind: Kind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison: in both, only in the older, only in the newer."""

    kind: Literal["same", "gone", "new"]
    text: str


def blocks(words: str) -> list[Block]:
    """Return the paragraphs and lists of a text; markup of any kind stays text."""
    lines = [_line(line) for line in words.splitlines() if line.strip()]
    return [Block(kind, tuple(text for _, text in found)) for kind, found in groupby(lines, lambda one: one[0])]


def _line(line: str) -> tuple[Kind, str]:
    for kind, mark in _MARKS:
        if mark.match(line):
            return kind, mark.sub("", line).strip()
    return "p", line.strip()


def difference(before: str, after: str) -> list[Line]:
    """Return both texts as one, line by line; what was replaced stands as gone, then as new."""
    old, new = before.splitlines(), after.splitlines()
    found = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return [line for tag, a, b, c, d in found for line in _lines(tag, old[a:b], new[c:d])]


def _lines(tag: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    if tag == "equal":
        yield from (Line("same", line) for line in old)
        return
    yield from (Line("gone", line) for line in old)
    yield from (Line("new", line) for line in new)
