"""ETag and If-Match: two people who edit one order, or one rule, do not overwrite each other.

The version of an order is the length of its history: each act makes it one longer, so a version names what was seen.
"""

from __future__ import annotations

import re

from fastapi import Request, Response

from api.problems import Problem

ORDER = "工单"
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def etag_of(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def expected(request: Request, *, required: bool, thing: str = ORDER) -> int | None:
    """Return the version in If-Match; None for ``*``, or when it is missing and not `required`. Raises Problem.

    `thing`: what is edited, as people call it.
    """
    told = request.headers.get("if-match")
    if told is None and required:
        raise Problem(428, "version_required", "没有说明是在哪一版上修改",
                      f"先读取{thing}，把答复里的 ETag 放进请求头 If-Match")
    if told is None or told.strip() == "*":
        return None
    found = _TAG.fullmatch(told.strip())
    if found is None:
        raise Problem(400, "bad_version", "If-Match 读不懂", f'用读取{thing}时得到的 ETag，例如 "7"')
    return int(found[1])


def check(current: int, wanted: int | None, thing: str = ORDER) -> None:
    """Refuse an edit of a version of a `thing` that is not the newest. Raises Problem 412 with the current version."""
    if wanted is not None and wanted != current:
        raise Problem(412, "version_mismatch", f"{thing}已被他人更新", f"重新读取{thing}，看过新的内容再提交",
                      current_version=current, etag=etag_of(current))


def unchanged(request: Request, version: int) -> Response | None:
    """Return 304 for a reader who has this version already (If-None-Match), else None."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers={"ETag": etag_of(version)}) if etag_of(version) in tags else None
