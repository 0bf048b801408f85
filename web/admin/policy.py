"""The policy: clocks, caps, samples, the ladder; what a change would change; every version with who, when and why."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from api.access import database, needs, who
from api.people.names import people_names
from api.rules import routes as rules
from api.rules import routes_classification as classification
from api.schemas import Strict
from web.admin.difference import difference, place_in_words, value_in_words
from web.site import for_script, page, part, texts_of
from workorders.life.calendar import Unit
from workorders.life.policy import Policy

router = APIRouter(prefix="/policy", dependencies=[needs("policy.read")])
# the fields of a policy as the page groups them; terms, desks, ladder and signature have tables of their own
GROUPS: Final = {
    "pauses": ("most_pauses", "longest_pause"),
    "extensions": ("most_extensions",),
    "returns": ("return_within", "plead_within", "most_returns"),
    "sampling": ("follow_up_share", "refusal_review_share", "calls_to_reach", "unhappy_at_most"),
    "closing": ("close_margin", "object_within", "reopen_within", "longest_shelving"),
    "texts": ("least_reply", "text_limit"),
}


class Wish(Strict):
    """A policy that somebody thinks of setting."""

    policy: Policy


@router.get("")
async def shown(request: Request) -> HTMLResponse:
    """The newest policy, to be read or changed, and its versions."""
    async with database(request).one_reading():
        newest = await rules.policy(request, Response())
        versions = (await rules.policies(request))["versions"]
        classes = await classification.newest(request, Response())
        names = await names_of_people(request, {one["by"] for one in versions})
    document, writes = for_script(newest["policy"]), who(request).may("policy.write")
    fields = classes["classification"]["fields"]

    def form() -> dict[str, Any]:
        return {"policy": newest["policy"], "groups": GROUPS, "units": [unit.value for unit in Unit], "classes": fields,
                "writes": writes, "words": _words(request),
                "document": json.dumps(newest["policy"], ensure_ascii=False, indent=2)}

    drawn = part(request, "parts/policy_form.html", (document, json.dumps(fields), writes), form)
    return page(request, "policy.html", newest=newest, versions=versions, writes=writes, names=names, form=drawn,
                for_script=document)


@router.get("/versions/{version}")
async def version(request: Request, version: Annotated[int, Path(ge=1, le=999_999)]) -> HTMLResponse:
    """What one version changed in the one before it."""
    now, before = await rules.policy_version(request, version), await rules.policy_version(request, version - 1)
    return page(request, "policy_version.html", one=now, changes=_told(request, before["policy"], now["policy"]),
                names=await names_of_people(request, {now["by"]}))


@router.post("/difference", dependencies=[needs("policy.write")])
async def would_change(request: Request, wish: Wish) -> dict[str, Any]:
    """Check a policy and tell what it would change in the newest one; nothing is set."""
    newest = await rules.policy(request, Response())
    wanted = wish.policy.model_dump(mode="json")
    return {"version": newest["version"], "policy": wanted, "changes": _told(request, newest["policy"], wanted)}


def _told(request: Request, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    texts = texts_of(request)
    return [{"place": place_in_words(texts, one.path), "before": value_in_words(texts, one.path, one.before),
             "after": value_in_words(texts, one.path, one.after)} for one in difference(before, after)]


def _words(request: Request) -> Any:
    texts = texts_of(request)
    return lambda name, value: value_in_words(texts, (name,), value)


async def names_of_people(request: Request, ids: set[str]) -> dict[str, str]:
    """Return id → name of the people who set something."""
    async with database(request).reading() as session:
        return await people_names(session, ids)
