"""The tables of what stands around orders: the public façade, exchange with other platforms, 要情专报, follow-up.

Times are epoch seconds (UTC). Personal data: `WebRequest` (place, contact), `ExchangeMessage.body`, `TextMessage.to`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Text
from sqlmodel import Field, SQLModel

Json = dict[str, Any]


def _seconds(*, nullable: bool = False, index: bool = False) -> Any:
    return Column(Float(53), nullable=nullable, index=index)


def _word(length: int, *, key: bool = False, index: bool = False, unique: bool = False) -> Any:
    return Column(String(length), primary_key=key, nullable=False, default="", index=index, unique=unique)


def _json() -> Any:
    return Column(JSON, nullable=False)


def _number() -> Any:
    return Column(Integer, nullable=False)


# -- the public façade -------------------------------------------------------------------------------------------
class WebRequest(SQLModel, table=True):
    """A request that came in by Open311. `fingerprint` tells a repeated one; `place` is [latitude, longitude] or []."""

    __tablename__ = "web_request"
    __table_args__ = (Index("web_request_again", "client", "fingerprint", "at"),)
    token: str = Field(sa_column=_word(40, key=True))
    number: str = Field(sa_column=_word(20, index=True))
    client: str = Field(sa_column=_word(40))
    fingerprint: str = Field(sa_column=_word(64))
    place: list[float] = Field(default_factory=list, sa_column=_json())
    email: str = Field(default="", sa_column=_word(320))
    media_url: str = Field(default="", sa_column=_word(500))
    device: str = Field(default="", sa_column=_word(200))
    account: str = Field(default="", sa_column=_word(200))
    at: float = Field(sa_column=_seconds(index=True))


class OrderReleased(SQLModel, table=True):
    """What the hotline has released of an order for everybody to read: its own words, nobody else's."""

    __tablename__ = "order_released"
    number: str = Field(sa_column=_word(20, key=True))
    summary: str = Field(default="", sa_column=Column(Text, nullable=False))
    reply: str = Field(default="", sa_column=Column(Text, nullable=False))
    by: str = Field(sa_column=_word(40))
    at: float = Field(sa_column=_seconds())


# -- exchange ----------------------------------------------------------------------------------------------------
class ExchangePartner(SQLModel, table=True):
    """Another platform: exchange.partners.Partner, and the secret both know. The secret is shown to nobody."""

    __tablename__ = "exchange_partner"
    id: str = Field(sa_column=_word(40, key=True))
    body: Json = Field(sa_column=_json())
    secret: str = Field(sa_column=_word(200))
    created_at: float = Field(sa_column=_seconds())
    changed_at: float = Field(sa_column=_seconds())


class Exchange(SQLModel, table=True):
    """One order given to, or by, another platform. `key` makes one of what came in twice; `told`: rounds they know."""

    __tablename__ = "exchange"
    __table_args__ = (Index("exchange_order", "number"), Index("exchange_standing", "standing", "changed_at"))
    id: str = Field(sa_column=_word(40, key=True))
    key: str = Field(sa_column=_word(200, unique=True))
    partner: str = Field(sa_column=_word(40))
    inward: bool = Field(sa_column=Column(Boolean, nullable=False))
    number: str = Field(sa_column=_word(20))
    reference: str = Field(default="", sa_column=_word(60))  # the partner's number
    standing: str = Field(sa_column=_word(12))
    by: str = Field(sa_column=_word(200))
    role: str = Field(sa_column=_word(20))
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    told: int = Field(default=0, sa_column=_number())
    created_at: float = Field(sa_column=_seconds())
    changed_at: float = Field(sa_column=_seconds())


