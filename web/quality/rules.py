"""The rules of quality checks as forms: what is drawn, what is scored; what a change does, told before it is set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from api.access import database, needs, who
from api.quality import routes_rules as rules
from api.quality.schemas import TryIn
from api.schemas import Strict
from web import times
from web.admin.difference import Change, difference, place_in_words, value_in_words
from web.admin.policy import names_of_people
from web.site import for_script, page, texts_of
from web.texts import Texts
from workorders.quality.rules import FULL, WHOLE, Kind, Sampling, Scorecard

router = APIRouter(prefix="/quality/rules", dependencies=[needs("quality.rules")])
SECONDS: Final = ("shortest", "longest", "longest_wait")
KINDS: Final = get_args(Kind)


class Wish(Strict):
    """A rule that somebody thinks of setting: one of the two."""

    sampling: Sampling | None = None
    scorecard: Scorecard | None = None


@router.get("")
async def shown(request: Request) -> HTMLResponse:
    """Both rules in force, to be read or changed, and their versions."""
    async with database(request).one_reading():
        found = await rules.read_rules(request)
        history = {kind: (await rules.listed(request, kind))["versions"] for kind in ("sampling", "scorecard")}
        names = await names_of_people(request, {one["by"] for rows in history.values() for one in rows})
    return page(request, "quality_rules.html", rules=found, history=history, names=names, kinds=KINDS, full=FULL,
                whole=WHOLE, writes=who(request).may("policy.write"), sampling=found["sampling"],
                card=found["scorecard"], for_script=for_script(found))


@router.get("/{kind}/{version}")
async def version(request: Request, kind: Literal["sampling", "scorecard"],
                  version: Annotated[int, Path(ge=1, le=999_999)]) -> HTMLResponse:
    """What one version changed in the one before it."""
    now, before = await rules.one(request, kind, version), await rules.one(request, kind, version - 1)
    return page(request, "quality_rules_version.html", kind=kind, one=now,
                changes=_told(texts_of(request), before["rule"], now["rule"]),
                names=await names_of_people(request, {now["by"]}))


@router.post("/difference", dependencies=[needs("policy.write")])
async def would_change(request: Request, wish: Wish) -> dict[str, Any]:
    """Check a rule and tell what it would change; for a sampling rule also what it would draw. Nothing is set."""
    found, texts = await rules.read_rules(request), texts_of(request)
    kind, rule = ("sampling", wish.sampling) if wish.sampling else ("scorecard", wish.scorecard or Scorecard(
        **found["scorecard"]))
    wanted = rule.model_dump(mode="json")
    effect = list(_drawn(texts, await rules.preview(request, TryIn(sampling=wish.sampling)))) if wish.sampling else [
        texts("qrules.stays")]
    return {"version": found[f"{kind}_version"], "rule": wanted, "effect": effect,
            "changes": _told(texts, found[kind], wanted)}


def _drawn(texts: Texts, tried: dict[str, Any]) -> Iterator[str]:
    """Yield what the rule would have drawn of the last week, beside the rule in force."""
    if not tried["calls"]:
        yield texts("qrules.no_calls", week=tried["week"])
        return
    yield texts("qrules.looked", week=tried["week"], calls=tried["calls"], agents=tried["agents"])
    yield texts("qrules.drawn", now=tried["now"]["drawn"], then=tried["then"]["drawn"])
    for reason in sorted({*tried["now"]["reasons"], *tried["then"]["reasons"]}):
        yield texts("qrules.reason", reason=texts(f"quality.reason.{reason}"),
                    now=tried["now"]["reasons"].get(reason, 0), then=tried["then"]["reasons"].get(reason, 0))


def _told(texts: Texts, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    return [{"place": place_in_words(texts, one.path), "before": _value(texts, one, one.before),
             "after": _value(texts, one, one.after)} for one in difference(before, after) if one.path[-1] != "key"]


def _value(texts: Texts, one: Change, value: Any) -> str:
    if one.path[-1] in SECONDS and isinstance(value, int):
        return times.duration(texts, value) if value else texts("qrules.off")
    if isinstance(value, str) and not value:
        return texts("policy.nothing")
    return value_in_words(texts, one.path, value)
