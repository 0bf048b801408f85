"""The table of telephones on desks that an admin added, or renewed the secret of."""

from __future__ import annotations

from sqlalchemy import Column, Float, String
from sqlmodel import Field, SQLModel


class DeskPhone(SQLModel, table=True):
    """A telephone on a desk. No secret stands here: it is made from the house's key, `phone` and `mark`.

    `active`: false once it was taken away; `laid_at`: when the switch last got the secret, epoch s, 0.0: not yet.
    """

    __tablename__ = "desk_phone"
    phone: str = Field(sa_column=Column(String(41), primary_key=True))
    agent: str = Field(max_length=40)
    place: str = Field(default="", max_length=60)
    mark: str = Field(max_length=40)
    active: bool = True
    version: int = 1
    changed_at: float = Field(sa_column=Column(Float(53), nullable=False))
    laid_at: float = Field(default=0.0, sa_column=Column(Float(53), nullable=False))
