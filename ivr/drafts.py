"""Operations on a draft, pure: every edit knows how to be taken back, so undo outlives the page that made it.

An edit is ``{"path": ["steps", "welcome", "choices", "1"], "value": "water"}``; without `value` it removes. Paths go
through mappings only; a list is replaced whole. `at` is the place among its neighbours, so that what is brought back
stands where it stood.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ivr.errors import Conflict
from ivr.flow import Flow
from ivr.graph import graph_of

Document = dict[str, Any]
MAX_BYTES = 4_000_000
MAX_EDITS = 2000  # of one operation
_DEPTH = 8
_REFERENCES = ("then", "on_time_out", "on_retries", "person", "open", "closed", "otherwise")


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit; `gone` removes. `at`: place among the keys of its mapping, None for the end or where it is."""

    path: tuple[str, ...]
    value: Any = None
    gone: bool = False
    at: int | None = None


def apply(document: Document, edits: Sequence[Edit]) -> tuple[Document, list[Edit]]:
    """Return the edited document and the edits that take it back. Raises Conflict; `document` is not touched."""
    if len(edits) > MAX_EDITS:
        raise Conflict(f"一次修改了 {len(edits)} 处，最多 {MAX_EDITS} 处", "请分几次修改")
    found = deepcopy(document)
    back: list[Edit] = []
    for edit in edits:
        back.insert(0, _one(found, edit))
    if len(json.dumps(found, ensure_ascii=False).encode()) > MAX_BYTES:
        raise Conflict(f"流程超过 {MAX_BYTES // 1_000_000} MB", "请删减步骤或提示音")
    return found, back


def _one(document: Document, edit: Edit) -> Edit:
    if not 1 <= len(edit.path) <= _DEPTH:
        raise Conflict("修改的位置不对", "请刷新页面后重试")
    parent: Any = document
    for part in edit.path[:-1]:
        parent = parent.get(part) if isinstance(parent, dict) else None
        if not isinstance(parent, dict):
            raise Conflict(f"没有 {'.'.join(edit.path[:-1])}，可能已被删除", "请刷新页面后重试")
    return _removed(parent, edit) if edit.gone else _set(parent, edit)


def _removed(parent: dict[str, Any], edit: Edit) -> Edit:
    name = edit.path[-1]
    if name not in parent:
        raise Conflict(f"没有 {'.'.join(edit.path)}，可能已被删除", "请刷新页面后重试")
    at = list(parent).index(name)
    return Edit(edit.path, parent.pop(name), at=at)


def _set(parent: dict[str, Any], edit: Edit) -> Edit:
    name = edit.path[-1]
    back = Edit(edit.path, parent[name]) if name in parent else Edit(edit.path, gone=True)
    parent[name] = deepcopy(edit.value)
    if edit.at is not None:
        items = [(key, value) for key, value in parent.items() if key != name]
        items.insert(edit.at, (name, parent[name]))
        parent.clear()
        parent.update(items)
    return back


def renamed(document: Document, old: str, new: str) -> list[Edit]:
    """Return the edits that give a step another name wherever it is meant. Raises Conflict."""
    steps = document.get("steps")
    if not isinstance(steps, dict) or old not in steps:
        raise Conflict(f"没有步骤 {old}", "请刷新页面后重试")
    if new in steps:
        raise Conflict(f"已经有步骤 {new}", "请另起一个名字")
    edits = [Edit((name,), new) for name in ("entry", "person") if document.get(name) == old]
    for name, step in steps.items():
        if isinstance(step, dict):
            edits += [Edit(("steps", name, *path), new) for path in _meant(step, old)]
    for number, begins in (document.get("numbers") or {}).items():
        if isinstance(begins, Mapping) and begins.get("entry") == old:
            edits.append(Edit(("numbers", number, "entry"), new))
    done, _ = apply(document, edits)
    at = list(steps).index(old)
    return [*edits, Edit(("steps", old), gone=True), Edit(("steps", new), done["steps"][old], at=at)]


def _meant(step: Mapping[str, Any], name: str) -> Iterable[tuple[str, ...]]:
    yield from ((field,) for field in _REFERENCES if step.get(field) == name)
    for field in ("choices", "cases"):
        if isinstance(step.get(field), Mapping):
            yield from ((field, key) for key, to in step[field].items() if to == name)


def heard_in_order(flow: Flow) -> list[tuple[str, int, str]]:
    """Return (step, depth, by what) as citizens hear it: depth first from the entry, each step once."""
    graph = graph_of(flow.steps, flow.head.person)
    rows: list[tuple[str, int, str]] = []
    seen: set[str] = set()
    waiting = [(flow.head.entry, 0, "")]
    while waiting:
        step, depth, by = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        rows.append((step, depth, by))
        waiting += [(edge.to, depth + 1, ".".join(edge.field)) for edge in reversed(graph[step])]
    return rows + [(step, 0, "unreached") for step in flow.steps if step not in seen]
