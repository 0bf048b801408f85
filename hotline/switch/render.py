"""Templates in, configuration files out. A value that could begin a second line or a comment is refused.

Asterisk's files have no quoting: a line feed in a value begins a new setting, an unescaped semicolon cuts the
rest off. So every string that reaches a template is checked on its way out, whoever wrote the template.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.utils import missing

from hotline.switch.errors import RenderError

SUFFIX = ".j2"


def render(template_dir: Path, out_dir: Path, context: dict[str, Any], only: str = "*.conf") -> list[Path]:
    """Write every ``*.conf.j2`` of `template_dir` as ``*.conf`` into `out_dir` (mode 0600) and return the paths.

    `only`: of those files, the ones that are meant.

    A template may include one of its own or of the parent folder. Raises RenderError with the template's name for an
    unknown variable, a broken template or a value with a control character or a semicolon.
    """
    environment = _environment(template_dir)
    out_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    templates = sorted(template_dir.glob(f"{only}{SUFFIX}"))
    if not templates:
        raise RenderError(f"no templates in {template_dir}")
    texts = {path.name.removesuffix(SUFFIX): _text(environment, path.name, context) for path in templates}
    return [_write(out_dir / name, text) for name, text in texts.items()]


def checked(value: Any) -> Any:
    """Return `value` if it may stand in a configuration file. Raises RenderError if it may not."""
    if value is missing or isinstance(value, bool | int | float):
        return value
    text = str(value)
    if ";" in text or any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise RenderError(f"the value {text!r} has a semicolon or a control character; it may not enter a file")
    return value


def _environment(template_dir: Path) -> Environment:
    loader = FileSystemLoader([template_dir, template_dir.parent])
    return Environment(
        loader=loader, undefined=StrictUndefined, finalize=checked, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )


def _text(environment: Environment, name: str, context: dict[str, Any]) -> str:
    try:
        return environment.get_template(name).render(context)
    except TemplateError as error:
        raise RenderError(f"{name}: {error}") from error
    except RenderError as error:
        raise RenderError(f"{name}: {error}") from error


def _write(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
    return path
