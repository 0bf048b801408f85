"""What goes in and out of the routes about people."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.people.caller import Caller
from api.people.models import ApiClient, Person, PersonSession
from api.people.rights import OF_ROLE
from api.schemas import Strict, WordOrNone
from workorders.life.words import Role

# no control characters, nor those that turn the direction of writing: a name must not look like another's
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True, pattern=NO_CONTROLS)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Roles = Annotated[list[Role], Field(max_length=len(OF_ROLE))]


class LogInIn(Strict):
    """Who, and the proof."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    password: Secret


class PersonIn(Strict):
    """A new person. Without a password one is made and shown once; either must be changed at the first log-in."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    name: Name
    roles: Roles = Field(default_factory=list)
    unit: WordOrNone = ""
    agent: WordOrNone = ""
    password: Secret | None = None


class PersonChange(Strict):
    """What is to change in a person; what is left out stays. ``agent: ""`` takes the agent's id away."""

    name: Name | None = None
    roles: Roles | None = None
    unit: WordOrNone | None = None
    agent: WordOrNone | None = None
    active: bool | None = None


class PasswordIn(Strict):
    """A new password; one's own needs the old one. Left out by an admin: one is made and shown once."""

    old: Secret | None = None
    new: Secret | None = None


class ClientIn(Strict):
    """A new API client."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=NO_CONTROLS)]
    scopes: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(min_length=1, max_length=40)]
    unit: WordOrNone = ""
    days: Annotated[int, Field(ge=1, le=3660)] | None = None


class RotateIn(Strict):
    """How long the old key stays good beside the new one; 0 when it may be known to others."""

    keep_hours: Annotated[int, Field(ge=0, le=720)] = 24


class UnitIn(Strict):
    """Where a unit stands."""

    name: Annotated[str, StringConstraints(max_length=60, pattern=NO_CONTROLS)] = ""
    upper: WordOrNone = ""


class WhyIn(Strict):
    """For what somebody needs to see a number."""

    why: Annotated[str, StringConstraints(min_length=2, max_length=200, strip_whitespace=True)]


def shown_person(person: Person, roles: list[str]) -> dict[str, Any]:
    """Return a person as they go out."""
    return {"id": person.id, "login": person.login, "name": person.name, "roles": roles, "unit": person.unit,
            "agent": person.agent or "", "active": person.active, "must_change": person.must_change,
            "version": person.version, "created_at": person.created_at, "changed_at": person.changed_at}


def shown_caller(caller: Caller) -> dict[str, Any]:
    """Return who asks, as they see themselves."""
    return {"kind": caller.kind, "id": caller.id, "login": caller.login, "name": caller.name,
            "roles": sorted(caller.roles), "unit": caller.unit, "agent": caller.agent,
            "permissions": sorted(caller.permissions), "must_change": caller.must_change, "until": caller.until}


def shown_session(row: PersonSession, own: str) -> dict[str, Any]:
    """Return a session as it goes out; `own` is the asker's."""
    return {"id": row.id, "address": row.address, "browser": row.browser, "created_at": row.created_at,
            "seen_at": row.seen_at, "expires_at": row.expires_at, "this_one": row.id == own}


def shown_client(client: ApiClient) -> dict[str, Any]:
    """Return a client as it goes out: never its key."""
    return client.model_dump(exclude={"key_hash"})
