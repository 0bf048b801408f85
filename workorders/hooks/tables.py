"""Subscriptions and what is on its way to them. No secret stands here: it is derived (`signing.secret_of`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Text
from sqlmodel import Field, SQLModel

Json = dict[str, Any]


def _seconds(*, nullable: bool = False) -> Any:
    return Column(Float(53), nullable=nullable)


class WebhookSubscription(SQLModel, table=True):
    """Who is told. `unit`: only orders that this unit has or worked, "" for all; `secret_turn` names the secret."""

    __tablename__ = "webhook_subscription"
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    name: str = Field(sa_column=Column(String(60), nullable=False))
    url: str = Field(sa_column=Column(String(500), nullable=False))
    events: list[str] = Field(sa_column=Column(JSON, nullable=False))  # events.EVENTS, or "*"
    unit: str = Field(default="", sa_column=Column(String(40), nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))
    secret_turn: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    created_by: str = Field(sa_column=Column(String(40), nullable=False))
    created_at: float = Field(sa_column=_seconds())
    changed_at: float = Field(sa_column=_seconds())


class WebhookDelivery(SQLModel, table=True):
    """One message to one subscription. `done_at`: arrived, or withheld; `dead_at`: given up after many tries."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("webhook_delivery_due", "done_at", "dead_at", "due_at"),
                      Index("webhook_delivery_of", "subscription", "id"))
    id: int | None = Field(default=None, sa_column=Column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True))
    subscription: str = Field(sa_column=Column(String(40), nullable=False))
    number: str = Field(sa_column=Column(String(20), nullable=False))  # "" for a trial message
    body: Json = Field(sa_column=Column(JSON, nullable=False))
    at: float = Field(sa_column=_seconds())
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    due_at: float = Field(sa_column=_seconds())
    leased_until: float = Field(default=0.0, sa_column=_seconds())
    leased_by: str = Field(default="", sa_column=Column(String(80), nullable=False))
    done_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    dead_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    status: int = Field(default=0, sa_column=Column(Integer, nullable=False))  # the last answer; 0 none
    error: str = Field(default="", sa_column=Column(Text, nullable=False))
