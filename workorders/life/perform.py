"""Decide whether a wish may become an act, by the table and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workorders.life import texts
from workorders.life.acts import Act, Wish
from workorders.life.case import Case
from workorders.life.checks import meets
from workorders.life.dues import dues_of
from workorders.life.errors import BadContent, LifeError, NotYours, WrongStep
from workorders.life.order import Assignment, Order
from workorders.life.policy import Rules
from workorders.life.shapes import shape
from workorders.life.states import BY_ACT, Go, Of, Step
from workorders.life.words import CHINESE_DO, CHINESE_STATE, State

_EARLIEST, _LATEST = 946_684_800.0, 7_258_118_400.0  # the years 2000 to 2199


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that starts from where this order, or the part of it that is meant, is now."""

    step: Step
    part: Assignment | None
    frm: State | None


def perform(order: Order | None, wish: Wish, rules: Rules) -> Act:
    """Return the act that the wish becomes; seal it with `history.seal`. Raises LifeError and changes nothing."""
    _check_words(wish, rules)
    _check_time(order, wish)
    case = Case(order, wish, shape(wish.do, wish.data), rules)
    row = _choose(case)
    return _act(replace(case, part=row.part), row)


def _check_words(wish: Wish, rules: Rules) -> None:
    texts.check_text("理由", wish.why, rules.policy.text_limit)
    texts.check_text("内容", wish.text, rules.policy.text_limit)
    for name in (wish.by.id, wish.by.unit, wish.about, wish.on_behalf):
        texts.check_text("编号", name, 200)


def _check_time(order: Order | None, wish: Wish) -> None:
    if not _EARLIEST <= wish.at < _LATEST:
        raise BadContent("时间不在可用范围内", "用当前时间重发")
    if order is not None and wish.at < order.last_at:
        raise BadContent("时间早于上一步,历史只能向后写", "核对服务器时钟后重发")


def _choose(case: Case) -> _Row:
    """Return the first row that fits state, office and needs; say why the nearest one does not."""
    rows = [row for step in BY_ACT[case.wish.do] if (row := _row(step, case)) is not None]
    if not rows:
        raise _wrong_step(case)
    ours = [row for row in rows if case.wish.by.role in row.step.who and _own(row, case)]
    if not ours:
        raise NotYours(f"“{CHINESE_DO[case.wish.do]}”不由你办理", "请有权的人办理")
    return _fitting(ours, case)


def _fitting(rows: list[_Row], case: Case) -> _Row:
    first: LifeError | None = None
    for row in rows:
        try:
            meets(replace(case, part=row.part), row.step.needs)
            return row
        except LifeError as error:
            first = first or error
    assert first is not None
    raise first


def _row(step: Step, case: Case) -> _Row | None:
    order = case.known
    if order is None or step.of is Of.ORDER:
        state = order.state if order else None
        return _Row(step, None, state) if state in step.frm else None
    part = _part(step, order, case.wish)
    return _Row(step, part, part.state) if part is not None and part.state in step.frm else None


def _part(step: Step, order: Order, wish: Wish) -> Assignment | None:
    if step.of is Of.BELOW:
        return order.part_below(wish.by.unit) if wish.by.unit else None
    unit = wish.by.unit if wish.by.of_unit else wish.about
    part = order.part_of(unit) if unit else order.leading
    fits = part is not None and (step.of is Of.PART or part.part == step.of.value)
    return part if fits else None


def _own(row: _Row, case: Case) -> bool:
    """Tell whether a unit acts on its own part; the hotline's offices have none."""
    by = case.wish.by
    if not by.of_unit or row.part is None or row.step.of is Of.BELOW:
        return True
    return row.part.unit == by.unit


def _wrong_step(case: Case) -> WrongStep:
    if case.known is None:
        return WrongStep("还没有工单", "先受理")
    state = CHINESE_STATE[case.known.state]
    return WrongStep(f"工单现在是“{state}”,不能{CHINESE_DO[case.wish.do]}", "看工单当前状态和可办的步骤")


def _act(case: Case, row: _Row) -> Act:
    wish, order = case.wish, case.known
    to = _target(row)
    joint = row.part is not None and row.part.part == "joint"
    ahead = order.state if joint and order else to
    dues = dues_of(case, ahead, moves=order is None or order.state is not ahead)
    return Act(
        seq=order.length + 1 if order else 1, at=wish.at, do=wish.do, by=wish.by.id, role=wish.by.role,
        unit=wish.by.unit, on_behalf=wish.on_behalf, about=row.part.unit if row.part else wish.about, part=joint,
        frm=row.frm, to=to, why=wish.why, text=wish.text,
        data=case.data.model_dump(mode="json", exclude_defaults=True), dues=dues.at, terms=dues.terms,
        unsure=tuple(sorted(dues.unsure)), previous=order.head if order else "")


def _target(row: _Row) -> State:
    if row.step.to is Go.BACK:
        assert row.part is not None
        return row.part.before
    if row.step.to is Go.STAY:
        assert row.frm is not None
        return row.frm
    assert isinstance(row.step.to, State)
    return row.step.to
