"""The table of phrases: a row a version of an owner's list, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Float, Integer, String, Text
from sqlmodel import Field, SQLModel


class PhraseList(SQLModel, table=True):
    """An owner's phrases as they were from `at` on. `owner`: a unit, ``-`` for the hotline."""

    __tablename__ = "phrase_list"
    owner: str = Field(sa_column=Column(String(40), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    by: str = Field(sa_column=Column(String(200), nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    at: float = Field(sa_column=Column(Float(53), nullable=False))
