"""Services and their attributes, made of the city's tree of three-level classification.

A service is a leaf of the tree. Its code is a digest of its path, so that it stays the same when the tree grows and is
safe in an address. 举报 is not offered: it needs a protected way in, by telephone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workorders.life.matters import Classification, Tree
from workorders.life.words import CHINESE_KIND, Asker, Kind

KINDS = (Kind.HELP, Kind.COMPLAINT, Kind.INQUIRY, Kind.SUGGESTION, Kind.PRAISE)
ASKERS = {Asker.CITIZEN: "市民", Asker.ENTERPRISE: "企业"}
WORD_LIMIT = 40  # characters of a district or a street, as in workorders.life.matters.Name


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of thing that can be asked for."""

    code: str
    path: Classification

    @property
    def name(self) -> str:
        """Return its name for people."""
        return self.path.third

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return the words it may be searched by."""
        return (self.path.first, self.path.second, self.path.third)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A further question. `values` (key → name) only for a list; `datatype` as in the specification."""

    code: str
    datatype: str
    required: bool
    description: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def datatype_description(self) -> str:
        """Return how it is to be filled in."""
        return "从列表中选一项" if self.values else f"文字，最多 {WORD_LIMIT} 个字"


ATTRIBUTES = (
    Attribute("KIND", "singlevaluelist", True, "诉求类别", tuple((kind.value, CHINESE_KIND[kind]) for kind in KINDS)),
    Attribute("ASKER", "singlevaluelist", False, "市民或企业",
              tuple((who.value, name) for who, name in ASKERS.items())),
    Attribute("DISTRICT", "string", False, "所在区县"),
    Attribute("STREET", "string", False, "所在街道、乡镇"),
)


def code_of(path: Classification) -> str:
    """Return the service code of a path: 12 hexadecimal digits."""
    return hashlib.sha256("/".join((path.first, path.second, path.third)).encode()).hexdigest()[:12]


def services(tree: Tree) -> Iterator[Service]:
    """Yield every service, in the tree's order."""
    for first, branches in tree.items():
        for second, leaves in branches.items():
            for third in leaves:
                path = Classification(first=first, second=second, third=third)
                yield Service(code_of(path), path)


def by_code(tree: Tree) -> Mapping[str, Service]:
    """Return the services by their codes."""
    return {service.code: service for service in services(tree)}
