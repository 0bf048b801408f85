"""The directory: lists of who can be rung, and one entry with a form and its history, as the API gives them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import needs, who
from api.directory import routes
from api.directory.schemas import Kind
from api.schemas import WordOrNone
from routing.directory import Word
from web.directory.versions import told
from web.site import page, texts_of

router = APIRouter(prefix="/directory", dependencies=[needs("directory.read")])
KINDS: Final = ("agents", "units", "experts", "leaders", "emergency")
GONE: Final = "gone"
_MOST_PHONES: Final = 12
_EMPTY: Final[dict[str, Any]] = {"name": "", "phone": "", "kind": "web", "skills": ["general"], "aliases": [],
                                 "duties": "", "phones": [{"number": "", "label": "", "order": 1, "accept": False}]}


@router.get("")
async def listed(request: Request, kind: Annotated[str, Query(max_length=12)] = "units") -> HTMLResponse:
    """Everybody of one kind, or those who were taken out."""
    found = await routes.listed(request)
    shown = kind if kind in (*KINDS, GONE) else "units"
    counts = {name: len(found[name]) for name in (*KINDS, GONE)}
    return page(request, "directory.html", kind=shown, kinds=KINDS, counts=counts, rows=found[shown],
                writes=who(request).may("directory.write"))


@router.get("/new", dependencies=[needs("directory.write")])
async def new(request: Request, kind: Kind = "units", id: WordOrNone = "") -> Response:
    """An empty form; where there is an entry already, or was one, its own page."""
    if id and await routes.is_known(request, kind, id):
        return RedirectResponse(f"/directory/{kind}/{id}", 303)
    return page(request, "directory_entry.html", kind=kind, name="", id=id, version=0, entry=_EMPTY, gone=False,
                history=[], writes=True, most=_MOST_PHONES)


@router.get("/{kind}/{name}")
async def one(request: Request, kind: Kind, name: Word) -> HTMLResponse:
    """One entry: as it is, and how it came to be so."""
    found = await routes.read(request, Response(), kind, name)
    versions = [{**version, "body": _body(version["entry"])} for version in told(texts_of(request), found["history"])]
    last = next((version["entry"] for version in found["history"] if version["entry"] is not None), _EMPTY)
    return page(request, "directory_entry.html", kind=kind, name=last["name"], id=name, version=found["version"],
                entry=last, gone=found["entry"] is None, history=versions, most=_MOST_PHONES,
                writes=who(request).may("directory.write"))


def _body(entry: dict[str, Any] | None) -> str:
    """Return an entry as it is sent to be set back, "" for none."""
    return "" if entry is None else json.dumps({key: value for key, value in entry.items() if key != "id"})
