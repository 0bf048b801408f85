"""How much of an order its reader sees: asked of life.confidential for each office that the reader holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.people.caller import Caller
from api.people.models import UnitPlace
from core.db import once, rows_of
from workorders.life.confidential import OPEN_TO, Field, Reader, level_of, mask_name, mask_number, must_answer, sees
from workorders.life.order import Order
from workorders.life.words import Confidentiality, Role
from workorders.models import WorkOrder

_TEXTS: Final = {"name": Field.NAME, "caller": Field.NUMBER, "address": Field.ADDRESS, "summary": Field.SUMMARY}
_MASKS: Final = {Field.NAME: mask_name, Field.NUMBER: mask_number}


@dataclass(frozen=True, slots=True)
class Sight:
    """One caller's sight of orders, for the time of one request."""

    caller: Caller
    readers: tuple[Reader, ...]
    units: frozenset[str] = frozenset()  # the caller's own and those below

    def fields(self, order: Order) -> frozenset[Field]:
        """Return what the caller may see of an order; empty: for them it does not exist."""
        found = frozenset().union(*(sees(reader, order) for reader in self.readers))
        passes_on = self.caller.may("numbers.see") and level_of(order) < Confidentiality.REPORT
        return found | {Field.NUMBER} if found and passes_on else found

    def only_finding(self, order: Order) -> bool:
        """Tell whether all that the caller is shown of an order is what their unit must answer."""
        return not self.fields(order) and any(must_answer(reader, order) for reader in self.readers)

    def texts(self, order: Order, row: WorkOrder) -> dict[str, str]:
        """Return the words of an order as the caller may read them: whole, masked, or empty."""
        allowed, level = self.fields(order), level_of(order)
        return {name: _text(getattr(row, name), field, allowed, level) for name, field in _TEXTS.items()}

    def kept_back(self, order: Order) -> list[str]:
        """Return the words that the caller is not shown at all, so that an empty one can be told from these."""
        allowed, level = self.fields(order), level_of(order)
        masked = _MASKS.keys() if level is Confidentiality.OPEN else frozenset()
        return [name for name, field in _TEXTS.items() if field not in allowed and field not in masked]

    def replies(self, secrecy: int) -> bool:
        """Tell whether the reply of an order in a list may be read: of a report only on its own page."""
        allowed = frozenset().union(*(OPEN_TO[reader.role] for reader in self.readers))
        return Field.REPLY in allowed and Confidentiality(secrecy) < Confidentiality.REPORT

    def of_row(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Return the words of an order in a list, where its history is not read: no more than anybody may see there.

        A report's summary is for those to whom the query gave the row; whom it is from stands in no list.
        """
        allowed = frozenset().union(*(OPEN_TO[reader.role] for reader in self.readers))
        level = Confidentiality(row["secrecy"])
        if Role.SYSTEM not in {reader.role for reader in self.readers}:
            hidden = {Field.NAME, Field.NUMBER} | ({Field.ADDRESS} if level > Confidentiality.OPEN else set())
            allowed -= hidden
        if self.caller.may("numbers.see") and level < Confidentiality.REPORT:
            allowed |= {Field.NUMBER}
        return {name: _text(row[name], field, allowed, level) for name, field in _TEXTS.items()}


def _text(value: str, field: Field, allowed: frozenset[Field], level: Confidentiality) -> str:
    if field in allowed:
        return value
    mask = _MASKS.get(field)
    return mask(value) if mask is not None and level is Confidentiality.OPEN else ""


async def sight_of(session: AsyncSession, caller: Caller) -> Sight:
    """Return a caller's sight, with the units below theirs."""
    units = frozenset(await once(session, ("below", caller.unit), lambda: below(session, caller.unit))
                      ) if caller.unit else frozenset()
    if caller.own_house:
        return Sight(caller, (Reader(caller.id, Role.SYSTEM),))
    ids = dict.fromkeys(one for one in (caller.id, caller.agent) if one)  # who took a call stands there as an agent
    readers = (Reader(name, role, units, caller.unit) for role in sorted(caller.roles) for name in ids)
    return Sight(caller, tuple(readers), units)


async def below(session: AsyncSession, unit: str) -> set[str]:
    """Return a unit and every one under it; a circle in the table does no harm."""
    under: Mapping[str, list[str]] = _children(await rows_of(session, _standing(), {}))
    found, ahead = {unit}, [unit]
    while ahead:
        for one in under.get(ahead.pop(), ()):
            if one not in found:
                found.add(one)
                ahead.append(one)
    return found


@cache
def _standing() -> Any:
    columns: tuple[Any, ...] = (UnitPlace.unit, UnitPlace.upper)
    return select(*columns).where(col(UnitPlace.upper) != "")


def _children(places: Any) -> dict[str, list[str]]:
    under: dict[str, list[str]] = {}
    for unit, upper in places:
        under.setdefault(upper, []).append(unit)
    return under
