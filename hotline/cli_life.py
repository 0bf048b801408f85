"""``hotline life``: the page on which an official can read what may happen to an order, made from the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workorders.life.page import TABLES, fill

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "life-of-an-order.md"
app = typer.Typer(help="工单流转规则表 · the rules of an order's life, as tables")


@app.command()
def life(
    table: Annotated[str, typer.Argument(help="只看一张表，如 steps · one table only")] = "",
    write: Annotated[bool, typer.Option("--write", help=f"重写 docs/{DOCUMENT.name} · make the document anew")] = False,
) -> None:
    """打印工单的状态、步骤、时限、督办和考核规则 · print states, steps, clocks, ladder and formulas."""
    if table and table not in TABLES:
        typer.echo(f"没有“{table}”这张表。可选：{'、'.join(TABLES)}", err=True)
        raise typer.Exit(2)
    if write:
        DOCUMENT.write_text(fill(DOCUMENT.read_text("utf-8")), encoding="utf-8")
        typer.echo(f"已重写 {DOCUMENT}")
        return
    typer.echo("\n\n".join(TABLES[name]() for name in ([table] if table else TABLES)))
