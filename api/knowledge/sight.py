"""Which articles somebody reads, and which they keep, as conditions for use inside a SELECT.

Whoever works here reads what is in use; a program only what is public. A unit keeps its own and those of the units
below it, the hotline's back office and admins keep all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, false, or_, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from api.orders.sight import below
from api.people.caller import Caller
from api.people.scope import scope_of
from api.problems import Problem
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeGap
from workorders.life.words import UNIT_ROLES


def reads(caller: Caller) -> ColumnElement[bool]:
    """Return which articles somebody may read."""
    in_use = col(KnowledgeArticle.state) == "published"
    if caller.kind == "client":
        return and_(in_use, col(KnowledgeArticle.public))
    own = scope_of(caller).of_units(col(KnowledgeArticle.unit)) if caller.roles & UNIT_ROLES else false()
    return or_(in_use, own, keeps(caller))


def keeps(caller: Caller) -> ColumnElement[bool]:
    """Return which articles somebody may change."""
    return _kept(caller, col(KnowledgeArticle.unit))


def misses(caller: Caller) -> ColumnElement[bool]:
    """Return of which missing knowledge somebody is told."""
    return _kept(caller, col(KnowledgeGap.unit))


async def must_keep(session: AsyncSession, caller: Caller, unit: str) -> None:
    """Refuse to give an article to a unit whose articles the caller does not keep. Raises Problem 403."""
    if not caller.may("knowledge.publish") and unit not in await below(session, caller.unit):
        raise Problem(403, "not_your_unit", "只能维护本单位和下级单位的知识", "由热线后台改归其他单位")


def _kept(caller: Caller, unit: Any) -> ColumnElement[bool]:
    if caller.may("knowledge.publish"):
        return true()
    return scope_of(caller).of_units(unit) if caller.may("knowledge.write") else false()
