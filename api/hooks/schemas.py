"""What goes in and out of the routes about webhooks."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, field_validator

from api.schemas import Strict, WordOrNone
from workorders.hooks.events import EVENTS, EVERY
from workorders.hooks.tables import WebhookDelivery, WebhookSubscription

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Url = Annotated[str, StringConstraints(min_length=8, max_length=500)]
Events = Annotated[list[Annotated[str, StringConstraints(max_length=30)]], Field(min_length=1, max_length=100)]


def _known(events: list[str] | None) -> list[str] | None:
    unknown = sorted(set(events or ()) - {*EVENTS, EVERY})
    if unknown:
        raise ValueError(f"no such event: {', '.join(unknown)}; there are {', '.join((EVERY, *EVENTS))}")
    return sorted(set(events)) if events is not None else None


class HookIn(Strict):
    """A new subscription. `events`: acts of an order's life, or ``*``; `unit`: only orders of this unit."""

    name: Name
    url: Url
    events: Events
    unit: WordOrNone = ""

    _events = field_validator("events")(_known)


class HookChange(Strict):
    """What is to change; what is left out stays."""

    name: Name | None = None
    url: Url | None = None
    events: Events | None = None
    active: bool | None = None

    _events = field_validator("events")(_known)


class HookOut(BaseModel):
    """A subscription."""

    id: str
    name: str
    url: str
    events: list[str]
    unit: str
    active: bool
    created_by: str
    created_at: float
    changed_at: float


class HookWithSecret(HookOut):
    """A subscription with its secret, shown this once."""

    secret: str


class HooksOut(BaseModel):
    """Every subscription."""

    webhooks: list[HookOut]


class DeliveryOut(BaseModel):
    """A message: `done_at` arrived (or withheld: see `error`), `dead_at` given up, neither: on its way."""

    id: int
    number: str
    body: dict[str, Any]
    at: float
    attempts: int
    due_at: float
    done_at: float | None
    dead_at: float | None
    status: int
    error: str


class DeliveriesOut(BaseModel):
    """A page of messages, the newest first."""

    deliveries: list[DeliveryOut]
    next: str | None


class RevivedOut(BaseModel):
    """How many messages are sent again."""

    revived: int


def shown_hook(row: WebhookSubscription) -> dict[str, Any]:
    """Return a subscription as it goes out."""
    return row.model_dump(include=set(HookOut.model_fields))


def shown_delivery(row: WebhookDelivery) -> dict[str, Any]:
    """Return a message as it goes out."""
    return row.model_dump(include=set(DeliveryOut.model_fields))
