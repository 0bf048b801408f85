"""Which class an agent means: by a word of its name, by the first letters of its pinyin, by its number. Pure.

A class's number is its place in the classification in force, two digits a level (030402: third field, fourth matter,
second detail): it stands beside the name, so that who types it daily learns it, and it holds as long as that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from web.desk.people import initials
from workorders.life.matters import Tree

Path = tuple[str, ...]
MOST: Final = 12  # that a search shows
SEPARATOR: Final = "/"  # no name holds one (life.classification)


@dataclass(frozen=True, slots=True)
class Offered:
    """A class as it is offered. `inside`: choosing it opens what is below; else it is what the order gets."""

    path: Path
    number: str
    why: str = ""
    inside: bool = False

    @property
    def value(self) -> str:
        """Return the path as one word for the page."""
        return SEPARATOR.join(self.path)


@dataclass(frozen=True, slots=True)
class _Class:
    path: Path
    number: str
    letters: tuple[str, ...]

    @property
    def whole(self) -> str:
        return " ".join(self.path).lower()


def every(tree: Tree) -> list[_Class]:
    """Return every class of all three levels, in the order of the tree."""
    return list(_every(_frozen(tree)))


def _frozen(tree: Tree) -> tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]:
    return tuple((first, tuple((second, tuple(thirds)) for second, thirds in seconds.items()))
                 for first, seconds in tree.items())


@lru_cache(maxsize=4)
def _every(tree: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]) -> tuple[_Class, ...]:
    return tuple(_walk(tree))


def _walk(tree: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]) -> Iterator[_Class]:
    for a, (first, seconds) in enumerate(tree, 1):
        yield _class((first,), f"{a:02}")
        for b, (second, thirds) in enumerate(seconds, 1):
            yield _class((first, second), f"{a:02}{b:02}")
            for c, third in enumerate(thirds, 1):
                yield _class((first, second, third), f"{a:02}{b:02}{c:02}")


def _class(path: Path, number: str) -> _Class:
    return _Class(path, number, tuple(initials(name) for name in path))


def searched(tree: Tree, typed: str, likely: Sequence[Path] = ()) -> list[Offered]:
    """Return what fits the words typed, the best first: by number, by whole name, by part of it, by first letters.

    All words must be found; among equals the likely ones come first, then the most exact level, then the tree's order.
    """
    words = [word for word in typed.lower().replace(SEPARATOR, " ").split() if word]
    if not words:
        return []
    order = {path: place for place, path in enumerate(likely)}
    found = [(rank, order.get(one.path, len(order)), -len(one.path), place, one)
             for place, one in enumerate(every(tree)) if (rank := _rank(one, words)) is not None]
    return [Offered(one.path, one.number) for *_, one in sorted(found, key=lambda row: row[:4])[:MOST]]


def _rank(one: _Class, words: Sequence[str]) -> int | None:
    """Return how well a class fits, 0 best, None not at all. The last level's own name is what counts most."""
    name, joined = one.path[-1].lower(), "".join(words)
    if joined.isdigit() and one.number.startswith(joined):
        return 0 if one.number == joined else 1
    if name == joined:
        return 0
    if all(word in one.whole for word in words):
        return 1 if any(word in name for word in words) else 3
    letters = " ".join(one.letters)
    if all(word in letters for word in words) and joined.isascii():
        return 2 if one.letters[-1].startswith(joined) else 4
    return None


def level(tree: Tree, at: Path, why: str = "") -> list[Offered]:
    """Return what is directly below a place of the tree; first the place itself, which may be chosen."""
    below = [one for one in every(tree) if len(one.path) == len(at) + 1 and one.path[:len(at)] == at]
    own = [Offered(one.path, one.number, "here") for one in every(tree) if one.path == at and at]
    return own + [Offered(one.path, one.number, why, inside=len(one.path) < 3) for one in below]


def offered(tree: Tree, likely: Iterable[tuple[str, Path]]) -> list[Offered]:
    """Return what is likely, each once and with the reason, as far as the tree in force has it."""
    known, made = {one.path: one.number for one in every(tree)}, dict[Path, Offered]()
    for why, path in likely:
        whole = tuple(name for name in path if name)
        if whole in known and whole not in made:
            made[whole] = Offered(whole, known[whole], why, inside=why == "field")
    return list(made.values())
