"""``hotline flow``: check, simulate, compare, replay, publish and roll back a menu; take it out and in as a file."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core.journal import read_journal
from core.settings import Settings
from ivr.build import build_prompts, build_publishing, recordings, uploads
from ivr.bundle import export, keep_sounds, read_bundle
from ivr.calls import calls_of
from ivr.difference import plain, words
from ivr.document import Document
from ivr.drivers.terminal import parse_keys, simulate
from ivr.errors import Finding, FlowError, IvrError, ReleaseError, Way
from ivr.flow import Flow, compile_flow, flow_from_data, flow_of
from ivr.prompts import Progress as OnProgress
from ivr.proof import Report, prove
from ivr.publishing import Signed
from ivr.releases import load_release
from ivr.replay import replay
from ivr.timing import seconds_of
from routing.directory import DirectoryError

_STATES: Final = {"checked": "待生效", "published": "使用中", "superseded": "已替换", "withdrawn": "已撤回"}
app = typer.Typer(help="菜单流程：检查、试听、发布 · check, simulate and publish a menu", no_args_is_help=True)
_console = Console(highlight=False, soft_wrap=True, markup=False)

File = Annotated[Path, typer.Argument(metavar="FILE", help="流程文件 · flow document (YAML or JSON)")]


@app.command("check")
def check(file: File, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """检查流程，列出每一处问题的位置、原因、改法和实例 · check a flow, every fault with place, remedy and example."""
    report = _report(file)
    if as_json:
        _console.print(json.dumps([asdict(finding) for finding in report.findings], ensure_ascii=False))
    else:
        _show(report.findings)
        _console.print("可以发布" if report.ok else "不能发布")
    raise typer.Exit(0 if report.ok else 1)


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
def publish_flow(
    file: File,
    why: Annotated[str, typer.Option(help="为什么发布 · why")] = "（未写原因）",
    by: Annotated[str, typer.Option(help="谁发布 · who; default: the user of this machine")] = "",
    based_on: Annotated[int | None, typer.Option(help="在第几版上修改；不符则拒绝 · release it was made from")] = None,
    at: Annotated[str, typer.Option(help="何时生效，如 2026-12-01T06:00 · when it begins; default: now")] = "",
) -> None:
    """检查、合成提示音并发布；进行中的通话不受影响 · check, render and publish; calls under way keep theirs."""
    settings = Settings()
    report = _report(file)
    if report.flow is None:
        _refuse(report.findings)
    signed = Signed(by or getpass.getuser(), why, based_on, _moment(at, settings.timezone) if at else None)
    with _failing_clearly(), _bar() as progress:
        keep_sounds(_read(file)[1], uploads(settings))
        entry = build_publishing(settings).publish(report.flow, signed, progress)
    _show(report.findings)
    _say(entry.said)
    when = "新的来电即刻生效" if entry.due_at is None else f"将于 {at} 生效"
    _console.print(f"已发布 {entry.id}（{entry.steps} 步），{when}")


@app.command("releases")
def releases() -> None:
    """列出发布记录 · list the releases: number, state, who, when, why."""
    settings = Settings()
    with _failing_clearly():
        index = build_publishing(settings).shelf.index()
    for entry in index.entries:
        at = datetime.fromtimestamp(entry.published_at or entry.due_at or entry.made_at, ZoneInfo(settings.timezone))
        _console.print(f"{entry.number:>4} {_STATES[entry.state]} {at:%Y-%m-%d %H:%M} {entry.by}：{entry.why}")


@app.command("diff")
def diff(
    file: File, number: Annotated[int | None, typer.Argument(help="与第几版比较，默认当前版 · release")] = None,
) -> None:
    """逐条说明与已发布版本的差异 · what changes from a release to this file, in words."""
    flow = _load(file)
    with _failing_clearly():
        found = build_publishing(Settings()).difference(plain(flow), number)
    _say(words(found))


@app.command("rollback")
def rollback(
    number: Annotated[int, typer.Argument(help="第几版 · release")],
    why: Annotated[str, typer.Option(help="为什么回退 · why")] = "（未写原因）",
    by: Annotated[str, typer.Option(help="谁回退 · who")] = "",
) -> None:
    """回退到以前发布的版本 · put an older release in force again."""
    with _failing_clearly():
        entry = build_publishing(Settings()).roll_back(number, Signed(by or getpass.getuser(), why))
    _console.print(f"已回退到第 {entry.number} 版 {entry.id}，新的来电即刻生效")


@app.command("replay")
def replay_calls(
    file: File, last: Annotated[int, typer.Option(min=1, max=100_000, help="最近多少通来电 · how many calls")] = 2000,
) -> None:
    """用最近真实来电的按键走一遍草稿，统计结果不同的来电 · walk the last real calls' keys through a draft."""
    settings = Settings()
    after = compile_flow(_load(file), lambda name, language, text: name)
    with _failing_clearly():
        calls = calls_of(read_journal(settings.journal_dir), last)
        found = replay(calls, load_release(settings.release_dir), after, seconds_of(after, None))
    _console.print(f"重放 {found.calls} 通来电：{found.same} 通结果相同，{found.calls - found.same} 通不同")
    _say(tuple(difference.words for difference in found.differences))


