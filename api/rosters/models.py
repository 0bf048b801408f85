"""The table of duty rosters. Never changed: a version is added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Float, Integer, String, Text
from sqlmodel import Field, SQLModel


class UnitRoster(SQLModel, table=True):
    """A unit's roster as somebody set it. `body`: routing.roster.Roster as JSON."""

    __tablename__ = "unit_roster"
    unit: str = Field(sa_column=Column(String(40), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    by: str = Field(sa_column=Column(String(200), nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    at: float = Field(sa_column=Column(Float(53), nullable=False))
