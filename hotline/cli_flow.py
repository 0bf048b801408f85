"""``hotline flow``: check, simulate and publish a menu, render what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core.settings import Settings
from ivr.build import build_prompts, release_flow
from ivr.drivers.terminal import parse_keys, simulate
from ivr.errors import Finding, FlowError, IvrError
from ivr.flow import Flow, compile_flow, load_flow
from ivr.prompts import Progress as OnProgress

app = typer.Typer(help="菜单流程：检查、试听、发布 · check, simulate and publish a menu", no_args_is_help=True)
_console = Console(highlight=False, soft_wrap=True, markup=False)

File = Annotated[Path, typer.Argument(metavar="FILE", help="流程文件 · flow document (YAML or JSON)")]


@app.command("check")
def check(file: File, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """检查流程，列出每一处问题的位置、原因和改法 · check a flow, every fault with place, reason and remedy."""
    try:
        findings, refused = list(load_flow(file).warnings), False
    except FlowError as error:
        findings, refused = error.findings, True
    if as_json:
        _console.print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        _show(findings)
        _console.print("不能发布" if refused else "可以发布")
    raise typer.Exit(1 if refused else 0)


@app.command("simulate")
def simulate_flow(
    file: File,
    keys: Annotated[str, typer.Option(help="按键，逗号分隔；t 不按键，h 挂机 · keys, e.g. 1,2,t")] = "",
    at: Annotated[str, typer.Option(help="来电时间，如 2026-11-23T03:00 · time of the call")] = "",
    lang: Annotated[str, typer.Option(help="语言 · language")] = "",
    caller: Annotated[str, typer.Option(help="来电号码 · caller")] = "",
) -> None:
    """模拟一次来电，逐行显示来电人听到的内容 · walk a flow as a caller, without a call."""
    flow = _load(file)
    release = compile_flow(flow, lambda name, language, text: name)
    try:
        pressed = parse_keys(keys)
        now = datetime.fromisoformat(at) if at else datetime.now().astimezone()
    except ValueError as error:
        _console.print(f"参数有误：{error}")
        raise typer.Exit(2) from error
    for line in simulate(release, pressed, now, lang, caller):
        _console.print(line)


@app.command("publish")
def publish_flow(file: File) -> None:
    """检查、合成提示音并发布；进行中的通话不受影响 · check, render and publish; calls under way keep theirs."""
    settings = Settings()
    flow = _load(file)
    with _failing_clearly(), _bar() as progress:
        release = release_flow(flow, build_prompts(settings), settings.release_dir, progress)
    _show(list(flow.warnings))
    _console.print(f"已发布 {release.id}（{len(release.steps)} 步），新的来电即刻生效")


@app.command("render-prompts")
def render_prompts(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="流程文件，默认为设置中的流程")] = None,
) -> None:
    """合成系统提示音和流程提示音（已有的不重做） · render all prompts; what is there already is kept."""
    settings = Settings()
    flow = _load(file or settings.flow)
    prompts = build_prompts(settings)
    with _failing_clearly(), _bar() as progress:
        made = prompts.render_system(progress=progress) + prompts.render(flow.jobs(), progress)
    _console.print(f"合成 {made} 条提示音，位于 {prompts.folder}")


def _load(file: Path) -> Flow:
    try:
        return load_flow(file)
    except FlowError as error:
        _show(error.findings)
        _console.print("流程有误，未执行")
        raise typer.Exit(1) from error


def _show(findings: list[Finding]) -> None:
    for finding in findings:
        _console.print(f"{'提醒' if finding.warning else '错误'} {finding}")


@contextmanager
def _failing_clearly() -> Iterator[None]:
    try:
        yield
    except (IvrError, OSError) as error:
        _console.print(f"失败：{error}")
        raise typer.Exit(1) from error


@contextmanager
def _bar() -> Iterator[OnProgress]:
    columns = (TextColumn("合成提示音"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of, text: bar.update(task, completed=done, total=of, description=text[:24])
