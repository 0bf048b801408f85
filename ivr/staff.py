"""Who is there to take a call, as the check needs it: skills with agents, units with duty phones, gaps in rosters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.directory import Directory
from routing.roster import Roster, Span


@dataclass(frozen=True, slots=True)
class Staff:
    """`skills`: how many agents have each; `units`: how many duty phones each unit has in the directory.

    `gaps`: for each unit with a duty roster, when nobody is on duty in the days ahead (its phones ring then).
    """

    skills: Mapping[str, int]
    units: Mapping[str, int]
    gaps: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)


def staff_of(directory: Directory, rosters: Mapping[str, Roster] | None = None, now: datetime | None = None) -> Staff:
    """Return who is there by the directory, and by the rosters from `now` (local time) on."""
    skills: dict[str, int] = {}
    for agent in directory.agents:
        for skill in agent.skills:
            skills[skill] = skills.get(skill, 0) + 1
    gaps = {} if now is None else {
        unit: tuple(roster.gaps(now)) for unit, roster in (rosters or {}).items() if roster.slots}
    return Staff(skills, {unit.id: len(unit.phones) for unit in directory.units}, gaps)
