"""Who is there to take a call, as the check needs it: skills with agents, units with duty phones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.directory import Directory


@dataclass(frozen=True, slots=True)
class Staff:
    """`skills`: how many agents have each; `units`: how many duty phones each unit has."""

    skills: Mapping[str, int]
    units: Mapping[str, int]


def staff_of(directory: Directory) -> Staff:
    """Return who is there by the directory."""
    skills: dict[str, int] = {}
    for agent in directory.agents:
        for skill in agent.skills:
            skills[skill] = skills.get(skill, 0) + 1
    return Staff(skills, {unit.id: len(unit.phones) for unit in directory.units})
