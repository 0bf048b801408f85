"""三级分类 as a tree to edit: what is new, renamed, moved, retired; who mostly handles what; every version kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from api.rules import routes_classification as api
from api.schemas import Strict
from web.admin.policy import names_of_people
from web.orders.routes import units_of
from web.site import for_script, page, texts_of
from web.texts import Texts
from workorders.life.class_change import Change, changes, paths
from workorders.life.classification import ClassTree, check_tree, unknown_fields

router = APIRouter(prefix="/classification", dependencies=[needs("classification.read")])
_TOLD = 200  # changes that are told one by one
_LOOKED = 30  # versions in which retired classes are looked for


class Wish(Strict):
    """A classification that somebody thinks of setting."""

    classification: ClassTree


@router.get("")
async def shown(request: Request) -> HTMLResponse:
    """The newest classification, to be read or edited, and its versions."""
    newest = await api.newest(request, Response())
    versions = (await api.versions(request))["versions"]
    writes = who(request).may("classification.write")
    used = (await api.used(request))["paths"] if writes else []
    units = await units_of(request) if writes else {}
    document = {"tree": newest["classification"], "version": newest["version"],
                "used": {"/".join(one["path"]): {**one, "lead": units.get(one["lead"], one["lead"])} for one in used},
                "retired": await _retired(request, newest, versions)}
    return page(request, "classification.html", newest=newest, fields=newest["classification"]["fields"],
                versions=versions, names=await names_of_people(request, {one["by"] for one in versions}),
                writes=writes, for_script=for_script(document))


@router.post("/difference", dependencies=[needs("classification.write")])
async def would_change(request: Request, wish: Wish) -> dict[str, Any]:
    """Check a classification and tell what it would change; nothing is set."""
    check_tree(wish.classification)
    newest, texts = await api.newest(request, Response()), texts_of(request)
    before, after = ClassTree.model_validate(newest["classification"]).tree, wish.classification.tree
    used = {tuple(one["path"]): one for one in (await api.used(request))["paths"]}
    gone = set(paths(before)) - set(paths(after))
    still = sum(used[path]["open"] for path in gone if path in used)
    async with database(request).reading() as session:
        policy = (await keeper_of(request).rules(session, now_of(request))).policy
    lacking = unknown_fields(api.named_in(policy), after)
    effect = [texts("classes.still", n=still) if still else texts("classes.none_open"),
              *([texts("classes.in_policy", names=texts("list.and").join(lacking))] if lacking else [])]
    return {"version": newest["version"], "effect": effect,
            "classification": wish.classification.model_dump(mode="json"),
            "changes": list(in_words(texts, changes(before, after)))}


@router.get("/versions/{version}")
async def version(request: Request, version: Annotated[int, Path(ge=1, le=999_999)]) -> HTMLResponse:
    """What one version changed in the one before it."""
    now, before = await api.one_version(request, version), await api.one_version(request, version - 1)
    trees = [ClassTree.model_validate(one["classification"]).tree for one in (before, now)]
    return page(request, "classification_version.html", one=now, names=await names_of_people(request, {now["by"]}),
                changes=list(in_words(texts_of(request), changes(*trees))))


def in_words(texts: Texts, found: Sequence[Change]) -> Iterator[str]:
    """Yield a line a change."""
    for one in found[:_TOLD]:
        yield texts(f"classes.change.{one.what}", path=" / ".join(one.path) or texts("classes.top"),
                    to=" / ".join(one.to))
    if len(found) > _TOLD:
        yield texts("classes.change.more", n=len(found) - _TOLD)


async def _retired(request: Request, newest: dict[str, Any], versions: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return the paths of earlier versions that the newest lacks: they can be taken up again."""
    now = set(paths(ClassTree.model_validate(newest["classification"]).tree))
    found: dict[tuple[str, ...], None] = {}
    for head in [*versions[1:_LOOKED], *([{"version": 0}] if versions else [])]:
        old = await api.one_version(request, head["version"])
        found.update(dict.fromkeys(path for path in paths(ClassTree.model_validate(old["classification"]).tree)
                                   if path not in now))
    return [list(path) for path in found]
