"""An act of the history, the wish that becomes one, and who does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workorders.life.words import UNIT_ROLES, Do, Role, State

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person's id, the office in which they act, and their unit ("" for the hotline's own).

    `agent`: the number under which they take calls, "" for none; who took an appeal stands in its history by it.
    """

    id: str
    role: Role
    unit: str = ""
    agent: str = ""

    @property
    def of_unit(self) -> bool:
        """Tell whether a handling unit acts."""
        return self.role in UNIT_ROLES


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to do now. `about`: the unit it concerns, when it is not the actor's own or the lead."""

    do: Do
    by: Actor
    at: float
    why: str = ""
    text: str = ""
    data: Json = field(default_factory=dict)
    about: str = ""
    on_behalf: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the history; never changed. `part`: it moved the part of `about`, not the order itself.

    `frm` is None for the first act. `dues`: moments that this act set, as policy and calendar said then (epoch s);
    `terms`: the rules they were reckoned by (``part``, ``round``, ``stage``), so that no later policy changes what
    was promised; `unsure`: years guessed by weekdays. `erased`: digest of `why` or `text` where
    retention took the words.
    """

    seq: int
    at: float
    do: Do
    by: str
    role: Role
    unit: str
    on_behalf: str
    about: str
    part: bool
    frm: State | None
    to: State
    why: str = ""
    text: str = ""
    data: Json = field(default_factory=dict)
    dues: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, Json] = field(default_factory=dict)
    unsure: tuple[int, ...] = ()
    erased: Mapping[str, str] = field(default_factory=dict)
    previous: str = ""
    digest: str = ""

    @property
    def moved(self) -> bool:
        """Tell whether the state changed."""
        return self.frm is not self.to


def by_system(do: Do, at: float, data: Json, why: str = "") -> Wish:
    """Return what a timer or the switch wishes."""
    return Wish(do, Actor("system", Role.SYSTEM), at, why=why, data=data)
