"""``hotline switch …``: fetch, start, stop and look at the embedded switch."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from core.secrets import load_secrets
from core.settings import Settings
from hotline.switch.embedded import EmbeddedSwitch
from hotline.switch.errors import SwitchError
from hotline.switch.fetch import fetch
from hotline.switch.installation import Installation
from hotline.switch.phones import account_of, baresip_line, kept_of
from routing.directory_file import directory_in_force

NOT_RUNNING = 3  # exit status, as of service managers

app = typer.Typer(name="switch", help="内置交换机 · the embedded switch (Asterisk)", no_args_is_help=True)


@app.command("fetch")
def fetch_command(
    installed: Annotated[bool, typer.Option("--installed", help="用本机已装的 · use this machine's own")] = False,
) -> None:
    """获取 Asterisk · fetch Asterisk into var/, once"""
    settings = Settings()
    version = _use_installed(settings) if installed else fetch(settings.asterisk, typer.echo)
    root = Path("/") if installed else settings.asterisk
    typer.echo(f"Asterisk {_dotted(version)} 就绪 · ready: {Installation(root).binary}")


@app.command()
def start() -> None:
    """启动 · render the files, start it, wait until it is ready"""
    switch = _switch()
    before = switch.process.pid
    asyncio.run(switch.start())
    said = "已在运行 · is running already" if before else "已启动 · started"
    typer.echo(f"交换机{said} (pid {switch.process.pid}, SIP {switch.settings.sip_address}:{switch.settings.sip_port})")


@app.command()
def stop(
    drain: Annotated[float, typer.Option(metavar="SECONDS", help="先等通话自然结束 · let calls end first")] = 0.0,
) -> None:
    """停止 · stop it; calls that are up end, unless --drain lets them come to their own end"""
    switch = _switch()
    if switch.process.pid is None:
        typer.echo("交换机未在运行 · the switch is not running")
        return
    if drain <= 0:
        asyncio.run(switch.stop())
    elif not asyncio.run(switch.process.drain(drain)):
        typer.echo(f"{drain:.0f} 秒后仍有通话，交换机继续服务 · calls are still up, the switch goes on", err=True)
        raise typer.Exit(1)
    typer.echo("交换机已停止 · the switch has stopped")


@app.command()
def status() -> None:
    """状态 · running or not, and how many calls; exit status 3 if not"""
    found = asyncio.run(_switch().status())
    if found.pid is None:
        typer.echo(f"未运行 · not running (Asterisk {found.version})")
        raise typer.Exit(NOT_RUNNING)
    calls = "未应答 · does not answer" if found.calls is None else f"{found.calls} 个通话 · calls"
    typer.echo(f"运行中 · running: pid {found.pid}, Asterisk {found.version}, {calls}")


@app.command()
def follow() -> None:
    """跟上通讯录 · take a changed directory into the running switch; what hotline serve does by itself"""
    switch = _switch()
    if switch.process.pid is None:
        typer.echo("未运行，启动时会按现行通讯录 · not running; it will start with the directory in force")
        raise typer.Exit(NOT_RUNNING)
    asyncio.run(switch.follow())
    typer.echo("交换机已按现行通讯录 · the switch goes by the directory in force")


@app.command()
def phone(
    number: Annotated[str, typer.Argument(help="名录里的话机 · a telephone of the directory")],
    baresip: Annotated[bool, typer.Option("--baresip", help="baresip 的账号行 · the line for baresip")] = False,
) -> None:
    """话机账号 · what to type into an agent's desk telephone; the password is secret"""
    settings = Settings()
    row = asyncio.run(kept_of(settings, number))
    account = account_of(settings, load_secrets(settings), directory_in_force(settings).now(), number, row)
    if baresip:
        typer.echo(baresip_line(account))
        return
    for word, value in account.items():
        typer.echo(f"{_WORDS[word]}: {value}")


_WORDS = {"agent": "坐席 · agent", "server": "服务器 · server", "transport": "传输 · transport",
          "user": "用户名 · user", "password": "密码 · password", "codecs": "编码 · codecs"}


def _switch() -> EmbeddedSwitch:
    settings = Settings()
    return EmbeddedSwitch(settings, load_secrets(settings), directory_in_force(settings))


def _use_installed(settings: Settings) -> tuple[int, int, int]:
    """Check the machine's own Asterisk and write the choice into hotline.toml. Raises SwitchError, TooOldError."""
    version = Installation(Path("/")).check()
    if settings.asterisk != Path("/"):
        _choose_installed(settings.home / "hotline.toml")
    return version


def _choose_installed(path: Path) -> None:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if "asterisk_root" in text:
        raise SwitchError(f'{path} names another Asterisk; change that line to: asterisk_root = "/"')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'asterisk_root = "/"\n{text}', encoding="utf-8")


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
