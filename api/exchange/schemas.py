"""What goes in and out, with its bounds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas import Number, Strict
from workorders.civic_tables import Exchange, ExchangeMessage
from workorders.exchange.partners import Direction, Mapped, Partner, PartnerId, Scope, Takes
from workorders.exchange.standing import CHINESE_STANDING, Standing

Why = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
ExchangeId = Annotated[str, StringConstraints(pattern=r"^ex-[0-9a-f]{16}$")]
Place = Annotated[str, StringConstraints(max_length=200)]


class PartnerIn(Strict):
    """A partner; `secret` only where it is new or changes. It is never shown again."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    direction: Direction = "both"
    scopes: frozenset[Scope] = frozenset()
    gives: Takes = Takes()
    takes: Takes = Takes()
    mapping: Mapped = Mapped()
    address: Place = ""
    own: PartnerId = "hotline"
    unit: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""
    active: bool = True
    secret: Annotated[str, StringConstraints(max_length=200)] | None = None

    def partner(self, partner_id: str) -> Partner:
        """Return it under its id. Raises ValueError for an address that is none."""
        return Partner(id=partner_id, **self.model_dump(exclude={"secret"}))


class HandOverIn(Strict):
    """Which order goes to whom, and why."""

    number: Number
    partner: PartnerId
    why: Why


class GiveBackIn(Strict):
    """Why an order is given back to whom it came from."""

    why: Why = Field(description="whose duty it is instead, and by which rule")


def partner_shown(partner: Partner) -> dict[str, Any]:
    """Return a partner as it goes out: without the secret."""
    return {**partner.model_dump(mode="json"), "scopes": sorted(partner.scopes)}


def exchange_shown(row: Exchange, last: ExchangeMessage | None) -> dict[str, Any]:
    """Return an exchange with how its last document fares."""
    return {"id": row.id, "partner": row.partner, "inward": row.inward, "number": row.number,
            "reference": row.reference, "standing": row.standing, "standing_name": CHINESE_STANDING[
                Standing(row.standing)], "why": row.why, "created_at": row.created_at, "changed_at": row.changed_at,
            "document": None if last is None else {
                "id": last.id, "verb": last.verb, "attempts": last.attempts, "done_at": last.done_at,
                "error": last.error, "answer": last.answer}}