class ExchangeMessage(SQLModel, table=True):
    """A document that must arrive; sent again under the same id until it is answered. One exchange's go in turn."""

    __tablename__ = "exchange_message"
    __table_args__ = (Index("exchange_message_due", "done_at", "due_at"),
                      Index("exchange_message_of", "exchange", "turn"))
    id: str = Field(sa_column=_word(40, key=True))
    exchange: str = Field(sa_column=_word(40))
    turn: int = Field(sa_column=_number())
    partner: str = Field(sa_column=_word(40))
    verb: str = Field(sa_column=_word(12))
    body: Json = Field(sa_column=_json())
    attempts: int = Field(default=0, sa_column=_number())
    due_at: float = Field(sa_column=_seconds())
    leased_until: float = Field(default=0.0, sa_column=_seconds())
    leased_by: str = Field(default="", sa_column=_word(80))
    done_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    status: int = Field(default=0, sa_column=_number())
    answer: Json = Field(default_factory=dict, sa_column=_json())
    error: str = Field(default="", sa_column=Column(Text, nullable=False))


class ExchangeHeard(SQLModel, table=True):
    """A document that came in, by its id, and what was answered: the same again is answered so again."""

    __tablename__ = "exchange_heard"
    id: str = Field(sa_column=_word(130, key=True))  # <partner>:<message id>
    digest: str = Field(sa_column=_word(64))
    answer: Json = Field(sa_column=_json())
    at: float = Field(sa_column=_seconds(index=True))


# -- 要情专报 ----------------------------------------------------------------------------------------------------
class ImportantReport(SQLModel, table=True):
    """A report as its history tells it."""

    __tablename__ = "important_report"
    id: str = Field(sa_column=_word(40, key=True))
    state: str = Field(sa_column=_word(12, index=True))
    title: str = Field(sa_column=_word(100))
    receivers: list[str] = Field(sa_column=_json())
    orders: list[str] = Field(default_factory=list, sa_column=_json())  # numbers it speaks of: scope looks at them
    length: int = Field(sa_column=_number())
    head: str = Field(sa_column=_word(160))
    written_at: float = Field(sa_column=_seconds(index=True))
    changed_at: float = Field(sa_column=_seconds())


class ImportantEntry(SQLModel, table=True):
    """One line of a report's history: reports.importance.Entry. Only ever added to."""

    __tablename__ = "important_entry"
    report: str = Field(sa_column=_word(40, key=True))
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: Json = Field(sa_column=_json())


# -- follow-up ---------------------------------------------------------------------------------------------------
class FollowUpCall(SQLModel, table=True):
    """A call to the citizen that the platform made to ask about an order. `counted_at`: it stands in the history."""

    __tablename__ = "follow_up_call"
    __table_args__ = (Index("follow_up_call_open", "counted_at", "at"),)
    call: str = Field(sa_column=_word(32, key=True))
    number: str = Field(sa_column=_word(20, index=True))
    by: str = Field(sa_column=_word(200))
    role: str = Field(sa_column=_word(20))
    at: float = Field(sa_column=_seconds())
    counted_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    outcome: str = Field(default="", sa_column=_word(12))  # reached | asked | unreached | not_rung


class TextMessage(SQLModel, table=True):
    """A text message that must go out; sent until the gateway has taken it. `answer`: what the citizen wrote back."""

    __tablename__ = "text_message"
    __table_args__ = (Index("text_message_due", "done_at", "due_at"), Index("text_message_to", "to", "at"))
    key: str = Field(sa_column=_word(120, key=True))
    number: str = Field(sa_column=_word(20, index=True))
    to: str = Field(sa_column=_word(40))
    purpose: str = Field(sa_column=_word(20))  # follow_up | rating
    body: str = Field(sa_column=Column(Text, nullable=False))
    at: float = Field(sa_column=_seconds())
    attempts: int = Field(default=0, sa_column=_number())
    due_at: float = Field(sa_column=_seconds())
    leased_until: float = Field(default=0.0, sa_column=_seconds())
    leased_by: str = Field(default="", sa_column=_word(80))
    done_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    error: str = Field(default="", sa_column=Column(Text, nullable=False))
    answered_at: float | None = Field(default=None, sa_column=_seconds(nullable=True))
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
