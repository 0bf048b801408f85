"""三级分类: read by whoever classifies, edited by admins, each version kept with who, when and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from api.people.audit import note_by
from api.problems import Problem
from api.rules.routes import Moment, VersionOut, VersionsOut, Why
from api.schemas import Strict
from api.wire.once import OnceIfAsked
from api.wire.versions import check, etag_of, expected
from workorders.keeping import rules
from workorders.keeping.class_usage import usage
from workorders.life.classification import SEED, ClassTree, unknown_fields
from workorders.life.policy import Policy

router = APIRouter(prefix="/api/classification", tags=["rules"], route_class=OnceIfAsked)
_THING = "分类"
_YEAR = 365 * 86_400.0


class ClassificationIn(Strict):
    """The whole classification, from a moment on."""

    classification: ClassTree
    why: Why
    valid_from: Moment = None


class ClassificationOut(VersionOut):
    """A version of the classification. `unknown_in_policy`: fields that rules of the policy name and it lacks."""

    classification: ClassTree
    unknown_in_policy: list[str]


class UsageOut(BaseModel):
    """A path and its use; `lead` is "" where too few orders say nothing. Reports are not counted."""

    path: list[str]
    orders: int
    open: int
    lead: str
    share: float


class UsagesOut(BaseModel):
    """The use of every path that is used."""

    paths: list[UsageOut]


@router.get("", responses={200: {"model": ClassificationOut}}, dependencies=[needs("classification.read")])
async def newest(request: Request, response: Response) -> dict[str, Any]:
    """Show the newest classification, also one that holds only from later on; the ETag is its version."""
    async with database(request).reading() as session:
        found = await _version(request, session, None)
    response.headers["ETag"] = etag_of(found["version"])
    return found


@router.get("/versions", responses={200: {"model": VersionsOut}}, dependencies=[needs("classification.read")])
async def versions(request: Request) -> dict[str, Any]:
    """List the versions of the classification."""
    async with database(request).reading() as session:
        return {"versions": [_head(row) for row in await rules.versions(session, rules.CLASSES)]}


@router.get("/versions/{version}", responses={200: {"model": ClassificationOut}},
            dependencies=[needs("classification.read")])
async def one_version(request: Request, version: Annotated[int, Path(ge=0, le=999_999)]) -> dict[str, Any]:
    """Show one version of the classification as it was set; version 0 is what the software came with."""
    async with database(request).reading() as session:
        return await _version(request, session, version)


@router.get("/usage", responses={200: {"model": UsagesOut}}, dependencies=[needs("classification.write")])
async def used(request: Request) -> dict[str, Any]:
    """Tell how many orders of the last year stand under each path, how many are open, who mostly leads them."""
    async with database(request).reading() as session:
        found = await usage(session, now_of(request) - _YEAR)
    return {"paths": [asdict(one) for one in found]}


@router.put("", responses={200: {"model": ClassificationOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("classification.write")])
async def put(request: Request, response: Response, wanted: ClassificationIn) -> dict[str, Any]:
    """Set the classification. Orders keep the class they have; forms and Open311 offer the new one."""
    seen, now = expected(request, required=True, thing=_THING), now_of(request)
    async with database(request).writing() as session:
        there = await rules.versions(session, rules.CLASSES)
        check(there[0].version if there else 0, seen, thing=_THING)
        await rules.set_classes(session, wanted.classification, wanted.valid_from or now, who(request).id, wanted.why,
                                now)
        note_by(session, now, "classification.set", who(request), "classification", why=wanted.why)
    keeper_of(request).rulebook.forget()
    return await newest(request, response)


async def _version(request: Request, session: AsyncSession, version: int | None) -> dict[str, Any]:
    """Return a version, None for the newest, with what the policy of now names besides. Raises Problem 404."""
    there = await rules.versions(session, rules.CLASSES)
    row = next((one for one in there if version in (None, one.version)), None)
    if row is None and version:
        raise Problem(404, "not_found", f"没有第 {version} 版分类", "从版本列表中选择")
    told = ClassTree.model_validate(row.body) if row else SEED
    policy = (await keeper_of(request).rules(session, now_of(request))).policy
    return (_head(row) if row else VersionOut(version=0, valid_from=0, by="", why="", at=0).model_dump()) | {
        "classification": told.model_dump(mode="json"),
        "unknown_in_policy": unknown_fields(named_in(policy), told.tree)}


def _head(row: Any) -> dict[str, Any]:
    return VersionOut.model_validate(row, from_attributes=True).model_dump()


def named_in(policy: Policy) -> list[str]:
    """Return the fields that rules of the policy name."""
    whens = (*(rule.when for rule in policy.terms), *(rule.when for rule in policy.bring), *policy.signature)
    return [name for when in whens for name in when.fields]
