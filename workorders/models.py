"""The tables. Times are epoch seconds (UTC); numbers as dialled or received; JSON columns say their shape beside them.

Retention is not decided here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

Json = dict[str, Any]

KINDS = ("", "inquiry", "help", "complaint", "report", "suggestion", "praise")  # "": not told yet
SUMMARY_LIMIT, ADDRESS_LIMIT, ANSWER_LIMIT = 4000, 500, 4000


def _seconds(*, nullable: bool = True, index: bool = False) -> Any:
    return Column(Float(53), nullable=nullable, index=index)


class CallFact(SQLModel, table=True):
    """A fact of a call as the journal, the switch's log or the worker told it; `id` makes it count once."""

    __tablename__ = "call_fact"
    id: str = Field(sa_column=Column(String(200), primary_key=True))
    call: str = Field(sa_column=Column(String(32), nullable=False, index=True))
    at: float = Field(sa_column=_seconds(nullable=False))
    kind: str = Field(sa_column=Column(String(40), nullable=False))
    source: str = Field(sa_column=Column(String(12), nullable=False))  # controller | cel | worker
    data: Json = Field(sa_column=Column(JSON, nullable=False))


class CallRecord(SQLModel, table=True):
    """One answered call. All but the last block is a projection of its facts and may be made anew at any time."""

    __tablename__ = "call_record"
    key: str = Field(sa_column=Column(String(32), primary_key=True))
    source: str = Field(default="controller", max_length=12)
    direction: str = Field(default="in", max_length=4)
    caller: str = Field(default="", max_length=40, index=True)
    called: str = Field(default="", max_length=40)
    answered_at: float | None = Field(default=None, sa_column=_seconds(index=True))
    ended_at: float | None = Field(default=None, sa_column=_seconds(index=True))
    ended_in: str = Field(default="", max_length=12)
    ended_by: str = Field(default="", max_length=12)
    outcome: str = Field(default="", max_length=20)
    skill: str = Field(default="", max_length=40)
    unit: str = Field(default="", max_length=40)
    urgency: int = 0
    language: str = Field(default="", max_length=20)
    path: list[Json] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # at step verb pressed …
    parties: list[Json] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # see projection.Party
    failures: list[Json] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # at role who phone why
    waits: list[Json] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # from, to, why
    first_responder: str = Field(default="", max_length=40)
    rating: int | None = None
    rating_why: str = Field(default="", max_length=12)
    appeals: Json = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # "1": {kind, summary, …}
    disposed: str = Field(default="", max_length=40)  # by the agent
    interrupted: bool = False
    last_fact_at: float = Field(default=0.0, sa_column=_seconds(nullable=False))
    # -- not a projection: what was made of it
    recordings: list[Json] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    recording_gap: str = Field(default="", sa_column=Column(Text, nullable=False))
    disposition: str = Field(default="", max_length=40, index=True)
    orders: Json = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # "1": number or ""
    settled_at: float | None = Field(default=None, sa_column=_seconds(index=True))


