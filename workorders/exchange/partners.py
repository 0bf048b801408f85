"""Another platform as data: which way orders go, what may go, in whose words, where to, under which secret."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator

from workorders.exchange.errors import BadDocument
from workorders.exchange.signature import LEAST_SECRET
from workorders.life.matters import Name, Strict
from workorders.life.words import Kind

PartnerId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]
Word = Annotated[str, StringConstraints(max_length=80)]
Direction = Literal["out", "in", "both"]


class Scope(StrEnum):
    """What a partner is told besides the matter itself, or may send."""

    SUMMARY = "summary"  # what the citizen said
    ADDRESS = "address"
    CONTACT = "contact"  # name and number; never of a citizen who wants to be hidden
    REPORTS = "reports"  # 举报 too, without the caller


class Takes(Strict):
    """Which matters may go to, or come from, a partner; empty: all."""

    kinds: tuple[Kind, ...] = ()
    fields: tuple[Name, ...] = ()  # first level of the classification


class Mapped(Strict):
    """A partner's own words. `names`: our field → theirs; `values`: our field → our value → theirs.

    Fields: kind, urgency, first, second, third, district, street, asker, summary, address, name, number.
    """

    names: dict[Name, Word] = Field(default_factory=dict, max_length=40)
    values: dict[Name, dict[Word, Word]] = Field(default_factory=dict, max_length=40)


class Partner(Strict):
    """One platform. `own`: how it calls us; `unit`: the unit of ours that it stands for, "" for none."""

    id: PartnerId
    name: Word = Field(min_length=1)
    direction: Direction = "both"
    scopes: frozenset[Scope] = frozenset()
    gives: Takes = Takes()  # what it may hand over to us
    takes: Takes = Takes()  # what we may hand over to it
    mapping: Mapped = Mapped()
    address: Word = ""  # base address; documents go to <address>/api/exchange/documents
    own: PartnerId = "hotline"
    unit: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""
    active: bool = True

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("地址要以 http:// 或 https:// 开头，不带参数")
        return value.rstrip("/")

    def sends(self) -> bool:
        """Tell whether orders may go to it."""
        return self.active and self.direction in ("out", "both")

    def receives(self) -> bool:
        """Tell whether orders may come from it."""
        return self.active and self.direction in ("in", "both")


def check_secret(secret: str) -> str:
    """Return a shared secret that is long enough. Raises BadDocument."""
    if not LEAST_SECRET <= len(secret) <= 200 or not secret.isascii() or not secret.isprintable():
        raise BadDocument(f"共享密钥要有 {LEAST_SECRET} 到 200 个 ASCII 字符", "由一方随机生成，通过可靠途径告知另一方")
    return secret


def spoken_to(mapping: Mapped, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content in the partner's words."""
    return {mapping.names.get(name, name): mapping.values.get(name, {}).get(str(value), value)
            for name, value in content.items()}


def heard_from(mapping: Mapped, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content in our words; the inverse of `spoken_to` as far as the tables are one to one."""
    ours = {theirs: name for name, theirs in mapping.names.items()}
    found = {}
    for theirs, value in content.items():
        name = ours.get(theirs, theirs)
        back = {told: own for own, told in mapping.values.get(name, {}).items()}
        found[name] = back.get(str(value), value)
    return found
