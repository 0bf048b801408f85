"""What comes in: an appeal before it is an order. Its matter goes into the history, its words beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workorders.life.acts import Json
from workorders.life.errors import BadContent
from workorders.life.history import Digest
from workorders.life.matters import Classification, Matter, Place
from workorders.life.texts import check_text
from workorders.life.words import Asker, Confidentiality, Kind, Urgency

_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNIT = re.compile(r"[0-9A-Za-z_.-]{1,40}")
LIMITS = {"summary": 4000, "address": 500, "name": 80, "caller": 40, "unit": 40, "agent": 40}


@dataclass(frozen=True, slots=True)
class Intake:
    """An appeal. `unit`: whom reception thinks of; `first_responder`: the unit that was with the citizen."""

    matter: Matter = field(default_factory=Matter)
    summary: str = ""
    address: str = ""
    name: str = ""
    caller: str = ""
    unit: str = ""
    agent: str = ""
    first_responder: str = ""
    provisional: bool = False
    call_key: str | None = None
    appeal: int | None = None
    call: Json = field(default_factory=dict)
    answer: Json | None = None  # text, to_unit: what was answered on the line (answered.Answer)

    def texts(self) -> dict[str, str]:
        """Return the words that no history holds."""
        return {name: getattr(self, name) for name in LIMITS}


def clean(words: str) -> str:
    """Return words without what no text has: control characters, halves of characters."""
    return _UNUSABLE.sub("", words)


def check(texts: Mapping[str, str]) -> None:
    """Refuse words that are too long or broken. Raises BadContent."""
    for name, text in texts.items():
        check_text(name, text, LIMITS[name])


def content_digest(texts: Mapping[str, str], digest: Digest) -> str:
    """Return what the history keeps of an order's words: enough to prove them, not to read them."""
    return digest("\0".join(texts[name] for name in sorted(LIMITS)).encode())


def matter_of(columns: Mapping[str, Any]) -> Matter:
    """Return the matter that columns of WorkOrder tell. Raises BadContent."""
    try:
        kind = Kind(columns.get("kind", ""))
        secrecy = Confidentiality.REPORT if kind is Kind.REPORT else Confidentiality(columns.get("secrecy", 0))
        return Matter(
            kind=kind, urgency=Urgency(columns.get("urgency", 0)), confidentiality=secrecy,
            classification=Classification(**{n: columns.get(n, "") for n in ("first", "second", "third")}),
            place=Place(district=columns.get("district", ""), street=columns.get("street", "")),
            asker=Asker(columns.get("asker", "citizen")), anonymous=bool(columns.get("anonymous", False)),
            channel=columns.get("channel", "phone"), complained_of=tuple(columns.get("complained_of", ())),
            tags=tuple(columns.get("tags", ())))
    except ValueError as error:
        raise BadContent(f"诉求的分类有误：{error}", "按接口说明改正") from error


def from_columns(columns: Mapping[str, Any]) -> Intake:
    """Return the appeal that POST /api/work-orders brings: columns of WorkOrder, and `call` as promises.call_of."""
    call = dict(columns.get("call") or {})
    first = str(call.get("first_responder") or "")
    return Intake(
        matter_of(columns), first_responder=first if _UNIT.fullmatch(first) else "", call=call,
        call_key=columns.get("call_key"), appeal=columns.get("appeal"),
        provisional=bool(columns.get("provisional", False)), answer=columns.get("answer"),
        **{name: clean(str(columns.get(name) or "")) for name in LIMITS})
