"""The list of orders and one order: what the API answers to the same person, as pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, needs, now_of, who
from api.attachments import routes as attachments
from api.orders import routes as orders
from api.orders import routes_acts as acts
from api.orders import routes_desk as desk
from api.orders.keeping import keeper_of
from api.orders.lists import Filters, open_findings
from api.orders.pages import counted
from api.people.places import unit_names
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import Number
from api.talks import routes as talks
from api.wire.paging import Cursor
from api.wording.sentences import say
from web.orders.asked import doors, paths
from web.orders.boxes import NEEDS_WORDS, Box, boxes_for, chosen
from web.orders.forms import Form, forms_of
from web.recordings.drawn import drawn_call
from web.recordings.life import names_of, woven
from web.site import page, part, site_of, texts_of, unit_options
from workorders.knowledge.wishes import cited_in
from workorders.life.matters import Tree
from workorders.life.words import Kind
from workorders.orders import seen

router = APIRouter(prefix="/orders", dependencies=[needs("orders.read")])
_PAGE = 30
_KINDS: Final = frozenset(kind.value for kind in Kind if kind.value)
_LINES = 200  # of a history
_MOST_COUNTED = 100  # a tab says 99+ from here on
# what the API leaves out for those who do not see it
_UNSEEN: Final[Mapping[str, Any]] = {"clocks": [], "parts": [], "requests": [], "findings": [], "reply": None,
                                     "talk": [], "kept_back": ("name", "caller", "address")}


@dataclass(frozen=True, slots=True)
class Looked:
    """What the list is looked through for, as the form of the page sends it: "" is not asked."""

    box: Annotated[str, Query(max_length=20)] = ""
    q: Annotated[str, Query(max_length=100)] = ""
    kind: Annotated[str, Query(pattern="^[a-z]{0,12}$")] = ""
    urgency: Annotated[str, Query(pattern="^[0-2]?$")] = ""
    unit: Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""
    due: Literal["", "late", "day", "week"] = ""
    sort: Literal["due", "newest"] = "due"


@router.get("")
async def listed(request: Request, looked: Annotated[Looked, Depends()], cursor: Cursor = None) -> HTMLResponse:
    """The orders that whoever asks may see, in the boxes of their office, what falls due first at the top."""
    boxes = boxes_for(who(request))
    box = chosen(boxes, looked.box)
    async with database(request).one_reading(), database(request).reading() as session:
        found = await orders.listed(request, _filters(request, box, looked), cursor, _PAGE)
        findings = await open_findings(session, who(request), [row["number"] for row in found["work_orders"]])
        units = await units_of(request)
    said = {name: value for name, value in asdict(looked).items() if value} | {"box": box.key}
    return page(request, "orders.html", rows=found["work_orders"], following=found["next"], looked=looked, boxes=boxes,
                box=box, findings=findings, asked=urlencode(said), units=units, needs_words=NEEDS_WORDS,
                narrowed=any((looked.q, looked.kind, looked.urgency, looked.unit, looked.due)),
                export=urlencode([("format", "xlsx"), *_exported(request, box, looked)]))


@router.get("/counts")
async def counts(request: Request) -> dict[str, int]:
    """How many orders wait in each box whose tab says so; 100 stands for that many or more."""
    boxes, scope = [box for box in boxes_for(who(request)) if box.counted], scope_of(who(request))
    async with database(request).reading() as session:
        return {box.key: await counted(session, scope, _filters(request, box, Looked()), _MOST_COUNTED)
                for box in boxes}


@router.get("/print")
async def sheets(request: Request,
                 number: Annotated[list[Number], Query(min_length=1, max_length=100)]) -> HTMLResponse:
    """Several orders, each as a sheet of paper."""
    return await desk.prints(request, number)


def _filters(request: Request, box: Box, looked: Looked) -> Filters:
    """Return what the API is asked for. A unit's people see their unit's part, and its own deadline."""
    now = now_of(request)
    before = {"late": now, "day": now + 86400.0, "week": now + 7 * 86400.0}.get("late" if box.late else looked.due)
    unit = who(request).unit
    return Filters(state=list(box.states) or None,
                   unit=None if box.to_answer else unit or looked.unit or None,  # its part may be over, its word is not
                   to_answer=unit if box.to_answer and unit else None,
                   kind=[Kind(looked.kind)] if looked.kind in _KINDS else None,
                   urgency=int(looked.urgency) if looked.urgency else None, due_before=before, finding=box.finding,
                   q=looked.q.strip() or None, sort=looked.sort)


def _exported(request: Request, box: Box, looked: Looked) -> list[tuple[str, str]]:
    """Return the same list as the export asks for it."""
    asked = asdict(_filters(request, box, looked))
    return [(name, str(one)) for name, value in asked.items() if value is not None
            for one in (value if isinstance(value, list) else [value])]


@router.get("/{number}")
async def one(request: Request, number: Number,
              do: Annotated[str, Query(pattern="^[a-z_]{0,40}$")] = "") -> HTMLResponse:
    """One order: its words, clocks, units, and what may be done to it now; the form of `do` stands open."""
    async with database(request).one_reading(), database(request).reading() as session:
        body = await orders.read(_as_new(request), Response(), number)
        assert isinstance(body, dict)  # no If-None-Match is passed on
        if body.get("only_finding"):
            units = await units_of(request)
            return page(request, "order_finding.html", order={**_UNSEEN, **body}, forms=forms_of(body["acts"]), do=do,
                        units=units, every_unit=unit_options(request, units.items()), doors=doors())
        classes = (await keeper_of(request).rules(session, now_of(request))).classes
        units, files = await units_of(request), await _files(request, number)
        cited = await _cited(request, session, body.get("call_key"))
        life = woven(await _history(request, number), (await talks.of_order(request, number))["calls"])
    forms = forms_of(body["acts"])
    names, options = names_of(site_of(request).directory, units), unit_options(request, units.items())
    return page(request, "order.html", order={**_UNSEEN, **body}, forms=forms, units=units, life=life,
                do=do, doors=doors(), paths=_paths(request, classes), files=files, cited=cited, every_unit=options,
                drawn_act=lambda form: _act(request, form, units, options, do),
                drawn_call=lambda call: drawn_call(request, call, names),
                taken=_was_taken(request, body, forms), names=names)


def _act(request: Request, form: Form, units: Mapping[str, str], options: Markup, do: str) -> Markup:
    """Return a form that looks the same on every order; `options` are `units` to choose from."""
    language, about = texts_of(request).language, {form.about: units.get(form.about, form.about)}
    content = form, do == form.do, about[form.about], options if form.asks_unit else ""
    return part(request, "parts/act.html", content, lambda: {
        "form": form, "units": about, "do": do, "doors": doors(), "told": lambda sentence: say(sentence, language),
        "every_unit": options})


def _paths(request: Request, classes: Tree) -> Markup:
    """Return every path of the classification, for a field to be completed from."""
    every = tuple(paths(classes))
    return part(request, "parts/paths.html", every, lambda: {"paths": every})


@router.get("/{number}/version")
async def version(request: Request, number: Number) -> dict[str, int]:
    """Which version of the order there is now: an open page asks whether it is still the one that is shown."""
    async with database(request).reading() as session:
        return {"version": (await seen(session, number, scope_of(who(request)).orders_to_act_on())).version}


@router.get("/{number}/print")
async def on_paper(request: Request, number: Number) -> HTMLResponse:
    """One order as a sheet of paper."""
    return await desk.prints(request, [number])


async def _cited(request: Request, session: AsyncSession, call: str | None) -> list[tuple[int, int, str]]:
    """Return number, edition and title of the knowledge that was cited in the order's call."""
    return await cited_in(session, call) if call and who(request).may("knowledge.read") else []


