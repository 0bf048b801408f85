"""Who works in the seed city: the hotline's own people, leaders and watchers, and two people of each unit."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hotline.seed.city import City
from workorders.life.acts import Actor
from workorders.life.words import Role

HOTLINE: dict[Role, int] = {
    Role.AGENT: 24, Role.TEAM_LEADER: 3, Role.BACK_OFFICE: 6, Role.QUALITY: 3, Role.EXPERT: 2, Role.DUTY_LEADER: 4,
    Role.DEPUTY: 2, Role.SUPERVISION: 3, Role.DISCIPLINE: 2, Role.ADMIN: 1, Role.AUDITOR: 1,
}
FIRST_AGENT = 1001


@dataclass(frozen=True, slots=True)
class Member:
    """A person who signs on. `agent`: id in the directory of who can be rung, "" for none."""

    id: str
    login: str
    name: str
    role: Role
    unit: str = ""
    agent: str = ""


class Cast:
    """Everybody, by office and by unit; the same for the same seed number."""

    def __init__(self, city: City, seed: int) -> None:
        rng = Random(f"{seed}:cast")
        self.members: list[Member] = []
        for role, count in HOTLINE.items():
            self.members += [self._own(city.person(rng), role, place) for place in range(1, count + 1)]
        for unit in city.units:
            for role, word in ((Role.UNIT_HANDLER, "handler"), (Role.UNIT_LEAD, "lead")):
                login = f"{unit.id}.{word}"
                self.members.append(Member(f"p-{login}", login, city.person(rng), role, unit.id))
        self._agents = {m.id: m.agent for m in self.members if m.agent}
        self._of_role = {role: [Actor(m.id, role) for m in self.members if m.role is role] for role in HOTLINE}
        self._of_unit = {(m.unit, m.role): Actor(m.id, m.role, m.unit) for m in self.members if m.unit}

    @staticmethod
    def _own(name: str, role: Role, place: int) -> Member:
        agent = f"a{FIRST_AGENT + place - 1}" if role is Role.AGENT else ""
        login = f"{role.value}{place}"
        return Member(f"p-{login}", login, name, role, agent=agent)

    def one(self, role: Role, rng: Random, *, but: str = "") -> Actor:
        """Return somebody in an office, another one than `but`."""
        return rng.choice([actor for actor in self._of_role[role] if actor.id != but])

    def agent_of(self, person: str) -> str:
        """Return the id by which the directory knows a person, "" for one who takes no calls."""
        return self._agents.get(person, "")

    def handler(self, unit: str) -> Actor:
        """Return who works orders in a unit."""
        return self._of_unit[unit, Role.UNIT_HANDLER]

    def lead(self, unit: str) -> Actor:
        """Return who answers for a unit."""
        return self._of_unit[unit, Role.UNIT_LEAD]
