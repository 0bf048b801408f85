"""The list of checks, one check with its recording, and the training clips; what they show, the API has said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from api.access import database, needs, now_of, who
from api.people.names import people_names
from api.quality import routes_checks as checks
from api.quality import routes_clips as clips
from api.quality import routes_rules
from api.schemas import Word
from api.talks.reading import told
from api.wire.paging import Cursor
from web.orders.routes import units_of
from web.recordings.drawn import voices
from web.recordings.life import names_of
from web.site import page, site_of, texts_of

router = APIRouter(prefix="/quality", dependencies=[needs("quality.read")])
_PAGE = 30


@dataclass(frozen=True, slots=True)
class Looked:
    """What the list is narrowed to, and what was just drawn: "" is not asked."""

    state: Literal["", "drawn", "scored", "appealed", "decided"] = ""
    agent: Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""
    week: Annotated[str, Query(pattern=r"^([0-9]{4}-W[0-9]{2})?$")] = ""
    drawn: Annotated[str, Query(pattern=r"^[0-9]{0,6}$")] = ""
    seed: Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,80}$")] = ""


@router.get("")
async def listed(request: Request, looked: Annotated[Looked, Depends()], cursor: Cursor = None) -> HTMLResponse:
    """The checks that whoever asks may see, the newest first; for those who draw, the form for it."""
    async with database(request).one_reading():
        found = await checks.listed(request, looked.state or None, looked.agent or None, looked.week or None, cursor,
                                    _PAGE)
        rules, names = await routes_rules.read_rules(request), await _names(request)
    said = {name: value for name, value in asdict(looked).items() if value and name not in ("drawn", "seed")}
    today = datetime.fromtimestamp(now_of(request), site_of(request).zone).isocalendar()
    return page(request, "quality.html", rows=found["checks"], following=found["next"], looked=looked,
                asked=urlencode(said), names=names, agents=site_of(request).directory.agents,
                this_week=f"{today.year}-W{today.week:02}", sampling=rules["sampling"])


@router.get("/clips")
async def training(request: Request, cursor: Cursor = None) -> HTMLResponse:
    """The training clips, the newest first."""
    found = await clips.listed(request, cursor, _PAGE)
    return page(request, "quality_clips.html", rows=found["clips"], following=found["next"],
                people=await _people(request, (one["by"] for one in found["clips"])))


@router.get("/{check}")
async def one(request: Request, check: Word) -> HTMLResponse:
    """One check: the recording, the scorecard, what was said about it, and what may be done now."""
    body = await checks.read(request, check)
    async with database(request).reading() as session:
        call, = await told(session, who(request), [body["call"]], report=False)
    people = await _people(request, (body[name] for name in ("drawn_by", "scored_by", "decided_by")))
    names = await _names(request)
    return page(request, "quality_check.html", check=body, call=call, names=names, people=people,
                voices=voices(texts_of(request), call, names))


async def _names(request: Request) -> dict[str, str]:
    return names_of(site_of(request).directory, await units_of(request))


async def _people(request: Request, ids: Iterable[str]) -> dict[str, str]:
    """Return person → name."""
    async with database(request).reading() as session:
        return await people_names(session, set(ids))
