"""What goes in and out of the routes of orders: an act of each kind in its own shape, answers as they are described."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, create_model

from api.schemas import Number, Strict, WordOrNone
from workorders.life.shapes import SHAPES, Nothing
from workorders.life.words import CHINESE_DO, Do, State

TEXT: Final = 20_000  # characters; policy may ask for fewer
ELSEWHERE: Final = frozenset({Do.ACCEPT, Do.UNMASK})  # POST /api/work-orders; POST …/unmask, which shows what was asked
BATCHED: Final = (Do.ENDORSE, Do.SEND_BACK, Do.SIGN_FOR, Do.START, Do.PASS, Do.BEGIN_FOLLOW_UP, Do.CLOSE, Do.ARCHIVE)


class _ActBase(Strict):
    """What every act may carry. `about`: the unit whose part it is about; `on_behalf`: for whom it is done."""

    why: Annotated[str, Field(max_length=TEXT)] = ""
    text: Annotated[str, Field(max_length=TEXT)] = ""
    about: WordOrNone = ""
    on_behalf: Annotated[str, Field(max_length=200)] = ""


def _act(do: Do) -> type[_ActBase]:
    """Return the form of one act: its verb, and the data that workorders.life.shapes asks of it."""
    shape = SHAPES.get(do, Nothing)
    bare = not any(field.is_required() for field in shape.model_fields.values())
    data: Any = (shape, Field(default_factory=shape)) if bare else (shape, ...)
    fields: Any = {"do": (Literal[do.value], ...), "data": data}
    made: type[_ActBase] = create_model(f"Act_{do.value}", __base__=_ActBase, __doc__=CHINESE_DO[do], **fields)
    return made


ACTS: Final = {do: _act(do) for do in Do if do not in ELSEWHERE}
ActIn: Any = Annotated[Union[tuple(ACTS.values())], Field(discriminator="do")]  # noqa: UP007  made from the table


class Seen(Strict):
    """An order, and the version it was seen in; without one the newest is meant."""

    number: Number
    version: Annotated[int, Field(ge=1, le=10**9)] | None = None


class BatchIn(Strict):
    """The same act on many orders."""

    do: Literal["endorse", "send_back", "sign_for", "start", "pass", "begin_follow_up", "close", "archive"]
    orders: Annotated[list[Seen], Field(min_length=1, max_length=100)]
    why: Annotated[str, Field(max_length=TEXT)] = ""
    text: Annotated[str, Field(max_length=TEXT)] = ""


class UnmaskIn(Strict):
    """Which hidden field, and for what."""

    field: Literal["number", "name"]
    why: Annotated[str, Field(min_length=2, max_length=200)]


class Described(BaseModel):
    """Answers: these fields at least."""

    model_config = ConfigDict(extra="allow")


class OrderRow(Described):
    """An order in a list."""

    number: str
    version: int
    state: State
    state_name: str
    kind: str
    urgency: int
    summary: str
    owner: str
    due: float
    created_at: float


class OrderPage(Described):
    """A page of orders; `next` is the cursor of the following one, null at the end."""

    work_orders: list[OrderRow]
    next: str | None


class BringOut(Described):
    """A file that policy asks for with a reply; `there`: the unit has added it to the order."""

    says: str
    there: bool


class OfferOut(Described):
    """An act that is there for the caller; `blocked` says why it cannot be done at the moment."""

    do: Do
    name: str
    about: str
    needs: list[str]
    fields: dict[str, bool]
    blocked: str
    fix: str
    brings: list[BringOut]


class ClockOut(Described):
    """A clock: whose, since when, due when, stopped when; `late` in seconds."""

    name: str
    whom: str
    started: float
    due: float
    stopped: float | None
    late: float
    in_time: bool | None


class OrderOut(OrderRow):
    """An order whole, as far as the caller sees it; `kept_back`: words that this caller is not shown at all."""

    acts: list[OfferOut]
    kept_back: list[str] = []
    clocks: list[ClockOut] = []


class ActOut(Described):
    """One act of the history; `line` is how people read it."""

    seq: int
    at: float
    do: Do
    by: str
    role: str
    to: State
    line: str
    digest: str


class HistoryOut(Described):
    """A history, the first act first."""

    number: str
    version: int
    history: list[ActOut]
    next: str | None


class Outcome(Described):
    """What became of one order of a batch."""

    number: str
    ok: bool


class BatchOut(Described):
    """What became of each, in the order asked."""

    results: list[Outcome]


class CodeOut(Described):
    """The code by which the citizen asks for progress: told now, stored nowhere."""

    number: str
    code: str


class UnmaskOut(Described):
    """The field that was asked for."""

    field: str
    value: str
