"""The command ``hotline``. Each sub-command lives in a module of its own, imported only when it is asked for."""

from __future__ import annotations

import importlib
import logging
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError
from typer.core import TyperGroup
from typer.main import get_command

from core.log import configure
from core.secrets import SecretsError
from core.settings import Settings
from hotline.switch.errors import SwitchError
from routing.directory import DirectoryError

# name → module that has it as `app`; a module that is not there is passed over
PARTS: Final = {
    "switch": "hotline.switch.cli",
    "serve": "hotline.serve",
    "demo": "hotline.demo.cli",
    "flow": "hotline.cli_flow",
    "people": "hotline.cli_people",
    "directory": "hotline.cli_directory",
    "audit": "hotline.cli_audit",
    "life": "hotline.cli_life",
    "seed": "hotline.cli_seed",
    "export": "hotline.cli_export",
    "backup": "hotline.cli_backup",
    "restore": "hotline.cli_restore",
    "retention": "hotline.cli_retention",
    "tidy": "hotline.cli_tidy",
    "openapi": "hotline.cli_openapi",
}


class _Parts(TyperGroup):
    """The commands of this module and those of PARTS."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help text."""
        return [*(name for name in PARTS if self.get_command(ctx, name)), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one command, importing its module now, or None."""
        if cmd_name in PARTS:
            return part(cmd_name)
        return super().get_command(ctx, cmd_name)


def part(name: str) -> Any:
    """Return the command of a part, or None if its module does not exist."""
    module_name = PARTS[name]
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            return None
        raise
    command = get_command(module.app)
    command.name = name
    return command


app = typer.Typer(
    name="hotline", help="12345 城市热线 · the engine of a city hotline", cls=_Parts, no_args_is_help=True,
    add_completion=False, pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(_version())
        raise typer.Exit


@app.callback()
def _top(
    _: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help="版本 · version")] = False,
) -> None:
    """12345 城市热线 · the engine of a city hotline"""
    configure("command", logging.WARNING)


@app.command()
def doctor() -> None:
    """体检 · tell in plain words what is missing or wrong, and how to mend it; exit status 1 if anything is"""
    from hotline.doctor import examine  # heavy: the other commands start without it

    faults = examine(Settings())
    for fault in faults:
        typer.echo(f"✗ {fault.zh} · {fault.en}\n    → {fault.mend}")
    if faults:
        typer.echo(f"共 {len(faults)} 处问题 · {len(faults)} fault(s)")
        raise typer.Exit(1)
    typer.echo("✓ 一切正常 · all is well")


def main() -> None:
    """Run the command line; what a person can mend is told in one line, without a stack trace."""
    try:
        app()
    except (SwitchError, DirectoryError, SecretsError) as error:
        _give_up(str(error))
    except tomllib.TOMLDecodeError as error:
        _give_up(f"hotline.toml 无法读取 · is no readable TOML: {error}")
    except ValidationError as error:
        _give_up("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))


def _give_up(reason: str) -> None:
    typer.echo(f"✗ {reason}", err=True)
    sys.exit(1)


def _version() -> str:
    try:
        return version("hotline-engine")
    except PackageNotFoundError:
        return "(未安装 · not installed)"


if __name__ == "__main__":
    main()
