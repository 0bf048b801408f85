"""Releases: which there are, who signed them and why, what changed, back to an older one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.access import needs
from api.menu.desk import desk, run
from api.menu.routes_drafts import shown_change
from api.menu.schemas import RollbackIn, WithdrawIn
from ivr.difference import changes
from ivr.publishing import Signed
from ivr.shelf import Shelf

router = APIRouter(prefix="/api/menu/releases", tags=["menu"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("", dependencies=[needs("flows.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List all releases, the newest first, with the acts that brought them into force."""
    index = await run(_shelf(request).index)
    return {"current": index.current, "releases": [asdict(entry) for entry in reversed(index.entries)],
            "acts": [asdict(act) for act in reversed(index.acts)]}


@router.get("/{number}", dependencies=[needs("flows.read")])
async def read(request: Request, number: Number) -> dict[str, Any]:
    """Read a release as it was edited."""
    shelf = desk(request).publishing.shelf
    entry = await run(lambda: shelf.index().entry(number))
    return asdict(entry) | {"document": await run(shelf.document, number)}


async def in_force(request: Request) -> tuple[int, dict[str, Any]]:
    """Return the number of the release in force and the document that it was made of; 0 where there is none."""
    return await run(_in_force, _shelf(request))


async def document(request: Request, number: int) -> dict[str, Any]:
    """Return the document that a release was made of."""
    return await run(_shelf(request).document, number)


def _shelf(request: Request) -> Shelf:
    """Return the shelf to read from: what a desk has beside it costs more than the reading."""
    return Shelf(request.app.state.settings.release_dir)


def _in_force(shelf: Shelf) -> tuple[int, dict[str, Any]]:
    current = int(shelf.index().current)
    return current, shelf.document(current) if current else {}


@router.get("/{number}/difference", dependencies=[needs("flows.read")])
async def difference(request: Request, number: Number, to: Annotated[int, Query(ge=0)]) -> dict[str, Any]:
    """Tell what changed from this release to another, in words and side by side."""
    publishing = desk(request).publishing
    found = await run(lambda: changes(publishing.plain_release(number), publishing.plain_release(to)))
    return {"changes": [shown_change(change) for change in found]}


@router.post("/{number}/rollback", dependencies=[needs("flows.publish")])
async def roll_back(request: Request, number: Number, wish: RollbackIn) -> dict[str, Any]:
    """Put an older release in force again, for calls that begin from now on."""
    at = desk(request)
    return asdict(await run(at.publishing.roll_back, number, Signed(at.by, wish.why, wish.expected)))


@router.post("/{number}/withdraw", dependencies=[needs("flows.publish")])
async def withdraw(request: Request, number: Number, wish: WithdrawIn) -> dict[str, Any]:
    """Take back a release that waits for its time."""
    at = desk(request)
    return asdict(await run(at.publishing.shelf.withdraw, number, at.by, wish.why))
