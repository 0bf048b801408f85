"""Checks of calls, and clips for training. Times are epoch seconds (UTC)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

Json = dict[str, Any]


def _seconds(*, nullable: bool = False) -> Any:
    return Column(Float(53), nullable=nullable)


class QualityCheck(SQLModel, table=True):
    """One agent's part in one call, drawn to be looked at. `card`: version of the scorecard, 0 the seed."""

    __tablename__ = "quality_check"
    __table_args__ = (UniqueConstraint("call", "agent", name="one_check_a_call_and_agent"),
                      Index("quality_check_agent", "agent", "drawn_at"),
                      Index("quality_check_state", "state", "drawn_at"))
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    call: str = Field(sa_column=Column(String(32), nullable=False))
    agent: str = Field(sa_column=Column(String(40), nullable=False))
    week: str = Field(sa_column=Column(String(8), nullable=False))
    seed: str = Field(sa_column=Column(String(60), nullable=False))
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))  # rules.Pick
    state: str = Field(default="drawn", sa_column=Column(String(10), nullable=False))  # life.State
    drawn_by: str = Field(sa_column=Column(String(40), nullable=False))
    drawn_at: float = Field(sa_column=_seconds())
    card: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    marks: Json = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # item → 0…5
    fatal: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    total: float | None = Field(default=None, sa_column=Column(Float(53), nullable=True))
    first_total: float | None = Field(default=None, sa_column=Column(Float(53), nullable=True))  # before an appeal
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))
    scored_by: str = Field(default="", sa_column=Column(String(40), nullable=False))
    scored_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    appeal_until: float = Field(default=0.0, sa_column=_seconds())
    appeal: str = Field(default="", sa_column=Column(Text, nullable=False))
    appealed_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    granted: bool | None = Field(default=None, sa_column=Column(Boolean, nullable=True))
    decision: str = Field(default="", sa_column=Column(Text, nullable=False))
    decided_by: str = Field(default="", sa_column=Column(String(40), nullable=False))
    decided_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))


class TrainingClip(SQLModel, table=True):
    """A part of a recording that others may learn from: seconds of the file `part`, with a note."""

    __tablename__ = "training_clip"
    __table_args__ = (Index("training_clip_at", "at"), Index("training_clip_call", "call"))
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    call: str = Field(sa_column=Column(String(32), nullable=False))
    part: str = Field(sa_column=Column(String(80), nullable=False))
    begin: float = Field(sa_column=_seconds())
    end: float = Field(sa_column=_seconds())
    note: str = Field(sa_column=Column(Text, nullable=False))
    by: str = Field(sa_column=Column(String(40), nullable=False))
    at: float = Field(sa_column=_seconds())
