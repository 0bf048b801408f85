"""What one classification changes in another, path by path: what is new, retired, renamed, moved. Pure.

Nothing of it is deleted: orders keep the class they have, and a class that is retired can be taken up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from workorders.life.matters import Tree

Path = tuple[str, ...]
What = Literal["new", "retired", "renamed", "moved", "order"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change at a path of one to three names. `to`: the new path of what was renamed or moved."""

    what: What
    path: Path
    to: Path = ()


def changes(before: Tree, after: Tree) -> list[Change]:
    """Return what `after` changes: level by level, a renamed branch once and not each of its leaves."""
    found: list[Change] = []
    _level(found, (), list(before), list(after))
    for first, was in _same(found, (), before, after):
        _level(found, (first,), list(before[was]), list(after[first]))
        for second, inner in _same(found, (first,), before[was], after[first]):
            _level(found, (first, second), list(before[was][inner]), list(after[first][second]))
    return _moves(found)


def paths(tree: Tree) -> Iterator[Path]:
    """Yield every whole path."""
    for first, seconds in tree.items():
        for second, thirds in seconds.items():
            yield from ((first, second, third) for third in thirds)


def _level(found: list[Change], above: Path, old: Sequence[str], new: Sequence[str]) -> None:
    """Tell the changes among the names of one place. A name that stands where another stood is that one renamed."""
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    for name in list(gone):
        place = old.index(name)
        if len(gone) == len(come) and place < len(new) and new[place] in come:
            found.append(Change("renamed", (*above, name), (*above, new[place])))
            gone.remove(name)
            come.remove(new[place])
    found += [Change("retired", (*above, name)) for name in gone]
    found += [Change("new", (*above, name)) for name in come]
    both = [name for name in new if name in old]
    if both != [name for name in old if name in new]:
        found.append(Change("order", above))


def _same(found: list[Change], above: Path, old: Collection[str], new: Iterable[str]) -> list[tuple[str, str]]:
    """Return the names of `new` that are names of `old`, or renamed ones, with the old name."""
    renamed = {one.to[-1]: one.path[-1] for one in found if one.what == "renamed" and one.path[:-1] == above}
    return [(name, renamed.get(name, name)) for name in new if name in old or name in renamed]


def _moves(found: list[Change]) -> list[Change]:
    """Tell a detail that is retired in one place and new under another once, as moved."""
    left = list(found)
    for one in found:
        new = next((two for two in left if two.what == "new" and len(two.path) == len(one.path) > 1
                    and two.path[-1] == one.path[-1]), None)
        if one.what == "retired" and one in left and new is not None:
            left[left.index(one)] = Change("moved", one.path, new.path)
            left.remove(new)
    return left