@app.command("export")
def export_flow(
    number: Annotated[int | None, typer.Argument(help="第几版，默认当前版 · release")] = None,
) -> None:
    """把一个版本连同录音写成一个可读文件（标准输出） · write a release with its recordings as one file (stdout)."""
    settings = Settings()
    with _failing_clearly():
        publishing = build_publishing(settings)
        document = publishing.plain_release(number or publishing.shelf.index().current)
        if not document:
            raise ReleaseError("还没有发布过流程。请先发布")
        typer.echo(export(flow_from_data(document), document, recordings(settings)), nl=False)


@app.command("import")
def import_flow(file: File) -> None:
    """收下文件中的录音并检查流程，不发布 · take a file's recordings and check it; publishes nothing."""
    with _failing_clearly():
        taken = keep_sounds(_read(file)[1], uploads(Settings()))
    report = _report(file)
    _show(report.findings)
    _console.print(f"收下 {taken} 条录音；{'可以发布' if report.ok else '不能发布'}")
    raise typer.Exit(0 if report.ok else 1)


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


def _read(file: Path) -> tuple[Document, dict[tuple[str, str], bytes]]:
    try:
        return read_bundle(file.read_bytes(), file.name)
    except OSError as error:
        _console.print(f"打不开 {file}：{error.strerror}")
        raise typer.Exit(1) from error


def _report(file: Path) -> Report:
    try:
        document, sounds = _read(file)
    except FlowError as error:
        return Report(tuple(error.findings))
    with _failing_clearly():
        around = build_publishing(Settings()).around()
        there = around.recording
        return prove(document, replace(
            around, recording=lambda name, lang: (lang, name) in sounds or there(name, lang)))


def _load(file: Path) -> Flow:
    try:
        return flow_of(_read(file)[0])
    except FlowError as error:
        _refuse(error.findings)


def _refuse(findings: Iterable[Finding]) -> NoReturn:
    _show(findings)
    _console.print("流程有误，未执行")
    raise typer.Exit(1)


def _show(findings: Iterable[Finding]) -> None:
    for finding in findings:
        _console.print(f"{'提醒' if finding.warning else '错误'} {finding}")
        for line in _example(finding.way):
            _console.print(f"    {line}")


def _example(way: Way | None) -> Iterator[str]:
    if way is None:
        return
    told = [f"拨打 {way.called}"] if way.called else []
    told += [f"来电号码 {way.caller}"] if way.caller else []
    told += [f"{way.at} 来电"] if way.at else []
    told.append(f"按键 {','.join(way.presses)}" if way.presses else "什么都不按")
    yield f"例如：{'，'.join(told)}"
    yield from way.lines


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        _console.print(f"  {line}")


def _moment(text: str, zone: str) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        _console.print(f"参数有误：{text} 不是时间，请写成 2026-12-01T06:00")
        raise typer.Exit(2) from error
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp()


@contextmanager
def _failing_clearly() -> Iterator[None]:
    try:
        yield
    except (IvrError, DirectoryError, OSError) as error:
        _console.print(f"失败：{error}")
        raise typer.Exit(1) from error


@contextmanager
def _bar() -> Iterator[OnProgress]:
    columns = (TextColumn("合成提示音"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of, text: bar.update(task, completed=done, total=of, description=text[:24])
