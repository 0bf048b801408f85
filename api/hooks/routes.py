"""Subscriptions, their secrets, their messages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.hooks.schemas import (
    DeliveriesOut,
    HookChange,
    HookIn,
    HookOut,
    HooksOut,
    HookWithSecret,
    RevivedOut,
    shown_delivery,
    shown_hook,
)
from api.orders.keeping import keeper_of
from api.people.audit import note_by
from api.problems import Problem
from api.schemas import Word
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from core.ids import new_id
from workorders.errors import NotFound
from workorders.hooks import queue
from workorders.hooks.signing import fault_of_url, secret_of
from workorders.hooks.tables import WebhookDelivery, WebhookSubscription

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"], route_class=Once)
MOST = 100  # subscriptions


@router.post("", status_code=201, responses={201: {"model": HookWithSecret}}, dependencies=[needs("webhooks.write")])
async def add(request: Request, response: Response, wanted: HookIn) -> dict[str, Any]:
    """Have another system told of orders. The secret its messages are signed with is in the answer, this once."""
    _check_url(request, wanted.url)
    now = now_of(request)
    async with changing(request) as session:
        if len((await session.execute(select(WebhookSubscription.id))).all()) >= MOST:
            raise Problem(409, "limit_reached", f"推送最多 {MOST} 个", "删去不用的")
        made = WebhookSubscription(id=new_id("wh"), created_by=who(request).id, created_at=now, changed_at=now,
                                   **wanted.model_dump())
        session.add(made)
        note_by(session, now, "webhook.set", who(request), made.id, url=made.url, events=made.events, unit=made.unit)
        await session.flush()
    keeper_of(request).listeners.forget()
    response.headers["Cache-Control"] = "no-store"
    return shown_hook(made) | {"secret": _secret(request, made)}


@router.get("", responses={200: {"model": HooksOut}}, dependencies=[needs("webhooks.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List the subscriptions, the oldest first."""
    async with database(request).reading() as session:
        query = select(WebhookSubscription).order_by(col(WebhookSubscription.created_at), col(WebhookSubscription.id))
        return {"webhooks": [shown_hook(row) for row in (await session.execute(query)).scalars()]}


@router.get("/{webhook}", responses={200: {"model": HookOut}}, dependencies=[needs("webhooks.read")])
async def read(request: Request, webhook: Word) -> dict[str, Any]:
    """Show one subscription."""
    async with database(request).reading() as session:
        return shown_hook(await _one(session, webhook))


@router.patch("/{webhook}", responses={200: {"model": HookOut}}, dependencies=[needs("webhooks.write")])
async def change(request: Request, webhook: Word, wanted: HookChange) -> dict[str, Any]:
    """Change a subscription, or switch it off and on."""
    changes = wanted.model_dump(exclude_none=True)
    if "url" in changes:
        _check_url(request, changes["url"])
    async with changing(request) as session:
        row = await _one(session, webhook)
        for name, value in (changes | {"changed_at": now_of(request)}).items():
            setattr(row, name, value)
        note_by(session, now_of(request), "webhook.set", who(request), webhook, **changes)
    keeper_of(request).listeners.forget()
    return shown_hook(row)


@router.delete("/{webhook}", status_code=204, dependencies=[needs("webhooks.write")])
async def remove(request: Request, webhook: Word) -> None:
    """Remove a subscription, and what was on its way to it."""
    async with database(request).writing() as session:
        await session.delete(await _one(session, webhook))
        await session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.subscription) == webhook))
        note_by(session, now_of(request), "webhook.removed", who(request), webhook)
    keeper_of(request).listeners.forget()


@router.post("/{webhook}/secret", status_code=201, responses={201: {"model": HookWithSecret}},
             dependencies=[needs("webhooks.write")])
async def renew(request: Request, response: Response, webhook: Word) -> dict[str, Any]:
    """Make a new secret; the old one signs nothing from now on."""
    async with changing(request) as session:
        row = await _one(session, webhook)
        row.secret_turn, row.changed_at = row.secret_turn + 1, now_of(request)
        note_by(session, now_of(request), "webhook.set", who(request), webhook, secret="renewed")
    response.headers["Cache-Control"] = "no-store"
    return shown_hook(row) | {"secret": _secret(request, row)}


@router.post("/{webhook}/trial", status_code=202, responses={202: {"model": HookOut}},
             dependencies=[needs("webhooks.write")])
async def trial(request: Request, webhook: Word) -> dict[str, Any]:
    """Send a trial message; what became of it stands in the deliveries."""
    async with changing(request) as session:
        row = await _one(session, webhook)
        await queue.try_out(session, webhook, now_of(request))
    return shown_hook(row)


@router.post("/{webhook}/revive", responses={200: {"model": RevivedOut}}, dependencies=[needs("webhooks.write")])
async def revive(request: Request, webhook: Word) -> dict[str, Any]:
    """Send again what was given up."""
    async with changing(request) as session:
        await _one(session, webhook)
        return {"revived": await queue.revive(session, webhook, now_of(request))}


@router.get("/{webhook}/deliveries", responses={200: {"model": DeliveriesOut}}, dependencies=[needs("webhooks.read")])
async def deliveries(request: Request, webhook: Word, standing: Annotated[
        Literal["waiting", "arrived", "dead"] | None, Query()] = None, cursor: Cursor = None,
        limit: Limit = 50) -> dict[str, Any]:
    """List messages to a subscription, the newest first."""
    tie = filters_digest("deliveries", {"webhook": webhook, "standing": standing})
    place = place_of(tie, cursor, (int,))
    done, dead = col(WebhookDelivery.done_at), col(WebhookDelivery.dead_at)
    of_standing = {"waiting": [done.is_(None), dead.is_(None)], "arrived": [done.is_not(None)],
                   "dead": [dead.is_not(None)], None: []}[standing]
    query = select(WebhookDelivery).where(col(WebhookDelivery.subscription) == webhook, *of_standing)
    query = query if place is None else query.where(col(WebhookDelivery.id) < place[0])
    async with database(request).reading() as session:
        await _one(session, webhook)
        found = (await session.execute(query.order_by(col(WebhookDelivery.id).desc()).limit(limit + 1))).scalars().all()
    rows = found[:limit]
    return {"deliveries": [shown_delivery(row) for row in rows],
            "next": cursor_of(tie, (rows[-1].id or 0,)) if len(found) > limit else None}


async def _one(session: AsyncSession, webhook: str) -> WebhookSubscription:
    row = await session.get(WebhookSubscription, webhook)
    if row is None:
        raise NotFound("没有这个推送", "刷新列表")
    return row


def _check_url(request: Request, url: str) -> None:
    if fault := fault_of_url(url, private=request.app.state.settings.webhooks_private):
        raise Problem(422, "bad_url", f"推送地址不能用：{fault}", "填写接收方的公网 https 地址")


def _secret(request: Request, row: WebhookSubscription) -> str:
    return secret_of(request.app.state.secrets.phones_key, row.id, row.secret_turn)
