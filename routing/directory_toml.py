"""A directory as a TOML file, as `load_directory` reads it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from routing.directory import Directory

_HEAD = "# Who can be rung (hotline directory export)."


def as_toml(directory: Directory) -> str:
    """Return a directory as the text of a file; what stands at its default is left out."""
    whole = directory.model_dump(mode="json", exclude_defaults=True)
    return "\n".join([_HEAD, *(line for kind, entries in whole.items() for entry in entries
                               for line in _table(kind, entry))]) + "\n"


def _table(kind: str, entry: dict[str, Any]) -> Iterator[str]:
    yield f"\n[[{kind}]]"
    for key, value in entry.items():
        yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    """Return a value of TOML; JSON's strings, numbers and truth values are TOML's too."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_value(one)}' for key, one in value.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
