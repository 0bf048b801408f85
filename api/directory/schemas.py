"""What goes in and out of the routes of the directory."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.people.schemas import NO_CONTROLS
from api.schemas import Strict
from routing.directory import Number, PhoneKind, Role, ShortName, Word

Kind = Literal["agents", "units", "experts", "leaders", "emergency"]
Parties = Literal["units", "experts", "leaders", "emergency"]
ROLE_OF: dict[str, Role] = {"agents": "agent", "units": "unit", "experts": "expert", "leaders": "leader",
                            "emergency": "emergency"}
Why = Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]
Text60 = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=NO_CONTROLS)]


class AgentBody(Strict):
    """An agent without the id: `kind` web (in the page) or plain (on the desk)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True, pattern=NO_CONTROLS)]
    phone: Word
    kind: PhoneKind = "web"
    skills: Annotated[tuple[Word, ...], Field(max_length=20)] = ("general",)


class PhoneBody(Strict):
    """A telephone: those of the same `order` ring together; `accept`: who answers presses 1 before joining."""

    number: Number
    label: Annotated[str, StringConstraints(max_length=40, strip_whitespace=True, pattern=NO_CONTROLS)] = ""
    order: Annotated[int, Field(ge=1, le=9)] = 1
    accept: bool = False


class PartyBody(Strict):
    """A unit, expert, leader or emergency desk without the id."""

    name: Text60
    aliases: Annotated[tuple[ShortName, ...], Field(max_length=8)] = ()
    duties: Annotated[str, Field(max_length=2000)] = ""
    phones: Annotated[tuple[PhoneBody, ...], Field(min_length=1, max_length=12)]


class AgentIn(Strict):
    """An agent as they are to be, and why."""

    entry: AgentBody
    why: Why


class PartyIn(Strict):
    """Somebody who can be invited, as they are to be, and why."""

    entry: PartyBody
    why: Why


class VersionOut(BaseModel):
    """Who set a version, when and why. `entry`: as it was then, None: taken out."""

    version: int
    by: str
    by_name: str
    why: str
    at: float
    entry: dict[str, Any] | None


class EntryOut(VersionOut):
    """An entry as it is now, and its last 100 versions, the newest first."""

    kind: Kind
    id: str
    history: list[VersionOut]


class DirectoryOut(BaseModel):
    """Everybody who can be rung: kind → entries, each with the `version` to change it by.

    `gone`: what was taken out, as `kind`, `id`, `name`, `version`.
    """

    agents: list[dict[str, Any]]
    units: list[dict[str, Any]]
    experts: list[dict[str, Any]]
    leaders: list[dict[str, Any]]
    emergency: list[dict[str, Any]]
    gone: list[dict[str, Any]]
