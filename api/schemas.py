"""What goes in and out over HTTP, with its bounds. Times are epoch seconds (UTC)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from core.db import storable
from workorders.life.matters import UnitId
from workorders.life.words import Asker
from workorders.models import ADDRESS_LIMIT, ANSWER_LIMIT, SUMMARY_LIMIT
from workorders.projection import APPEALS_LIMIT

CallKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,80}$")]
WordOrNone = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{0,40}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{4}-[0-9]{4,8}$")]
Kind = Literal["", "inquiry", "help", "complaint", "report", "suggestion", "praise"]
Urgency = Annotated[int, Field(ge=0, le=2)]
Short = Annotated[str, StringConstraints(max_length=40)]
Level = Annotated[str, StringConstraints(max_length=40)]  # of a classification or a place
Tags = Annotated[tuple[Level, ...], Field(max_length=20)]
Units = Annotated[tuple[UnitId, ...], Field(max_length=20)]
Appeal = Annotated[int, Field(ge=1, le=APPEALS_LIMIT)]


class Strict(BaseModel):
    """Unknown fields are refused; text is cleaned of what no database takes."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _clean(cls, value: Any) -> Any:
        return storable(value, SUMMARY_LIMIT) if type(value) is str else value  # an enum is no text


class AnswerIn(Strict):
    """What was answered on the line. `to_unit`: it does not settle the appeal, a unit must still act."""

    text: str = Field(min_length=1, max_length=ANSWER_LIMIT)
    to_unit: bool = False


class OrderIn(Strict):
    """A new order. `call_key` and `appeal` tie it to a call; `call` is what is known of that call."""

    call_key: CallKey | None = None
    appeal: Appeal | None = None
    kind: Kind = ""
    urgency: Urgency = 0
    summary: str = Field(default="", max_length=SUMMARY_LIMIT)
    address: str = Field(default="", max_length=ADDRESS_LIMIT)
    unit: Short = ""
    caller: Short = ""
    agent: Short = ""
    call: dict[str, Any] = Field(default_factory=dict)
    name: Annotated[str, Field(max_length=80, description="of the citizen or the enterprise")] = ""
    first: Level = ""
    second: Level = ""
    third: Level = ""
    district: Level = ""
    street: Level = ""
    asker: Asker = Asker.CITIZEN
    anonymous: bool = False
    channel: Level = "phone"
    tags: Tags = ()
    secrecy: Annotated[int, Field(ge=0, le=1, description="1: the citizen's identity is kept from the units")] = 0
    complained_of: Annotated[Units, Field(description="of a report: the units it is against")] = ()
    provisional: Annotated[bool, Field(description="accepted for another platform while duty is unclear")] = False
    answer: Annotated[AnswerIn | None, Field(description="what ends the order as answered directly")] = None


class OrderChange(Strict):
    """What is to change in an order; what is left out stays."""

    kind: Kind | None = None
    urgency: Urgency | None = None
    summary: str | None = Field(default=None, max_length=SUMMARY_LIMIT)
    address: str | None = Field(default=None, max_length=ADDRESS_LIMIT)
    unit: Short | None = None
    agent: Short | None = None
    state: Literal["accepted", "withdrawn"] | None = None
    call: dict[str, Any] | None = None
    name: str | None = Field(default=None, max_length=80)
    caller: Short | None = None
    first: Level | None = None
    second: Level | None = None
    third: Level | None = None
    district: Level | None = None
    street: Level | None = None
    asker: Asker | None = None
    anonymous: bool | None = None
    tags: Tags | None = None
    complained_of: Units | None = None
    answer: AnswerIn | None = None


class By(Strict):
    """Who asks for an act: an agent's id or a party of the call; "" for the house itself."""

    by: WordOrNone = ""


class InvitationIn(By):
    """Whom to invite: a role and an id of the directory. Nobody is dialled by a number."""

    role: Literal["agent", "unit", "expert", "leader", "emergency"]
    id: Word
    private: bool = False


class ConsultIn(By):
    """Whom to consult while the citizen hears music."""

    role: Literal["agent", "unit", "expert", "leader", "emergency"]
    id: Word


class AppealIn(Strict):
    """What the citizen said, as the agent writes it down."""

    agent: Word
    kind: Kind = ""
    urgency: Urgency = 0
    summary: str = Field(default="", max_length=SUMMARY_LIMIT)
    address: str = Field(default="", max_length=ADDRESS_LIMIT)
    unit: WordOrNone = ""
    first: Level = ""
    second: Level = ""
    third: Level = ""
    answer: Annotated[str, Field(max_length=ANSWER_LIMIT, description="what was answered on the line")] = ""
    to_unit: Annotated[bool, Field(description="the answer does not settle it: a unit must still act")] = False


class DispositionIn(Strict):
    """Why a call needs no order."""

    agent: Word
    disposition: Word


class DialOutIn(By):
    """An outgoing call: the number stands in the order or the call record, it is never typed."""

    agent: Word
    work_order: Number | None = None
    call_record: CallKey | None = None

    @model_validator(mode="after")
    def _one_source(self) -> DialOutIn:
        if (self.work_order is None) == (self.call_record is None):
            raise ValueError("give either work_order or call_record")
        return self


class AgentStateIn(By):
    """The state an agent chooses."""

    state: Literal["ready", "break", "offline"]
    why: Short = ""