def _was_taken(request: Request, order: Mapping[str, Any], forms: Iterable[Form]) -> bool:
    """Tell whether the reader's unit was with the citizen and has only to sign for what it heard."""
    unit = who(request).unit
    return bool(unit) and order.get("first_responder") == unit and any(
        form.do == "sign_for" and not form.blocked for form in forms)


async def _files(request: Request, number: str) -> list[dict[str, Any]]:
    """Return the files that whoever asks may open."""
    if not who(request).may("attachments.read"):
        return []
    found: list[dict[str, Any]] = (await attachments.listed(request, number))["attachments"]
    return found


async def _history(request: Request, number: str) -> list[dict[str, Any]]:
    """Return the order's history, nothing for those whom the API does not show it."""
    try:
        found = await acts.history(request, Response(), number, None, _LINES)
    except Problem:
        return []
    lines: list[dict[str, Any]] = found["history"]
    return lines


def _as_new(request: Request) -> Request:
    """Return the request without If-None-Match: a page is always made whole."""
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"if-none-match"]
    return Request({**request.scope, "headers": headers}, request.receive)


async def units_of(request: Request) -> dict[str, str]:
    """Return unit → name: those of the directory, and those that stand somewhere."""
    names: dict[str, str] = {party.id: party.name for party in site_of(request).directory.units}
    async with database(request).reading() as session:
        names.update((unit, name or unit) for unit, name in await unit_names(session))
    return names
