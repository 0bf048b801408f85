"""Answers in both forms of the specification. One shape goes in; XML and JSON say the same.

A value is text, a number, a truth value, None (an empty element; null), a mapping, or a list with the name that each
of its items has in XML. Characters that XML cannot carry are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from fastapi import Response

from api.open311.faults import Fault

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `each` is the name of an item in XML."""

    each: str
    of: Sequence[Any]


def xml_of(name: str, value: Any) -> str:
    """Return an element with a value."""
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, Items):
        return f"<{name}>{''.join(xml_of(value.each, item) for item in value.of)}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(xml_of(key, inner) for key, inner in value.items())}</{name}>"
    return f"<{name}>{escape(_word(value))}</{name}>"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_XML.sub("", str(value))


def json_of(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Items):
        return [json_of(item) for item in value.of]
    if isinstance(value, Mapping):
        return {key: json_of(inner) for key, inner in value.items()}
    return value


def answer(form: str, root: str, value: Any, status: int = 200) -> Response:
    """Return the answer with root element `root` (JSON has no root)."""
    body = json.dumps(json_of(value), ensure_ascii=False) if form == "json" else (
        f'<?xml version="1.0" encoding="utf-8"?>\n{xml_of(root, value)}\n')
    return Response(body.encode("utf-8", "replace"), status, media_type=FORMATS[form],
                    headers={"X-Content-Type-Options": "nosniff"})


def refusal(form: str, faults: Iterable[Fault], status: int) -> Response:
    """Return the list of errors."""
    shown = [{"code": fault.code, "description": fault.description} for fault in faults]
    return answer(form, "errors", Items("error", shown), status)
