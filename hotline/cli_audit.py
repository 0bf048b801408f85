"""``hotline audit``: whether the history of orders is what it was, and an anchor to keep where the database is not."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from core.settings import Settings
from hotline.errand import at_database, give_up
from workorders.keeping.proof import SETTLED, Anchor, check_all, check_one

app = typer.Typer(help="审计:核验工单历史,留存锚 · verify the history of orders, keep anchors", no_args_is_help=True)
_MOST_SHOWN = 50
File = Annotated[Path | None, typer.Option("--file", help="锚文件,默认 <home>/anchors.jsonl · file of anchors")]


@app.command("verify")
def verify(
    number: Annotated[str, typer.Argument(metavar="[NUMBER]", help="只核验一张工单 · one order only")] = "",
    file: File = None,
    beside: Annotated[bool, typer.Option("--beside", help="也核对登记和合计 · also what was folded out")] = False,
) -> None:
    """核验每张工单的历史、末尾、编号和锚;有一处被改过就指出来,返回 1 · any change is found and named; exit status 1."""
    settings = Settings()
    anchors = _anchors(file or settings.anchors_file) if not number else []
    result = at_database(
        settings, lambda db: check_one(db, number) if number else check_all(db, anchors, beside=beside))
    for fault in result.faults[:_MOST_SHOWN]:
        where = f"工单 {fault.number}" + (f" 第 {fault.seq} 步" if fault.seq else "") if fault.number else "全库"
        typer.echo(f"✗ {where}:{fault.why}")
    if result.faults:
        typer.echo(f"共 {len(result.faults)} 处 · {len(result.faults)} fault(s)")
        raise typer.Exit(1)
    typer.echo(f"✓ {result.orders} 张工单，{result.acts} 步，{len(anchors)} 个锚，全部相符 · all is as it was written")


@app.command("anchor")
def anchor(file: File = None) -> None:
    """核验后把全部历史末尾的摘要写进锚文件;请把它抄到别处 · keep one digest over the ends of all histories."""
    settings = Settings()
    path = file or settings.anchors_file
    result = at_database(settings, lambda db: check_all(db, _anchors(path), make_at=time.time() - SETTLED,
                                                digest=settings.history_digest))
    if result.faults:
        give_up("历史有问题,不留锚;先看 hotline audit verify · the history is not whole, no anchor is made")
    made = result.anchors[-1]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(asdict(made)) + "\n")
    when = datetime.fromtimestamp(made.at, ZoneInfo(settings.timezone)).strftime("%Y-%m-%d %H:%M:%S")
    typer.echo(f"{when} 为止 {made.orders} 张工单 · orders up to then\n{made.digest}\n已写入 · kept in {path}")


def _anchors(path: Path) -> Sequence[Anchor]:
    if not path.exists():
        return []
    try:
        return [Anchor(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (ValueError, TypeError) as error:
        give_up(f"锚文件读不懂 · is no file of anchors: {path}: {error}")
