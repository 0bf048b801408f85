"""The tables of people, sessions, API keys and the audit. Times are epoch seconds (UTC); no secret is stored whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, String
from sqlmodel import Field, SQLModel


def _seconds(*, nullable: bool = True, index: bool = False) -> Any:
    return Column(Float(53), nullable=nullable, index=index)


class Person(SQLModel, table=True):
    """Somebody who signs on. `unit`: their department, "" for the hotline's own; `agent`: id in the directory."""

    __tablename__ = "person"
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    login: str = Field(sa_column=Column(String(40), nullable=False, unique=True))
    name: str = Field(max_length=40)
    unit: str = Field(default="", max_length=40, index=True)
    agent: str | None = Field(default=None, sa_column=Column(String(40), nullable=True, unique=True))
    active: bool = True
    password: str = Field(max_length=200)  # argon2id, with its parameters
    must_change: bool = False  # the password was set by somebody else
    version: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    created_at: float = Field(sa_column=_seconds(nullable=False))
    changed_at: float = Field(sa_column=_seconds(nullable=False))


class PersonRole(SQLModel, table=True):
    """A role that a person has."""

    __tablename__ = "person_role"
    person: str = Field(foreign_key="person.id", max_length=40, primary_key=True)
    role: str = Field(max_length=20, primary_key=True)


class PersonSession(SQLModel, table=True):
    """A time of being signed on. Only the SHA-256 of its token is here; `id` is for lists and revoking."""

    __tablename__ = "person_session"
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    token_hash: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    person: str = Field(foreign_key="person.id", max_length=40, index=True)
    address: str = Field(default="", max_length=45)
    browser: str = Field(default="", max_length=200)
    created_at: float = Field(sa_column=_seconds(nullable=False))
    seen_at: float = Field(sa_column=_seconds(nullable=False))
    expires_at: float = Field(sa_column=_seconds(nullable=False, index=True))
    revoked_at: float | None = Field(default=None, sa_column=_seconds())


class LogInAttempts(SQLModel, table=True):
    """Failed log-ins of one login or one address (``login:…``, ``address:…``), until they are forgotten."""

    __tablename__ = "log_in_attempts"
    key: str = Field(sa_column=Column(String(80), primary_key=True))
    failures: int
    last_at: float = Field(sa_column=_seconds(nullable=False, index=True))
    locked_until: float = Field(default=0.0, sa_column=_seconds(nullable=False))


class ApiClient(SQLModel, table=True):
    """A program with a key of its own. Only the key's SHA-256 is here; `unit` narrows it to one unit's orders."""

    __tablename__ = "api_client"
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    name: str = Field(max_length=60)
    key_hash: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    unit: str = Field(default="", max_length=40)
    created_by: str = Field(max_length=40)
    created_at: float = Field(sa_column=_seconds(nullable=False))
    expires_at: float | None = Field(default=None, sa_column=_seconds())
    revoked_at: float | None = Field(default=None, sa_column=_seconds())
    used_at: float | None = Field(default=None, sa_column=_seconds())
    used_from: str = Field(default="", max_length=45)


class UnitPlace(SQLModel, table=True):
    """Where a unit stands: which unit is above it ("" for none). A unit without a row stands alone."""

    __tablename__ = "unit_place"
    unit: str = Field(sa_column=Column(String(40), primary_key=True))
    name: str = Field(default="", max_length=60)
    upper: str = Field(default="", max_length=40, index=True)


class AccessAudit(SQLModel, table=True):
    """Who was let in, kept out, or shown what is hidden. Only ever added to: the database refuses the rest."""

    __tablename__ = "access_audit"
    __table_args__ = (Index("access_audit_who", "who", "id"), Index("access_audit_about", "about", "id"))
    id: int | None = Field(default=None, sa_column=Column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True))
    at: float = Field(sa_column=_seconds(nullable=False, index=True))
    who: str = Field(default="", max_length=40)  # id of a person or client; "installation"; "" for a stranger
    what: str = Field(max_length=40)  # see audit.WHAT
    about: str = Field(default="", max_length=80)
    address: str = Field(default="", max_length=45)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
