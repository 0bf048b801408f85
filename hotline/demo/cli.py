"""``hotline demo``: brings everything up, plays one whole call, shows what proves it."""

from __future__ import annotations

import asyncio
import json as json_text
import signal
import time
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from core.settings import Settings
from hotline.demo import aside
from hotline.demo.behaviours import TONES
from hotline.demo.desk import Desk
from hotline.demo.errands import Errands
from hotline.demo.errors import CityError
from hotline.demo.evidence import NAMES, Evidence, Fault, faults_of
from hotline.demo.people import demo_agent
from hotline.demo.play import AGENT, Break, Play
from hotline.demo.stage import base_url, demo_settings, stage
from hotline.supervisor import ServeError
from hotline.switch.errors import SwitchError
from ivr.errors import IvrError

BREAKS = get_args(Break)
_UNDER = "\n" + " " * 9  # below what stands after the seconds
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="一通电话后结束，全部属实才返回 0 · end after the call")] = False,
    json: Annotated[bool, typer.Option("--json", help="最后一行是 JSON 对象 · last line is a JSON object")] = False,
    broken: Annotated[str, typer.Option("--break", help=f"从外部破坏：{'、'.join(BREAKS)} · break it on purpose")] = "",
) -> None:
    """演示 · the demo city: one whole call, played and proved"""
    if broken and broken not in BREAKS:
        raise typer.BadParameter(f"{broken!r}; 可选 · choose one of {', '.join(BREAKS)}")
    console = Console(stderr=json, highlight=False)
    show = Show(console)
    try:
        status = asyncio.run(_run(show, once, json, broken or None))  # type: ignore[arg-type]
    except (CityError, ServeError, SwitchError, IvrError) as error:
        console.print(f"[red]✗ 演示未能完成 · the demonstration did not come to its end[/]\n  {error}", markup=True)
        status = 1
    except (KeyboardInterrupt, asyncio.CancelledError) as stop:
        console.print("已停止，全部收好 · stopped, everything is put away")
        asked = isinstance(stop, KeyboardInterrupt) and not once  # Ctrl-C is how a demonstration that stays ends
        status = int(show.failed) if asked else 130
    raise typer.Exit(status)


class Show:
    """What the terminal shows: a line for each thing that happens, then the proof."""

    def __init__(self, console: Console) -> None:
        self.console, self._start, self.failed = console, time.monotonic(), False

    def tell(self, zh: str, en: str) -> None:
        """Print one line of progress with the seconds since the start; in a narrow terminal the English has its own."""
        said = f"{time.monotonic() - self._start:6.1f}s  {zh}"
        narrow = self.console.is_terminal and cell_len(f"{said}  · {en}") > self.console.width
        self.console.print(f"{said}{_UNDER if narrow else '  '}[dim]· {en}[/dim]", soft_wrap=True)

    def invite(self, invitation: str) -> None:
        """Print addresses and password as they are: nothing in them is markup."""
        self.console.print(invitation, soft_wrap=True, markup=False)

    def evidence(self, evidence: Evidence, faults: list[Fault]) -> None:
        """Print what everybody heard, the recording, the order and the verdict."""
        self.console.print(_heard_table(evidence))
        self.console.print(_legs_table(evidence))
        sound = evidence.recorded
        self.console.print(f"录音 · recording  {_near(Path(sound.path))}", soft_wrap=True)
        self.console.print(f"                  {sound.seconds:.1f} s  sha256 {sound.sha256 or '—'}", soft_wrap=True)
        self.console.print(f"工单 · order      {evidence.order or '—'}    评分 · rating  {evidence.rating or '—'}")
        for fault in faults:
            self.console.print(f"[red]✗ {fault.zh}[/]  · {fault.en}", soft_wrap=True)
        if not faults:
            self.console.print("[green]✓ 全部属实 · all of it is true[/]")


async def _run(show: Show, once: bool, json: bool, broken: Break | None) -> int:
    """Play once; unless `once`, stay until stopped. Returns the exit status."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    settings = demo_settings()
    async with stage(settings, show.tell) as (city, desk):
        invitation = "" if once else await _invited(show, settings)
        evidence = await Play(city, desk, show.tell, broken).run()
        faults = faults_of(evidence)
        show.failed = bool(faults)
        show.evidence(evidence, faults)
        if not once:
            await _stay(show, desk, invitation)
    if json:
        typer.echo(json_text.dumps(evidence.as_json(), ensure_ascii=False))
    return 1 if faults else 0


async def _invited(show: Show, settings: Settings) -> str:
    """Say where the pages are and with which password, and return it: nobody has to wait for the call's end."""
    login, password = await demo_agent(settings)
    invitation = _invitation(base_url(settings), login, password, settings.secrets_file)
    show.invite(invitation)
    show.console.print("先看一通演示通话，打完再按「就绪」 · first one call is played; press 就绪 (ready) after it\n",
                       soft_wrap=True)
    return invitation


async def _stay(show: Show, desk: Desk, invitation: str) -> None:
    """Leave everything running until the terminal says stop."""
    show.invite(invitation)
    show.console.print("演示通话打完了，现在可以按「就绪」 · the played call is over: press 就绪 (ready) now",
                       soft_wrap=True)
    show.console.print("按 Ctrl-C 停止 · Ctrl-C stops everything")
    errands = Errands()
    errands.start(aside.keep(desk, AGENT))
    try:
        await asyncio.Event().wait()
    finally:
        show.console.print("\n正在停止交换机和各个进程 · stopping the switch and the processes …")
        await errands.cancel()


def _invitation(url: str, login: str, password: str, secrets: Path) -> str:
    """Return what a newcomer does next, in the README's order; no line is wider than 80 columns by itself."""
    return (
        "\n自己打一通：用 Chromium 开两个标签页 · ring it yourself, in two tabs of Chromium\n"
        f"  1  坐席工作台 · the agent's desk        {url}/desk\n"
        f"     登录名 · login {login}    密码 · password {password}\n"
        f"  2  市民电话 · a citizen's telephone     {url}/telephone\n"
        f"接口 · API  {url}/api/work-orders\n"
        f"     令牌 · token  api_token in {_near(secrets)}"
    )


def _near(path: Path) -> Path:
    """Return a path as it is typed from here, if it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _heard_table(evidence: Evidence) -> Table:
    table = Table(title="每一方听到了谁（秒） · who heard whom (seconds)", title_justify="left")
    roles = ("citizen", "agent", "unit")
    table.add_column("")
    for role in roles:
        table.add_column(f"{NAMES[role]} {TONES[role]} Hz", justify="right")
    rows = {NAMES[who]: evidence.heard.get(who, {}) for who in roles} | {"录音 · recording": evidence.recorded.tones}
    for name, heard in rows.items():
        table.add_row(name, *(f"{heard[role]:.1f}" if role in heard else "—" for role in roles))
    return table


def _legs_table(evidence: Evidence) -> Table:
    table = Table(title="各方 · legs", title_justify="left")
    for title in ("", "接起 · answered", "离开 · left", "原因 · reason"):
        table.add_column(title, justify="right" if title[:2] in ("接起", "离开") else "left")
    start = evidence.record.get("answered_at") or 0.0
    for leg in evidence.legs():
        times = (f"{leg[name] - start:.1f}" if leg[name] is not None else "—" for name in ("answered_at", "left_at"))
        table.add_row(NAMES.get(leg["role"], leg["role"]), *times, str(leg["reason"]))
    return table
