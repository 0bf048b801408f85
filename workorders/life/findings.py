"""What the record makes one suspect: 疑似不作为, 慢作为, 假作为, 推诿. A person decides; 乱作为 only persons see.

Found again from the order whenever it is asked; raising it writes it into the history, where nothing takes it away:
no act removes a finding, a reply or a close does not end it, "not established" stands beside it with its reasons.
Sources: the city's memo (不作为、慢作为、假作为、乱作为及时查处), 首接负责制.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workorders.life.acts import Wish, by_system
from workorders.life.clocks import clocks_of
from workorders.life.order import Assignment, FollowUp, Order
from workorders.life.shapes import FindingKind
from workorders.life.words import Do

CHINESE_FINDING: dict[FindingKind, str] = {
    "inaction": "疑似不作为", "slow": "疑似慢作为", "sham": "疑似假作为", "buck_passing": "疑似推诿",
    "wrong": "疑似乱作为",
}
_BY_CLOCK: dict[str, FindingKind] = {"sign": "inaction", "reply": "slow", "inner": "slow"}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something the record shows. `key` is the same each time it is found; `why` says what shows it."""

    key: str
    kind: FindingKind
    unit: str
    why: str

    def wish(self, now: float) -> Wish:
        """Return the act that raises it."""
        return by_system(Do.RAISE_FINDING, now, {"key": self.key, "kind": self.kind, "unit": self.unit}, why=self.why)


def suspected(order: Order, now: float) -> tuple[Suspicion, ...]:
    """Return everything the record shows by `now`, raised or not."""
    return (*_late(order, now), *_sham(order), *_bucks(order))


def to_raise(order: Order, now: float) -> tuple[Suspicion, ...]:
    """Return what the record shows and the history does not say yet."""
    return tuple(found for found in suspected(order, now) if order.finding(found.key) is None)


def _late(order: Order, now: float) -> Iterator[Suspicion]:
    for clock in clocks_of(order):
        kind = _BY_CLOCK.get(clock.name)
        if kind is not None and not clock.void and clock.late(now) > 0:
            unit = clock.whom.removeprefix("unit:")
            yield Suspicion(f"{kind}:{unit}:{clock.name}:{clock.started:.3f}", kind, unit,
                            "超期未签收" if kind == "inaction" else "超期未办结")


def _sham(order: Order) -> Iterator[Suspicion]:
    """Yield claims of the unit that the citizen denies: solved, or spoken to."""
    for told in order.follow_ups:
        for part in answering(order, told):
            if part.claimed_solved and told.solved is False:
                yield Suspicion(f"sham:{part.unit}:solved:{told.round}", "sham", part.unit, "报称已解决，诉求人说没有")
            if part.contact_claimed and told.contacted is False:
                yield Suspicion(f"sham:{part.unit}:contact:{told.round}", "sham", part.unit, "报称已联系，诉求人说没有")


def answering(order: Order, told: FollowUp) -> Iterator[Assignment]:
    """Yield the lead's part that was reviewed in the round this follow-up belongs to."""
    if not 0 < told.round <= len(order.rounds):
        return
    opened = order.rounds[told.round - 1].opened_at
    ended = order.rounds[told.round].opened_at if told.round < len(order.rounds) else float("inf")
    yield from (part for part in order.assignments if part.part == "lead" and part.ended_why == "reviewed"
                and opened <= part.dispatched_at < ended)


def _bucks(order: Order) -> Iterator[Suspicion]:
    for back in order.give_backs:
        if back.upheld is False:
            yield Suspicion(f"buck_passing:{back.unit}:{back.seq}", "buck_passing", back.unit, "退单或派错申诉被驳回")
