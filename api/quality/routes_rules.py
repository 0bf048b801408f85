"""The rules of quality checks: sampling and scorecard, each version kept; what a sampling rule would draw of a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from api.people.audit import note_by
from api.people.scope import scope_of
from api.quality import schemas as shapes
from api.rules.routes import AS_IT_CAME, version_out
from api.wire.once import OnceIfAsked
from api.wire.versions import check as check_version
from api.wire.versions import expected
from workorders.keeping import rules as versions
from workorders.quality import keeping
from workorders.quality.keeping import SAMPLING, SCORECARD
from workorders.quality.rules import week_of

Json = dict[str, Any]
Kind = Annotated[Literal["sampling", "scorecard"], Path()]
router = APIRouter(prefix="/api/quality", tags=["quality"], route_class=OnceIfAsked)
_THING: Final = {SAMPLING: "抽检规则", SCORECARD: "评分表"}
_TRIAL: Final = "preview"  # the seed of chance for what is only tried


@router.get("/rules", responses={200: {"model": shapes.RulesOut}}, dependencies=[needs("quality.rules")])
async def read_rules(request: Request) -> Json:
    """Show the sampling rule and the scorecard in force."""
    async with database(request).reading() as session:
        return await _rules(session)


@router.get("/rules/{kind}/versions", responses={200: {"model": shapes.RuleVersionsOut}},
            dependencies=[needs("quality.rules")])
async def listed(request: Request, kind: Kind) -> Json:
    """List the versions of the sampling rule or of the scorecard, the newest first."""
    async with database(request).reading() as session:
        return {"versions": [version_out(row) for row in await versions.versions(session, kind)]}


@router.get("/rules/{kind}/versions/{version}", responses={200: {"model": shapes.RuleVersionOut}},
            dependencies=[needs("quality.rules")])
async def one(request: Request, kind: Kind, version: Annotated[int, Path(ge=0, le=999_999)]) -> Json:
    """Show a version as it was set; version 0 is what the software came with."""
    async with database(request).reading() as session:
        rule = await keeping.version_of(session, kind, version)
        there = await versions.versions(session, kind)
    head = next((version_out(row) for row in there if row.version == version), AS_IT_CAME)
    return head | {"rule": rule.model_dump(mode="json")}


@router.put("/sampling", responses={200: {"model": shapes.RulesOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("policy.write")])
async def set_sampling(request: Request, wanted: shapes.SamplingIn) -> Json:
    """Set the sampling rule; If-Match names the version it replaces."""
    return await _set(request, SAMPLING, wanted.sampling, wanted.why)


@router.put("/scorecard", responses={200: {"model": shapes.RulesOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("policy.write")])
async def set_scorecard(request: Request, wanted: shapes.ScorecardIn) -> Json:
    """Set the scorecard; If-Match names the version it replaces. What is scored keeps its own."""
    return await _set(request, SCORECARD, wanted.scorecard, wanted.why)


@router.post("/preview", responses={200: {"model": shapes.TriedOut}}, dependencies=[needs("policy.write")])
async def preview(request: Request, wanted: shapes.TryIn) -> Json:
    """Tell how many calls of a week a rule would draw, beside the rule in force; nothing is drawn, no call is shown."""
    zone = keeper_of(request).zone
    week = wanted.week or last_week(datetime.fromtimestamp(now_of(request), zone))
    whole = keeping.Week(week, *week_of(week, zone), _TRIAL)
    drawable = scope_of(who(request)).training()
    async with database(request).reading() as session:
        _, held = await keeping.sampling(session)
        now, then = await keeping.tried(session, whole, drawable, (held, wanted.sampling))
    return {"week": week, "calls": then.calls, "agents": then.agents,
            "now": {"drawn": now.drawn, "reasons": now.reasons}, "then": {"drawn": then.drawn, "reasons": then.reasons}}


def last_week(today: datetime) -> str:
    """Return the last week that is over, as ISO 8601 writes it."""
    year, week, _ = (today - timedelta(days=7)).isocalendar()
    return f"{year}-W{week:02}"


async def _set(request: Request, kind: str, rule: BaseModel, why: str) -> Json:
    wanted, now = expected(request, required=True, thing=_THING[kind]), now_of(request)
    async with database(request).writing() as session:
        there = await versions.versions(session, kind)
        check_version(there[0].version if there else 0, wanted, thing=_THING[kind])
        await versions.add_version(session, kind, rule.model_dump(mode="json"), now, who(request).id, why, now)
        note_by(session, now, "policy.set", who(request), kind, why=why)
        return await _rules(session)


async def _rules(session: AsyncSession) -> Json:
    (sampled, sampling), (carded, card) = await keeping.sampling(session), await keeping.scorecard(session)
    return {"sampling": sampling.model_dump(mode="json"), "sampling_version": sampled,
            "scorecard": card.model_dump(mode="json"), "scorecard_version": carded}
