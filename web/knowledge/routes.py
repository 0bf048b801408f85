"""What the API says of articles, as pages: found, read, written, compared; and what their keepers are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.access import database, needs, now_of, who
from api.knowledge import routes_articles as articles
from api.knowledge import routes_wishes as wishes
from api.knowledge.schemas import Number
from api.orders.keeping import keeper_of
from api.orders.sight import below
from api.people.caller import Caller
from api.people.names import people_names
from api.wire.paging import Cursor
from web.knowledge.words import blocks, difference
from web.orders.routes import units_of
from web.site import page
from workorders.knowledge.rules import LONGEST, SHORTEST, TITLE, USUAL, WORDS

router = APIRouter(prefix="/knowledge")
_PAGE = 30
_LIMITS: Final = {"title": TITLE, "words": WORDS, "shortest": SHORTEST, "longest": LONGEST}
_NEW: Final[dict[str, Any]] = {"number": 0, "version": 0, "title": "", "words": "", "unit": "", "field": "",
                               "public": False, "review_days": USUAL, "draft": None, "state": "draft"}
Box = Literal["used", "kept", "overdue", "pending", "withdrawn"]
BOXES: Final[tuple[Box, ...]] = ("used", "kept", "overdue", "pending", "withdrawn")
_ASKED: Final[dict[Box, dict[str, Any]]] = {
    "used": {"state": "published"}, "kept": {"kept": True}, "overdue": {"overdue": True},
    "pending": {"pending": True}, "withdrawn": {"state": "withdrawn"}}


@dataclass(frozen=True, slots=True)
class Looked:
    """What the list is narrowed to: "" is not asked."""

    box: Box = "used"
    q: Annotated[str, Query(max_length=100)] = ""
    field: Annotated[str, Query(max_length=40)] = ""
    unit: Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""


@router.get("", dependencies=[needs("knowledge.read")])
async def listed(request: Request, looked: Annotated[Looked, Depends()], cursor: Cursor = None) -> HTMLResponse:
    """The articles in use, and for their keepers those that wait for something; words look in what is in use."""
    async with database(request).one_reading():
        found = await _found(request, looked, cursor)
        units, fields = await units_of(request), await _fields(request)
    said = {name: value for name, value in asdict(looked).items() if value}
    return page(request, "knowledge.html", rows=found["articles"], near=found.get("near", False), looked=looked,
                following=found.get("next"), boxes=_boxes(who(request)), asked=urlencode(said),
                units=units, fields=fields)


async def _found(request: Request, looked: Looked, cursor: str | None) -> dict[str, Any]:
    if looked.q.strip():
        return await articles.search(request, looked.q, looked.field, looked.unit or None)
    return await articles.listed(request, unit=looked.unit or None, field=looked.field or None, cursor=cursor,
                                 limit=_PAGE, **_ASKED[looked.box])


@router.get("/new", dependencies=[needs("knowledge.write")])
async def new(request: Request, title: Annotated[str, Query(max_length=TITLE)] = "") -> HTMLResponse:
    """An empty form, for an article that is not there yet."""
    mine = who(request).unit
    return await _editor(request, _NEW | {"title": title, "unit": mine})


@router.get("/told", dependencies=[needs("knowledge.write")])
async def told(request: Request, gap: Cursor = None, flag: Cursor = None) -> HTMLResponse:
    """What nobody found, and what is said to be wrong, in the articles that the reader keeps."""
    missing = await wishes.gaps(request, cursor=gap, limit=_PAGE)
    wrong = await wishes.flags(request, cursor=flag, limit=_PAGE)
    return page(request, "knowledge_told.html", gaps=missing["gaps"], flags=wrong["flags"], more_gaps=missing["next"],
                more_flags=wrong["next"], units=await units_of(request),
                people=await _people(request, (one["by"] for one in wrong["flags"])))


@router.get("/{number}", dependencies=[needs("knowledge.read")])
async def one(request: Request, number: Number) -> HTMLResponse:
    """An article, what may be done with it, and for its keepers its history."""
    body = await articles.read(request, Response(), number)
    named = [body["reviewed_by"], *(one["by"] for one in body["history"]), *(
        one[who] for one in body["flagged"] for who in ("by", "settled_by"))]
    return page(request, "knowledge_article.html", article=body, blocks=blocks(body["words"]),
                units=await units_of(request), people=await _people(request, named))


@router.get("/{number}/edit", dependencies=[needs("knowledge.write")])
async def edit(request: Request, number: Number) -> HTMLResponse:
    """The newest words of an article, to be changed."""
    body = await articles.read(request, Response(), number)
    return await _editor(request, body | (body["draft"] or {}))


@router.get("/{number}/compare", dependencies=[needs("knowledge.write")])
async def compare(request: Request, number: Number, old: Number, new: Number) -> HTMLResponse:
    """Two editions of an article, line by line."""
    before, after = [await articles.read_edition(request, number, edition) for edition in (old, new)]
    named = await _people(request, (before["by"], after["by"]))
    return page(request, "knowledge_compare.html", number=number, before=before, after=after, people=named,
                lines=difference(_whole(before), _whole(after)))


def _whole(edition: dict[str, Any]) -> str:
    return f"{edition['title']}\n{edition['words']}"


async def _editor(request: Request, article: dict[str, Any]) -> HTMLResponse:
    caller, units = who(request), await units_of(request)
    if not caller.may("knowledge.publish"):
        async with database(request).reading() as session:
            own = await below(session, caller.unit)
        units = {unit: name for unit, name in units.items() if unit in own} or {caller.unit: caller.unit}
    return page(request, "knowledge_edit.html", article=article, units=units, fields=await _fields(request),
                limits=_LIMITS)


def _boxes(caller: Caller) -> tuple[Box, ...]:
    return BOXES if caller.may("knowledge.write") else ("used", "overdue")


async def _fields(request: Request) -> list[str]:
    async with database(request).reading() as session:
        return list((await keeper_of(request).rules(session, now_of(request))).classes)


async def _people(request: Request, ids: Iterable[str]) -> dict[str, str]:
    """Return person → name."""
    async with database(request).reading() as session:
        return await people_names(session, set(ids))
