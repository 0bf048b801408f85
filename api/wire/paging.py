"""Pages by keyset: a cursor names the last row of a page, so that nothing is skipped or shown twice as rows come.

A cursor is opaque and unsigned: it holds only a place in an order of rows, and what may be seen is decided by the
query of each page anew. It belongs to one list with one set of filters.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query

from api.problems import Problem

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="rows of a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before; left out: the first page")]


def filters_digest(name: str, filters: Mapping[str, Any]) -> str:
    """Return what ties a cursor to a list and its filters."""
    text = json.dumps([name, sorted((key, str(value)) for key, value in filters.items() if value is not None)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def cursor_of(tie: str, place: Sequence[float | str]) -> str:
    """Return the cursor of the row at `place`, in the list that `tie` names."""
    return base64.urlsafe_b64encode(json.dumps([tie, *place]).encode()).decode().rstrip("=")


def place_of(tie: str, cursor: str | None, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """Return the place a cursor names, None for the first page. Raises Problem 400 for a cursor of something else."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        told, *place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        good = len(place) == len(kinds) and all(_is(value, kind) for value, kind in zip(place, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _bad() from error
    if not good or told != tie:
        raise _bad()
    return tuple(kind(value) for value, kind in zip(place, kinds, strict=True))


def _is(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, kind) and "\0" not in str(value) and str(value).isascii()


def _bad() -> Problem:
    return Problem(400, "bad_cursor", "翻页标记 cursor 无效，或它属于另一个列表、另一组筛选条件",
                   "从第一页重新开始，筛选条件在翻页时不要变")