class WorkOrder(SQLModel, table=True):
    """What was promised. `number` is for people: local day and a count of that day, ``2026-1123-0042``.

    The second block is a projection of the history (`keeping.shares`) and may be made anew at any time; the first are
    texts and evidence, which no history holds, so that retention can take them.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        UniqueConstraint("call_key", "appeal", name="one_order_per_appeal"),
        Index("work_order_desk", "owner", "due", "number"), Index("work_order_state", "state", "rank"),
        Index("work_order_agent", "agent", "rank"), Index("work_order_caller", "caller", "rank"),
        Index("work_order_merged", "merged_into"),
    )
    number: str = Field(sa_column=Column(String(20), primary_key=True))
    rank: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))  # numbers.rank_of: the newest is last
    call_key: str | None = Field(default=None, max_length=32)
    appeal: int | None = None
    summary: str = Field(default="", sa_column=Column(Text, nullable=False))
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    name: str = Field(default="", max_length=80)  # of the citizen or the enterprise
    caller: str = Field(default="", max_length=40)
    unit: str = Field(default="", max_length=40)  # whom reception thinks of; who has it says `lead`
    agent: str = Field(default="", max_length=40)
    call: Json = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # promises.call_of
    code_hash: str = Field(default="", max_length=64)  # SHA-256 of the code by which the citizen asks for progress
    hold: bool = False  # legal hold: retention leaves it whole
    erased_at: float | None = Field(default=None, sa_column=_seconds())  # when retention took the texts
    # -- a projection of the history
    state: str = Field(default="accepted", max_length=24)
    kind: str = Field(default="", max_length=12)
    urgency: int = 0
    first: str = Field(default="", max_length=40)
    second: str = Field(default="", max_length=40)
    third: str = Field(default="", max_length=40)
    district: str = Field(default="", max_length=40)
    street: str = Field(default="", max_length=40)
    asker: str = Field(default="citizen", max_length=12)
    anonymous: bool = False
    channel: str = Field(default="phone", max_length=40)
    secrecy: int = 0  # life.words.Confidentiality; 2: a report
    provisional: bool = False
    owner: str = Field(default="desk:dispatch", max_length=50)  # unit:<id> | desk:<name>
    lead: str = Field(default="", max_length=40)
    first_responder: str = Field(default="", max_length=40)
    due: float = Field(default=0.0, sa_column=_seconds(nullable=False))  # nearest deadline of `owner`; shares.NEVER
    answer_due: float = Field(default=0.0, sa_column=_seconds(nullable=False))
    close_due: float = Field(default=0.0, sa_column=_seconds(nullable=False))
    answered_at: float | None = Field(default=None, sa_column=_seconds())
    closed_at: float | None = Field(default=None, sa_column=_seconds())
    archived_at: float | None = Field(default=None, sa_column=_seconds())
    outcome: str = Field(default="", max_length=12)
    merged_into: str = Field(default="", max_length=40)
    reopened: int = 0
    urges: int = 0
    refusal: str = Field(default="", max_length=200)  # number of the last refusal
    findings: int = 0
    version: int = 0  # length of the history
    head: str = Field(default="", max_length=160)  # seal of its last act
    created_at: float = Field(sa_column=_seconds(nullable=False, index=True))
    changed_at: float = Field(sa_column=_seconds(nullable=False))


class OrderDay(SQLModel, table=True):
    """How many orders a local day has given out."""

    __tablename__ = "order_day"
    day: str = Field(sa_column=Column(String(9), primary_key=True))
    last: int


class IdempotencyKey(SQLModel, table=True):
    """A key that was used, what came with it (SHA-256) and what was answered; swept after some days."""

    __tablename__ = "idempotency_key"
    key: str = Field(sa_column=Column(String(200), primary_key=True))
    fingerprint: str = Field(max_length=64)
    number: str = Field(default="", max_length=20)
    at: float = Field(sa_column=_seconds(nullable=False, index=True))
    status: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))  # 0: none kept
    body: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    headers: Json = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))


class Outbox(SQLModel, table=True):
    """A request that must arrive: written with the rows it tells of, sent until the other side has acknowledged."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_due", "done_at", "due_at"),)
    key: str = Field(sa_column=Column(String(200), primary_key=True))  # also the Idempotency-Key
    call_key: str = Field(max_length=32, index=True)
    appeal: int
    turn: int = 0  # 0: the order itself; 1…: changes of it, each sent after the one before has arrived
    method: str = Field(max_length=6)  # POST: a new order; PATCH: a change of it
    body: Json = Field(sa_column=Column(JSON, nullable=False))
    attempts: int = 0
    due_at: float = Field(sa_column=_seconds(nullable=False))
    leased_until: float = Field(default=0.0, sa_column=_seconds(nullable=False))
    leased_by: str = Field(default="", max_length=80)
    done_at: float | None = Field(default=None, sa_column=_seconds())
    status: int = 0  # the last answer; 0 none
    error: str = Field(default="", sa_column=Column(Text, nullable=False))


class Offset(SQLModel, table=True):
    """How far a reader has come; moved in the transaction that keeps what it read."""

    __tablename__ = "reader_offset"
    name: str = Field(sa_column=Column(String(80), primary_key=True))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    mark: str = Field(default="", max_length=80)  # which file the position belongs to
