"""The tables beside WorkOrder: history, shares of units, cases and figures, timers, rules, attachments.

Times are epoch seconds (UTC). Of these only `order_act`, `rule_version` and `attachment` are originals.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Text
from sqlmodel import Field, SQLModel

Json = dict[str, Any]


def _seconds(*, nullable: bool = False, index: bool = False) -> Any:
    return Column(Float(53), nullable=nullable, index=index)


def _name(length: int, *, key: bool = False) -> Any:
    return Column(String(length), primary_key=key, nullable=False, default="")


class OrderAct(SQLModel, table=True):
    """One act of a history: the fields of life.acts.Act. The database refuses all but taking the words out."""

    __tablename__ = "order_act"
    __table_args__ = (Index("order_act_by", "by", "at"),)
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: float = Field(sa_column=_seconds(index=True))
    do: str = Field(sa_column=_name(24))
    by: str = Field(sa_column=_name(200))
    role: str = Field(sa_column=_name(20))
    unit: str = Field(sa_column=_name(200))
    on_behalf: str = Field(sa_column=_name(200))
    about: str = Field(sa_column=_name(200))
    part: bool = Field(sa_column=Column(Boolean, nullable=False))
    frm: str | None = Field(sa_column=Column(String(24), nullable=True))
    to: str = Field(sa_column=_name(24))
    why: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    data: Json = Field(sa_column=Column(JSON, nullable=False))
    dues: Json = Field(sa_column=Column(JSON, nullable=False))
    terms: Json = Field(sa_column=Column(JSON, nullable=False))
    unsure: list[int] = Field(sa_column=Column(JSON, nullable=False))
    erased: Json = Field(sa_column=Column(JSON, nullable=False))
    previous: str = Field(sa_column=_name(160))
    digest: str = Field(sa_column=_name(160))


class OrderUnit(SQLModel, table=True):
    """What one unit has, or had, of an order. `part`: lead, joint, inner (handed down to) or offered (the lead).

    `live`: it must still act, or answer for it. `void`: it should never have had it and sees it no more. `due`: the
    nearest of its deadlines that still run, shares.NEVER when none does.
    """

    __tablename__ = "order_unit"
    __table_args__ = (Index("order_unit_list", "unit", "live", "due", "number"),
                      Index("order_unit_newest", "unit", "void", "rank"))
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    place: str = Field(sa_column=Column(String(12), primary_key=True))  # which assignment; and which inner unit of it
    unit: str = Field(sa_column=_name(40))
    rank: int = Field(sa_column=Column(BigInteger, nullable=False))
    part: str = Field(sa_column=_name(8))
    state: str = Field(sa_column=_name(24))
    live: bool = Field(sa_column=Column(Boolean, nullable=False))
    void: bool = Field(sa_column=Column(Boolean, nullable=False))
    since: float = Field(sa_column=_seconds())
    due: float = Field(sa_column=_seconds())
    sign_due: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    reply_due: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    ended_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    ended_why: str = Field(default="", sa_column=_name(16))


class OrderBarred(SQLModel, table=True):
    """A unit that must not learn that a report exists."""

    __tablename__ = "order_barred"
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    unit: str = Field(sa_column=Column(String(40), primary_key=True, index=True))


class OrderNamed(SQLModel, table=True):
    """A person who may know a report: named, or who took it."""

    __tablename__ = "order_named"
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    person: str = Field(sa_column=Column(String(200), primary_key=True, index=True))


class OrderFinding(SQLModel, table=True):
    """A finding of an order's record: suspected until `established` says what a person decided."""

    __tablename__ = "order_finding"
    __table_args__ = (Index("order_finding_open", "decided_at", "raised_at"),
                      Index("order_finding_unit", "unit", "raised_at"))
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    key: str = Field(sa_column=Column(String(200), primary_key=True))
    kind: str = Field(sa_column=_name(16))
    unit: str = Field(sa_column=_name(40))
    by: str = Field(sa_column=_name(200))
    raised_at: float = Field(sa_column=_seconds())
    answered_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    decided_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    established: bool | None = Field(default=None, sa_column=Column(Boolean, nullable=True))
    referred_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))


class OrderCase(SQLModel, table=True):
    """One case of one measure: life.assessment.Tallied. `day`: the local day it falls into, YYYYMMDD."""

    __tablename__ = "order_case"
    __table_args__ = (Index("order_case_figure", "measure", "unit", "at"), Index("order_case_at", "at"))
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    place: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    measure: str = Field(sa_column=_name(20))
    unit: str = Field(sa_column=_name(40))
    at: float = Field(sa_column=_seconds())
    day: int = Field(sa_column=Column(Integer, nullable=False))
    good: bool = Field(sa_column=Column(Boolean, nullable=False))
    struck: bool = Field(sa_column=Column(Boolean, nullable=False))


class FigureDay(SQLModel, table=True):
    """The cases of a local day added up: numerator and denominator, with all of them and without those struck out."""

    __tablename__ = "figure_day"
    day: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    unit: str = Field(sa_column=Column(String(40), primary_key=True))
    measure: str = Field(sa_column=Column(String(20), primary_key=True))
    good: int = Field(sa_column=Column(Integer, nullable=False))
    cases: int = Field(sa_column=Column(Integer, nullable=False))
    kept_good: int = Field(sa_column=Column(Integer, nullable=False))
    kept: int = Field(sa_column=Column(Integer, nullable=False))


class Timer(SQLModel, table=True):
    """When something must be looked at again: a row an order (``order:<number>``); other kinds have keys of theirs."""

    __tablename__ = "timer"
    __table_args__ = (Index("timer_due", "kind", "due_at"),)
    key: str = Field(sa_column=Column(String(200), primary_key=True))
    kind: str = Field(sa_column=_name(20))
    number: str = Field(sa_column=_name(20))
    due_at: float = Field(sa_column=_seconds())
    leased_until: float = Field(default=0.0, sa_column=_seconds())
    leased_by: str = Field(default="", sa_column=_name(80))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    error: str = Field(default="", sa_column=Column(Text, nullable=False))


class RuleVersion(SQLModel, table=True):
    """A policy, a calendar or another rule as it was from `valid_from` on. Never changed: one is added."""

    __tablename__ = "rule_version"
    kind: str = Field(sa_column=Column(String(12), primary_key=True))  # policy | calendar | classes | sampling …
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    valid_from: float = Field(sa_column=_seconds())
    body: Json = Field(sa_column=Column(JSON, nullable=False))
    by: str = Field(sa_column=_name(200))
    why: str = Field(sa_column=Column(Text, nullable=False))
    at: float = Field(sa_column=_seconds())


class Attachment(SQLModel, table=True):
    """A file that belongs to an order; its bytes lie under ``<home>/attachments`` by `id`, never by its own name."""

    __tablename__ = "attachment"
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    number: str = Field(sa_column=Column(String(20), nullable=False, index=True))
    name: str = Field(sa_column=_name(200))
    media_type: str = Field(sa_column=_name(80))
    size: int = Field(sa_column=Column(Integer, nullable=False))
    sha256: str = Field(sa_column=_name(64))
    by: str = Field(sa_column=_name(200))
    unit: str = Field(sa_column=_name(40))
    at: float = Field(sa_column=_seconds())
    gone_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))  # its bytes were removed
