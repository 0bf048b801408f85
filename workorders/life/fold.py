"""Fold one act into an order. Needs neither policy nor calendar: what they said stands in the act."""

from __future__ import annotations

from dataclasses import replace

from workorders.life.acts import Act
from workorders.life.dues import term_of
from workorders.life.effects_aside import ASIDE_EFFECTS
from workorders.life.effects_matter import MATTER_EFFECTS
from workorders.life.effects_order import ORDER_EFFECTS, born
from workorders.life.effects_units import RESUMABLE, UNIT_EFFECTS, Effect
from workorders.life.errors import BrokenHistory
from workorders.life.order import Order, Stage
from workorders.life.parts import on_part, stop_charges
from workorders.life.shapes import Accepted, shape
from workorders.life.words import UNIT_PHASE, Do, State

EFFECTS: dict[Do, Effect] = {**UNIT_EFFECTS, **MATTER_EFFECTS, **ORDER_EFFECTS, **ASIDE_EFFECTS}
_ARGUED = frozenset({State.RETURNED, State.PLEADED, State.ARBITRATION})
# while nobody has it, lost time runs on
_BETWEEN = frozenset({State.REDISPATCHING, State.ARBITRATION, State.AWAITING, State.ENDORSED, State.ACCEPTED})


def apply(order: Order | None, act: Act) -> Order:
    """Return the order after an act. Raises BrokenHistory for an act that does not follow."""
    data = shape(act.do, act.data)
    if order is None:
        if not isinstance(data, Accepted) or act.seq != 1:
            raise BrokenHistory("历史不从受理开始", "从第一步起读")
        return _sealed(_moved(born(act, data), act), act)
    _follows(order, act)
    effect = EFFECTS.get(act.do)
    before = order.state
    order = _kept_for_later(order, act)
    order = _moved(effect(order, act, data) if effect else order, act)
    if before in _BETWEEN and order.state not in _BETWEEN:
        order = stop_charges(order, act.at)
    return _sealed(order, act)


def _follows(order: Order, act: Act) -> None:
    if act.seq != order.length + 1 or act.previous != order.head or act.at < order.last_at:
        raise BrokenHistory(f"第 {act.seq} 步接不上第 {order.length} 步", "用 audit verify 查历史")
    part = order.part_of(act.about) if act.part else None
    if act.frm is not (part.state if part else order.state):
        raise BrokenHistory(f"第 {act.seq} 步的起始状态不符", "用 audit verify 查历史")


def _kept_for_later(order: Order, act: Act) -> Order:
    """Remember what a part is to go back to when its return, plea or arbitration leaves it where it is."""
    state = act.frm
    if act.to not in _ARGUED or state is None or state not in RESUMABLE:
        return order
    return on_part(order, act.about, lambda part: replace(part, before=state))


def _moved(order: Order, act: Act) -> Order:
    if act.part:
        return on_part(order, act.about, lambda part: replace(part, state=act.to))
    before, leading = order.state, order.leading
    if leading is not None and act.to in UNIT_PHASE:
        order = order.with_part(replace(leading, state=act.to))
    stage = order.stage if before is act.to else None
    if "stage" in act.dues:
        stage = Stage(act.to, act.at, act.dues["stage"], term_of(act.terms["stage"]))
    return replace(order, state=act.to, stage=stage)


def _sealed(order: Order, act: Act) -> Order:
    return replace(order, last_at=act.at, length=act.seq, head=act.digest, unsure=order.unsure | frozenset(act.unsure))
