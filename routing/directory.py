"""The directory: who can be invited into a call, and by which phones.

Nobody is ever dialled by what somebody typed: an invitation names an id of this directory. Its first stock is one TOML
file, read whole and checked whole, each fault named with its place; which one is in force: routing/directory_file.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9*#]{2,20}$")]
ShortName = Annotated[str, StringConstraints(min_length=1, max_length=30)]
Role = Literal["agent", "unit", "expert", "leader", "emergency"]
PhoneKind = Literal["plain", "web"]
# names of the switch's own in asterisk-conf/pjsip.conf.j2, which no agent's telephone may take
SWITCHS_OWN: Final = frozenset({"global", "system", "udp", "ws", "network", "citizen-page"})


class DirectoryError(ValueError):
    """The directory file cannot be used; the message says where and what to do."""


class Strict(BaseModel):
    """What a file or a request tells: nothing beside it, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Agent(Strict):
    """A call-taker (坐席). `phone` is the SIP endpoint of our own switch on which the agent is rung."""

    id: Word
    name: str = Field(min_length=1, max_length=40)
    phone: Word
    kind: PhoneKind = "plain"
    skills: tuple[Word, ...] = ("general",)

    @property
    def beside(self) -> str:
        """The endpoint of a telephone on the desk, beside one in the page; "" where there is no page's."""
        return f"{self.phone}d" if self.kind == "web" else ""

    def at_the_desk(self) -> Agent:
        """Return the agent as rung on the telephone beside the page."""
        return self.model_copy(update={"phone": self.beside, "kind": "plain"})


class Phone(Strict):
    """A telephone outside, reached through the network. `accept`: whoever answers presses 1 before joining."""

    number: Number
    label: str = ""
    order: int = Field(default=1, ge=1, le=9)  # phones of the same order ring together, then the next order
    accept: bool = False


class Party(Strict):
    """Somebody who can be invited: a unit (承办单位), an expert, a leader on duty, or 110/119/120.

    `aliases`: what people call them (简称), the most usual first.
    """

    id: Word
    name: str = Field(min_length=1, max_length=60)
    aliases: tuple[ShortName, ...] = Field(default=(), max_length=8)
    duties: str = ""
    phones: tuple[Phone, ...] = Field(min_length=1, max_length=12)


class Directory(Strict):
    """Everybody who can be rung. Ids are unique over all lists."""

    agents: tuple[Agent, ...] = ()
    units: tuple[Party, ...] = ()
    experts: tuple[Party, ...] = ()
    leaders: tuple[Party, ...] = ()
    emergency: tuple[Party, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Directory:
        seen: set[str] = set()
        for name in (*(agent.id for agent in self.agents), *(party.id for _, party in self.parties())):
            if name in seen:
                raise ValueError(f"id {name!r} stands twice; give each agent, unit and person its own id")
            seen.add(name)
        phones = [phone for agent in self.agents for phone in (agent.phone, agent.beside) if phone]
        if len(phones) != len(set(phones)):
            raise ValueError("two agents share a phone; give each agent a phone of their own "
                             "(an agent with a page has its name with a d at the end as well)")
        for phone in SWITCHS_OWN.intersection(phones):
            raise ValueError(f"the telephone {phone} has a name of the switch's own; give it another")
        return self

    def now(self) -> Directory:
        """Return itself: a directory that does not change."""
        return self

    def parties(self) -> Iterator[tuple[Role, Party]]:
        """Yield everybody but agents, with the role they have in a call."""
        yield from (("unit", p) for p in self.units)
        yield from (("expert", p) for p in self.experts)
        yield from (("leader", p) for p in self.leaders)
        yield from (("emergency", p) for p in self.emergency)

    @cached_property
    def shorts(self) -> Mapping[str, str]:
        """Return id → the most usual short name, of those who have one."""
        return {party.id: party.aliases[0] for _, party in self.parties() if party.aliases}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Return id → name of everybody, agents too."""
        return {agent.id: agent.name for agent in self.agents} | {party.id: party.name for _, party in self.parties()}

    def party(self, role: Role, party_id: str) -> Party | None:
        """Return the party with this role and id, or None."""
        return next((p for r, p in self.parties() if r == role and p.id == party_id), None)

    def agent(self, agent_id: str) -> Agent | None:
        """Return the agent with this id, or None."""
        return next((a for a in self.agents if a.id == agent_id), None)

    def agent_by_phone(self, phone: str) -> Agent | None:
        """Return the agent whose own endpoint is `phone`, as rung there, or None."""
        beside = (agent.at_the_desk() for agent in self.agents if phone and agent.beside == phone)
        return next((agent for agent in self.agents if agent.phone == phone), None) or next(beside, None)


class InForce(Protocol):
    """Whatever knows the directory of this moment. Whoever needs it asks anew and keeps nothing."""

    def now(self) -> Directory:
        """Return the directory in force."""


def load_directory(path: Path) -> Directory:
    """Read and check a directory file. Raises DirectoryError with the place of each fault."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DirectoryError(f"cannot read the directory {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DirectoryError(f"{path} is no readable TOML: {error}") from error
    try:
        return Directory.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise DirectoryError(f"{path}: {faults}") from error
