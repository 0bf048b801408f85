"""What one version of an entry changed in the one before, for people to read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from api.directory.keeping import FIRST_STOCK
from web.texts import Texts

Entry = Mapping[str, Any]
FIELDS: Final = ("name", "phone", "kind", "skills", "aliases", "duties", "phones")  # in the order they are told


def told(texts: Texts, history: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the versions, the newest first, each with `who`, `what` it did, and `changes`: field, before, after."""
    for place, one in enumerate(history):
        older = history[place + 1]["entry"] if place + 1 < len(history) else None
        whole = place + 1 < len(history) or one["version"] == 1  # older ones than are shown: compared with nothing
        changes = list(_changes(texts, older, one["entry"])) if whole else []
        yield {**one, "who": _who(texts, one), "what": _what(older, one["entry"]), "changes": changes}


def _who(texts: Texts, one: Mapping[str, Any]) -> str:
    key = {FIRST_STOCK: "directory.by.file", "console": "directory.by.console"}.get(one["by"], "")
    return str(one["by_name"] or (texts(key) if key else one["by"]))


def _what(before: Entry | None, after: Entry | None) -> str:
    return "out" if after is None else "in" if before is None else "changed"


def _changes(texts: Texts, before: Entry | None, after: Entry | None) -> Iterator[tuple[str, str, str]]:
    if after is None:
        return
    for field in FIELDS:
        old, new = (said(texts, field, one.get(field)) if one else "" for one in (before, after))
        if old != new:
            yield texts(f"directory.field.{field}"), old, new


def said(texts: Texts, field: str, value: Any) -> str:
    """Return what stands in a field as people read it."""
    if field == "kind":
        return texts(f"directory.kind.{value}") if value else ""
    if field == "phones":
        return texts("invited.and").join(_phone(texts, one) for one in sorted(
            value or (), key=lambda one: int(one["order"])))
    if isinstance(value, list | tuple):
        return texts("list.and").join(map(str, value))
    return str(value or "")


def _phone(texts: Texts, phone: Mapping[str, Any]) -> str:
    accept = texts("directory.accepts") if phone["accept"] else ""
    return " ".join(filter(None, (phone["number"], phone["label"], texts("directory.nth", n=phone["order"]), accept)))
