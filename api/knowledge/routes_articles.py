"""Articles: searched as one types, listed, read, written as drafts, published, reviewed, withdrawn."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.knowledge import schemas as shapes
from api.knowledge.shown import edition as edition_shown
from api.knowledge.shown import rows, whole
from api.knowledge.sight import keeps, must_keep, reads
from api.people.audit import note_by
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from api.wire.versions import check, etag_of, expected
from workorders.errors import NotFound
from workorders.keeping.words import LONGEST_QUERY
from workorders.knowledge import finding, keeping
from workorders.knowledge.keeping import By, Content
from workorders.knowledge.rules import Do
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeEdition

Json = dict[str, Any]
router = APIRouter(prefix="/api/knowledge", tags=["knowledge"], route_class=Once)
_VERSIONED: Final = {"x-refusals": [412, 428]}
_ARTICLE: Final[dict[int | str, Json]] = {200: {"model": shapes.ArticleOut}}
_DONE: Final[dict[int | str, Json]] = {201: {"model": shapes.ArticleOut}}
_DO: Final = {"publish": keeping.publish, "review": keeping.review, "withdraw": keeping.withdraw}


@router.get("/search", responses={200: {"model": shapes.SearchOut}}, dependencies=[needs("knowledge.read")])
async def search(request: Request, q: shapes.Typed = "", field: Annotated[str, Query(max_length=40)] = "",
                 unit: shapes.UnitAsked = None,
                 limit: Annotated[int, Query(ge=1, le=finding.MOST)] = finding.MOST) -> Json:
    """Find what is in use, as one types: a word of one character will do. Without words: what is cited most."""
    asked = finding.Asked(q[:LONGEST_QUERY].replace("\0", ""), field.replace("\0", ""), unit or "", limit)
    async with database(request).reading() as session:
        found = await finding.find(session, asked, reads(who(request)))
        return {"articles": await rows(request, session, found.articles, asked.words), "near": found.near}


@router.get("", responses={200: {"model": shapes.ArticlesOut}}, dependencies=[needs("knowledge.read")])
async def listed(request: Request, state: shapes.State | None = None, unit: shapes.UnitAsked = None,
                 field: Annotated[str | None, Query(max_length=40)] = None,
                 overdue: Annotated[bool, Query(description="past the day by which it must be reviewed")] = False,
                 kept: Annotated[bool, Query(description="which the caller keeps")] = False,
                 pending: Annotated[bool, Query(description="with words that are not published yet")] = False,
                 cursor: Cursor = None, limit: Limit = 50) -> Json:
    """List articles, what was changed last first: those in use, and for their keepers the others too."""
    asked = {"state": state, "unit": unit, "field": field and field.replace("\0", "")}
    tie = filters_digest("knowledge", asked | {"overdue": overdue, "kept": kept, "pending": pending})
    place = place_of(tie, cursor, (float, int))
    held = [reads(who(request)), *(getattr(KnowledgeArticle, name) == value for name, value in asked.items()
                                   if value is not None)]
    held += _marked(request, overdue=overdue, kept=kept, pending=pending)
    row = tuple_(col(KnowledgeArticle.changed_at), col(KnowledgeArticle.number))
    query = select(KnowledgeArticle).where(*held)
    query = query if place is None else query.where(row < tuple_(*place))
    query = query.order_by(col(KnowledgeArticle.changed_at).desc(), col(KnowledgeArticle.number).desc())
    async with database(request).reading() as session:
        found = (await session.execute(query.limit(limit + 1))).scalars().all()
        shown = await rows(request, session, found[:limit])
    more = found[limit - 1] if len(found) > limit else None
    return {"articles": shown, "next": cursor_of(tie, (more.changed_at, more.number)) if more else None}


def _marked(request: Request, *, overdue: bool, kept: bool, pending: bool) -> list[ColumnElement[bool]]:
    row = KnowledgeArticle
    found = []
    if overdue:
        found += [col(row.state) == "published", col(row.due_at) <= now_of(request)]
    if pending:
        found += [or_(col(row.state) == "draft", col(row.latest) > col(row.published)), keeps(who(request))]
    if kept:
        found.append(keeps(who(request)))
    return found


@router.post("", status_code=201, responses=_DONE, dependencies=[needs("knowledge.write")])
async def make(request: Request, response: Response, wanted: shapes.ArticleIn) -> Json:
    """Write a new article: a draft, until the hotline publishes it."""
    async with changing(request) as session:
        await must_keep(session, who(request), wanted.unit)
        article = await keeping.make(session, _content(wanted), _by(request, wanted.why))
        return await _changed(request, response, session, article, "make")


@router.get("/{article}", responses=_ARTICLE, dependencies=[needs("knowledge.read")])
async def read(request: Request, response: Response, article: shapes.Number) -> Any:
    """Show an article, with its history for those who keep it."""
    async with database(request).reading() as session:
        query = select(KnowledgeArticle).where(col(KnowledgeArticle.number) == article, reads(who(request)))
        found = keeping.there(article, (await session.execute(query)).scalar_one_or_none())
        body = await whole(request, session, found)
    response.headers["ETag"] = etag_of(found.version)
    return body


@router.put("/{article}", responses=_ARTICLE, openapi_extra=_VERSIONED, dependencies=[needs("knowledge.write")])
async def edit(request: Request, response: Response, article: shapes.Number, wanted: shapes.ArticleIn) -> Json:
    """Change an article. New words wait to be published, unit and interval hold at once. If-Match: what was read."""
    version = expected(request, required=True, thing="知识")
    async with database(request).writing() as session:
        found = await keeping.locked(session, article, keeps(who(request)))
        check(found.version, version, "知识")
        await must_keep(session, who(request), wanted.unit)
        await keeping.edit(session, found, _content(wanted), _by(request, wanted.why))
        return await _changed(request, response, session, found, "edit")


@router.get("/{article}/editions/{edition}", responses={200: {"model": shapes.EditionOut}},
            dependencies=[needs("knowledge.read")])
async def read_edition(request: Request, article: shapes.Number, edition: shapes.Number) -> Json:
    """Show the words of an article as they once were: the edition in use to everybody, others to its keepers."""
    row = KnowledgeArticle
    in_use = (col(row.published) == edition) & reads(who(request))
    query = select(KnowledgeEdition).join(row, col(row.number) == col(KnowledgeEdition.number)).where(
        col(KnowledgeEdition.number) == article, col(KnowledgeEdition.edition) == edition,
        or_(in_use, keeps(who(request))))
    async with database(request).reading() as session:
        found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"知识 {article} 没有第 {edition} 版", "从这条知识的历史里打开")
    return edition_shown(found)


@router.post("/{article}/publication", status_code=201, responses=_DONE, openapi_extra=_VERSIONED,
             dependencies=[needs("knowledge.publish")])
async def publish(request: Request, response: Response, article: shapes.Number, wanted: shapes.ActIn) -> Json:
    """Put the newest words of an article into use; that counts as a review. If-Match: what was read."""
    return await _do(request, response, article, "publish", wanted.why)


@router.post("/{article}/review", status_code=201, responses=_DONE, openapi_extra=_VERSIONED,
             dependencies=[needs("knowledge.write")])
async def review(request: Request, response: Response, article: shapes.Number, wanted: shapes.ActIn) -> Json:
    """Say that an article was looked at and still is right. If-Match: what was read."""
    return await _do(request, response, article, "review", wanted.why)


@router.post("/{article}/withdrawal", status_code=201, responses=_DONE, openapi_extra=_VERSIONED,
             dependencies=[needs("knowledge.write")])
async def withdraw(request: Request, response: Response, article: shapes.Number, wanted: shapes.ReasonIn) -> Json:
    """Take an article out of use; it stays with its history. If-Match: what was read."""
    return await _do(request, response, article, "withdraw", wanted.why)


async def _do(request: Request, response: Response, number: int, do: Do, why: str) -> Json:
    version = expected(request, required=True, thing="知识")
    async with changing(request) as session:
        found = await keeping.locked(session, number, keeps(who(request)))
        check(found.version, version, "知识")
        await _DO[do](session, found, _by(request, why))
        return await _changed(request, response, session, found, do)


async def _changed(request: Request, response: Response, session: AsyncSession, article: KnowledgeArticle,
                   do: Do) -> Json:
    note_by(session, now_of(request), "knowledge.changed", who(request), str(article.number), do=do,
            version=article.version)
    response.headers["ETag"] = etag_of(article.version)
    return await whole(request, session, article)


def _content(wanted: shapes.ArticleIn) -> Content:
    return Content(**wanted.model_dump(exclude={"why"}))


def _by(request: Request, why: str) -> By:
    return By(who(request).id, now_of(request), why)
