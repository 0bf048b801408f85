"""Which orders a public question finds. What may not be seen is left out by the query itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, false, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, func, select

from api.open311.asked import MOST, Asked, Posted
from api.open311.catalog import Service
from api.open311.faults import Fault, Refused
from api.open311.shown import OVER, Released
from api.people.models import UnitPlace
from core.db import hold
from core.ids import new_id
from workorders.civic_tables import OrderReleased, WebRequest
from workorders.keeping.intake import Intake
from workorders.keeping.keeper import Keeper
from workorders.life.acts import Actor
from workorders.life.matters import Matter, Place
from workorders.life.words import Asker, Confidentiality, Kind, Role
from workorders.models import WorkOrder

Condition = ColumnElement[bool]
CHANNEL = "web"
MOST_A_MINUTE = 120  # requests of one key
AGAIN = 600.0  # s within which the same words of the same key are the same request, sent again
# whoever posted without a name or a number has nothing to hide and must find their own request again
_NAMELESS: Condition = and_(col(WorkOrder.secrecy) == int(Confidentiality.CALLER), col(WorkOrder.anonymous),
                            col(WorkOrder.channel) == CHANNEL)
PUBLIC: Condition = and_(or_(col(WorkOrder.secrecy) == int(Confidentiality.OPEN), _NAMELESS),
                         col(WorkOrder.kind).not_in((Kind.UNTOLD.value, Kind.REPORT.value)))


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose key a request came with, and its own Idempotency-Key, "" for none."""

    client: str
    key: str = ""


def _of_class(services: Iterable[Service]) -> Condition:
    return or_(false(), *(and_(col(WorkOrder.first) == one.path.first, col(WorkOrder.second) == one.path.second,
                               col(WorkOrder.third) == one.path.third) for one in services))


async def found(session: AsyncSession, asked: Asked, services: Mapping[str, Service]) -> Sequence[str]:
    """Return the numbers of the public orders that are asked for, the newest first, at most MOST."""
    query = select(WorkOrder.number).where(PUBLIC)
    if asked.ids:
        query = query.where(col(WorkOrder.number).in_(asked.ids))
    else:
        query = query.where(col(WorkOrder.created_at).between(asked.since, asked.until))
        closed = col(WorkOrder.state).in_([state.value for state in OVER])
        if len(asked.statuses) == 1:
            query = query.where(closed if "closed" in asked.statuses else ~closed)
        if asked.codes:
            query = query.where(_of_class(services[code] for code in asked.codes if code in services))
    query = query.order_by(col(WorkOrder.rank).desc()).limit(MOST)
    return (await session.execute(query)).scalars().all()


async def rows(session: AsyncSession, numbers: Sequence[str]) -> Sequence[WorkOrder]:
    """Return public orders by their numbers, in that order."""
    query = select(WorkOrder).where(PUBLIC, col(WorkOrder.number).in_(numbers)).order_by(col(WorkOrder.rank).desc())
    return (await session.execute(query)).scalars().all()


async def released(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Released]:
    """Return what was released of orders."""
    query = select(OrderReleased).where(col(OrderReleased.number).in_(numbers))
    return {row.number: Released(row.summary, row.reply) for row in (await session.execute(query)).scalars()}


async def unit_names(session: AsyncSession) -> dict[str, str]:
    """Return the names of units by their ids."""
    return {row.unit: row.name for row in (await session.execute(select(UnitPlace))).scalars() if row.name}


# -- making ------------------------------------------------------------------------------------------------------
async def make(session: AsyncSession, keeper: Keeper, posted: Posted, sender: Sender, now: float) -> WebRequest:
    """Make the order of a request, once: an Idempotency-Key says which are the same; without one the words do, AGAIN.

    Raises Refused when the key came with other words, or when its program sends more than it may.
    """
    client, words = sender.client, hashlib.sha256(repr(posted).encode("utf-8", "replace")).hexdigest()
    name = hashlib.sha256(sender.key.encode("utf-8", "replace")).hexdigest()[:32] if sender.key else ""
    await hold(session, f"open311:{client}:{name or words}")
    before = await _before(session, client, name, words, now)
    if before is not None:
        return before
    await _bounded(session, client, now)
    fingerprint = f"{name}{words}"[:64]
    made = await keeper.accept(session, intake_of(posted), Actor(client, Role.API_CLIENT), now)
    row = WebRequest(token=new_id("w"), number=made.kept.order.number, client=client, fingerprint=fingerprint,
                     place=list(posted.place or ()), email=posted.email, media_url=posted.media_url,
                     device=posted.device, account=posted.account, at=now)
    session.add(row)
    return row


async def _before(session: AsyncSession, client: str, name: str, words: str, now: float) -> WebRequest | None:
    """Return the request that this one is again."""
    query = select(WebRequest).where(col(WebRequest.client) == client)
    if not name:
        query = query.where(col(WebRequest.fingerprint) == words, col(WebRequest.at) > now - AGAIN)
        return (await session.execute(query.limit(1))).scalar_one_or_none()
    query = query.where(col(WebRequest.fingerprint).like(f"{name}%"))
    found = (await session.execute(query.limit(1))).scalar_one_or_none()
    if found is not None and found.fingerprint != f"{name}{words}"[:64]:
        raise Refused(Fault(409, "这个 Idempotency-Key 已用于另一份内容；换一个新的，或重发原来的内容"))
    return found


async def _bounded(session: AsyncSession, client: str, now: float) -> None:
    """Refuse a program that sends more than MOST_A_MINUTE: its key may be in the wrong hands."""
    query = select(func.count()).select_from(WebRequest).where(col(WebRequest.at) > now - 60.0,
                                                               col(WebRequest.client) == client)
    if int((await session.execute(query)).scalar_one()) >= MOST_A_MINUTE:
        raise Refused(Fault(429, f"一个 api_key 每分钟最多 {MOST_A_MINUTE} 件；一分钟后再发"))


def intake_of(posted: Posted) -> Intake:
    """Return a request as an appeal. How to reach the citizen stands where it is masked, not among the words."""
    told = posted.attributes
    matter = Matter(
        kind=Kind(told["KIND"]), classification=posted.service.path, channel=CHANNEL,
        place=Place(district=told.get("DISTRICT", ""), street=told.get("STREET", "")),
        asker=Asker(told.get("ASKER", Asker.CITIZEN.value)), anonymous=not (posted.phone or posted.email))
    place = "（北纬 {:.6f}，东经 {:.6f}）".format(*posted.place) if posted.place else ""
    media = f"\n附图：{posted.media_url}" if posted.media_url else ""
    return Intake(matter, summary=f"{posted.description or posted.service.name}"[:3400] + media,
                  address=f"{posted.address[:450]}{place}", name=f"{posted.name} {posted.email}".strip()[:80],
                  caller="".join(sign for sign in posted.phone if sign.isdigit() or sign == "+"))


async def number_of(session: AsyncSession, token: str) -> str | None:
    """Return the number that a token stands for, None when there is no such token or the order is not public."""
    query = (select(WebRequest.number).join(WorkOrder, col(WorkOrder.number) == col(WebRequest.number))
             .where(col(WebRequest.token) == token, PUBLIC))
    return (await session.execute(query)).scalar_one_or_none()
