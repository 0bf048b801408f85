"""The tables of the directory. Never changed: a version is added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Float, Integer, String, Text
from sqlmodel import Field, SQLModel


class DirectoryEntry(SQLModel, table=True):
    """An entry of the directory as somebody set it.

    `body`: routing.directory.Agent or Party as JSON, None: taken out; `place`: where it stands among those of its role.
    """

    __tablename__ = "directory_entry"
    role: str = Field(sa_column=Column(String(12), primary_key=True))
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    place: int = Field(sa_column=Column(Integer, nullable=False))
    body: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True), nullable=True))
    by: str = Field(sa_column=Column(String(200), nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    at: float = Field(sa_column=Column(Float(53), nullable=False))


class DirectoryStock(SQLModel, table=True):
    """A directory file that was taken over whole: the first stock, and what was imported since."""

    __tablename__ = "directory_stock"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    digest: str = Field(sa_column=Column(String(64), nullable=False))
    by: str = Field(sa_column=Column(String(200), nullable=False))
    at: float = Field(sa_column=Column(Float(53), nullable=False))
