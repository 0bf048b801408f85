"""Many orders as a file; and which orders an appeal is like, so that a second call is an urge and no new order."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import Field
from starlette.background import BackgroundTask

from api.access import database, needs, now_of, who
from api.export import files, stream
from api.export.columns import Reading
from api.export.stream import Asked
from api.orders.keeping import keeper_of
from api.orders.lists import Filters, conditions, refuse_unseen
from api.orders.schemas import Described, OrderRow
from api.orders.shown import columns_of, shown_row
from api.orders.sight import sight_of
from api.people.audit import note_by
from api.people.reach import shape_of
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import Level, Short, Strict
from workorders import orders
from workorders.keeping.likeness import Stated, like
from workorders.models import ADDRESS_LIMIT, SUMMARY_LIMIT

router = APIRouter(prefix="/api", tags=["work orders"])
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_EXPORTED = 200_000  # rows; more is a matter for ``hotline export``


class StatedIn(Strict):
    """An appeal that is about to be accepted."""

    caller: Short = ""
    summary: Annotated[str, Field(max_length=SUMMARY_LIMIT)] = ""
    address: Annotated[str, Field(max_length=ADDRESS_LIMIT)] = ""
    first: Level = ""
    district: Level = ""


class LikeOut(OrderRow):
    """An order that may be the same; `score` 0 to 100."""

    score: float
    same_caller: bool


class LikesOut(Described):
    """The likest first."""

    likes: list[LikeOut]


@router.post("/work-order-likes", responses={200: {"model": LikesOut}}, dependencies=[needs("orders.read")])
async def likes(request: Request, stated: StatedIn) -> dict[str, Any]:
    """Find the orders an appeal may be about already: urge one of them (act ``urge``) rather than make another."""
    caller = who(request)
    if stated.caller and not (caller.may("numbers.unmask") or caller.may("numbers.see")):
        raise Problem(403, "forbidden", "没有按号码查找的权限", "去掉 caller，按内容查找")
    async with database(request).writing() as session:
        visible = scope_of(caller).orders()
        found = await like(session, Stated(**stated.model_dump()), visible, now_of(request))
        sight = await sight_of(session, caller)
        rows = [shown_row(sight, columns_of(await orders.seen(session, one.number, visible))) for one in found]
        if stated.caller and not caller.may("numbers.see"):
            note_by(session, now_of(request), "number.searched", caller, "", found=len(found))
    return {"likes": [row | {"score": one.score, "same_caller": one.same_caller}
                      for row, one in zip(rows, found, strict=True)]}


@router.get("/work-order-exports", response_class=Response, responses={200: {"content": {
    "application/x-ndjson": {"schema": {"type": "string"}}, _WORKBOOK: {"schema": {"type": "string"}}}}},
    dependencies=[needs("orders.export")])
async def export(request: Request, asked: Annotated[Filters, Depends()],
                 format: Annotated[Literal["jsonl", "xlsx"], Query()] = "jsonl") -> Response:
    """Give the orders of a list as a file, JSON lines or a workbook; within what the caller sees, and audited."""
    db, caller = database(request), who(request)
    refuse_unseen(asked, caller)
    wanted = Asked(caller, conditions(asked, db.engine.dialect.name, shape_of(caller)))
    count = await stream.counted(db, wanted)
    if count > MOST_EXPORTED:
        raise Problem(409, "too_many", f"有 {count} 张工单，一次最多导出 {MOST_EXPORTED} 张", "用时间或区县缩小范围")
    async with db.writing() as session:
        narrowed = {name: str(value) for name, value in asdict(asked).items() if value is not None}
        note_by(session, now_of(request), "orders.exported", caller, "", format=format, rows=count, asked=narrowed)
    headers = {"Content-Disposition": f'attachment; filename="work-orders.{format}"', "Cache-Control": "no-store"}
    rows = stream.lines(db, wanted)
    if format == "jsonl":
        return StreamingResponse(files.json_lines(rows), media_type="application/x-ndjson", headers=headers)
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="hotline-export-")
    path = Path(folder.name) / "work-orders.xlsx"
    try:
        await files.workbook(rows, path, Reading(keeper_of(request).zone, await stream.names_of_units(db)))
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(path, media_type=_WORKBOOK, headers=headers, background=BackgroundTask(folder.cleanup))
