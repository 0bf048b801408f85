"""三级分类 as data that a city edits: fields, their matters, the details of those. In the order that people see.

Lists of names rather than mappings, so that a name given twice is refused and not silently lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from workorders.life.errors import BadContent
from workorders.life.matters import SEED_TREE, Strict, Tree

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
MOST_DETAILS = 2000  # of all matters together


class ClassMatter(Strict):
    """A matter of a field, with its details."""

    name: Word
    details: tuple[Word, ...] = Field(min_length=1, max_length=100)


class ClassField(Strict):
    """A field, with its matters."""

    name: Word
    matters: tuple[ClassMatter, ...] = Field(min_length=1, max_length=100)


class ClassTree(Strict):
    """The whole classification. Each path has all three levels."""

    fields: tuple[ClassField, ...] = Field(min_length=1, max_length=60)

    @property
    def tree(self) -> Tree:
        """Return it as rules and lists read it."""
        return {field.name: {matter.name: matter.details for matter in field.matters} for field in self.fields}


def class_tree(tree: Tree) -> ClassTree:
    """Return a tree as data."""
    return ClassTree(fields=tuple(
        ClassField(name=first, matters=tuple(ClassMatter(name=second, details=tuple(thirds))
                                             for second, thirds in seconds.items()))
        for first, seconds in tree.items()))


SEED = class_tree(SEED_TREE)


def check_tree(told: ClassTree) -> None:
    """Refuse a classification in which a path could mean two things. Raises BadContent."""
    _check_names([field.name for field in told.fields], "一级分类")
    for field in told.fields:
        _check_names([matter.name for matter in field.matters], f"“{field.name}”")
        for matter in field.matters:
            _check_names(matter.details, f"“{field.name} / {matter.name}”")
    count = sum(len(matter.details) for field in told.fields for matter in field.matters)
    if count > MOST_DETAILS:
        raise BadContent(f"三级分类共 {count} 项，最多 {MOST_DETAILS} 项", "合并少用的细类")


def _check_names(names: Sequence[str], where: str) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BadContent(f"{where}里“{twice}”出现了两次", "改名，或合并成一项")
    wrong = next((name for name in names if "/" in name or not name.isprintable()), None)
    if wrong is not None:
        raise BadContent(f"{where}里“{wrong}”的名称不能用：含有斜杠或看不见的字符", "名称里只用文字，例如“供水、供热”")


def unknown_fields(named: Iterable[str], tree: Tree) -> list[str]:
    """Return the first levels that are named somewhere and are not in the tree, each once."""
    return [name for name in dict.fromkeys(named) if name not in tree]
