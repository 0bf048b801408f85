"""API keys: one a program, with scopes; shown once, stored as a digest, revocable."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.people.audit import note, note_by
from api.people.caller import Caller
from api.people.models import ApiClient
from api.people.rights import CLIENT_SCOPES
from api.people.sessions import TOUCH, digest_of
from api.problems import Problem
from core.ids import new_id
from workorders.life.words import Role

PREFIX: Final = "hlk_"  # so that a leaked key is found by those who look for them


async def give(session: AsyncSession, by: Caller, name: str, scopes: list[str], unit: str, expires_at: float | None,
               now: float) -> tuple[ApiClient, str]:
    """Make a client; return it with its key, which is nowhere else. Raises Problem for a scope no key may have."""
    wrong = sorted(set(scopes) - CLIENT_SCOPES)
    if wrong:
        raise Problem(422, "no_such_scope", f"密钥不能有这些权限：{'、'.join(wrong)}",
                      "可用：" + "、".join(sorted(CLIENT_SCOPES)))
    key = PREFIX + secrets.token_urlsafe(32)
    client = ApiClient(id=new_id("c"), name=name, key_hash=digest_of(key), scopes=sorted(set(scopes)), unit=unit,
                       created_by=by.id, created_at=now, expires_at=expires_at)
    session.add(client)
    note_by(session, now, "client.added", by, client.id, name=name, scopes=client.scopes, unit=unit)
    return client, key


async def revoke(session: AsyncSession, by: Caller, client_id: str, now: float) -> None:
    """Make a key worthless at once. Raises Problem when there is no such client."""
    client = await session.get(ApiClient, client_id, with_for_update=True)
    if client is None:
        raise Problem(404, "not_found", "没有这个接入方", "核对接入方编号")
    if client.revoked_at is None:
        client.revoked_at = now
        note_by(session, now, "client.revoked", by, client_id)


async def rotate(session: AsyncSession, by: Caller, client_id: str, keep: float, now: float) -> tuple[ApiClient, str]:
    """Give a client's successor, with the same scopes; the old key stays good for `keep` seconds more.

    Raises Problem when there is no such client, or its key opens nothing any more.
    """
    old = await session.get(ApiClient, client_id, with_for_update=True)
    if old is None or not is_good(old, now):
        raise Problem(404, "not_found", "没有这个接入方，或其密钥已失效", "核对接入方编号；已失效的请重新发放")
    until = None if old.expires_at is None else now + old.expires_at - old.created_at  # as long again as at first
    new, key = await give(session, by, old.name, old.scopes, old.unit, until, now)
    old.expires_at = min(old.expires_at or now + keep, now + keep)
    note_by(session, now, "client.rotated", by, old.id, successor=new.id, keep=keep)
    return new, key


async def listed(session: AsyncSession) -> list[ApiClient]:
    """Return every client, revoked ones too, the newest first."""
    return list((await session.execute(select(ApiClient).order_by(col(ApiClient.created_at).desc()))).scalars())


async def find(session: AsyncSession, key: str) -> ApiClient | None:
    """Return the client whose key this is, also one that is no longer good."""
    query = select(ApiClient).where(col(ApiClient.key_hash) == digest_of(key))
    return (await session.execute(query)).scalar_one_or_none()


def is_good(client: ApiClient, now: float) -> bool:
    """Tell whether a client's key opens anything now."""
    return client.revoked_at is None and (client.expires_at is None or client.expires_at > now)


def needs_note(client: ApiClient, address: str, now: float) -> bool:
    """Tell whether this use is worth a row: at most one a minute, a new address, the first that is refused."""
    if client.used_at is None or client.used_from != address or now - client.used_at >= TOUCH:
        return True
    ends = [moment for moment in (client.revoked_at, client.expires_at) if moment is not None]
    return not is_good(client, now) and client.used_at <= min(ends)


async def used(session: AsyncSession, client: ApiClient, address: str, now: float) -> None:
    """Note a use. The audit tells of the first one, of a new address, and of every key that is no longer good."""
    good = is_good(client, now)
    if not good or client.used_from != address:
        note(session, now, "client.used" if good else "client.refused", client.id, address, client.id)
    await session.execute(update(ApiClient).where(col(ApiClient.id) == client.id)
                          .values(used_at=now, used_from=address))


def as_caller(client: ApiClient, address: str) -> Caller:
    """Return a program as a caller."""
    return Caller("client", client.id, client.name, frozenset(client.scopes) & CLIENT_SCOPES,
                  frozenset({Role.API_CLIENT}), unit=client.unit, address=address)
