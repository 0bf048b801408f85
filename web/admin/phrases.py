"""模板: each owner's phrases as a list to edit, what a change would change, every version with who, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import database, needs, who
from api.phrases import routes as api
from api.schemas import Strict
from web.admin.policy import names_of_people
from web.orders.routes import units_of
from web.site import for_script, page, texts_of
from web.texts import Texts
from workorders.phrases.keeping import HOTLINE
from workorders.phrases.rules import MOST, Kind, Phrase, Phrases, changes

router = APIRouter(prefix="/phrases", dependencies=[needs("phrases.read")])
_SHORT = 60  # characters of a text that are told of a change


class Wish(Strict):
    """A list that somebody thinks of setting."""

    owner: api.Owner
    phrases: Annotated[list[Phrase], Field(max_length=MOST)]


@router.get("")
async def shown(request: Request, owner: Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = "") -> HTMLResponse:
    """An owner's list: one's own unit's, else the hotline's, where none is asked for."""
    caller = who(request)
    chosen = owner or api.own_unit(caller) or HOTLINE
    async with database(request).one_reading():
        newest = await api.newest(request, Response(), chosen)
        versions = (await api.versions(request, chosen))["versions"]
        units, names = await units_of(request), await names_of_people(request, {one["by"] for one in versions})
    own = {api.own_unit(caller)} - {""}
    owners = [HOTLINE, *sorted(units if caller.may("directory.write") else own)]
    return page(request, "phrases.html", newest=newest, owner=chosen, owners=owners, units=units, hotline=HOTLINE,
                versions=versions, names=names,
                kinds=get_args(Kind), writes=api.may_edit(caller, chosen),
                for_script=for_script({"owner": chosen, "version": newest["version"]}))


@router.post("/difference", dependencies=[needs("phrases.write")])
async def would_change(request: Request, wish: Wish) -> dict[str, Any]:
    """Check a list and tell what it would change; nothing is set."""
    newest = await api.newest(request, Response(), wish.owner)
    before, after = Phrases(phrases=newest["phrases"]), api.phrases_in(wish.phrases)
    told = list(_told(texts_of(request), before, after))
    if not told and before != after:
        told = [texts_of(request)("phrases.change.order")]
    return {"version": newest["version"], "changes": told,
            "phrases": [one.model_dump() for one in after.phrases]}


@router.get("/{owner}/{version}")
async def version(request: Request, owner: api.Owner, version: Annotated[int, Path(ge=1, le=999_999)]) -> HTMLResponse:
    """What one version changed in the one before it."""
    now, before = [await api.one_version(request, owner, one) for one in (version, version - 1)]
    told = list(_told(texts_of(request), *(Phrases(phrases=one["phrases"]) for one in (before, now))))
    return page(request, "phrases_version.html", one=now, owner=owner, changes=told,
                names=await names_of_people(request, {now["by"]}))


def _told(texts: Texts, before: Phrases, after: Phrases) -> Iterator[str]:
    for one in changes(before, after):
        what = "new" if one.before is None else "gone" if one.after is None else "changed"
        phrase = one.after or one.before
        assert phrase is not None
        yield texts(f"phrases.change.{what}", code=one.key, title=phrase.title, text=_short(phrase.text),
                    before=_short(one.before.text) if one.before else "")


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT - 1] + "…"
