"""Decide whether a wish may become an act, by the table and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from workorders.life import texts
from workorders.life.acts import Act, Wish
from workorders.life.case import Case
from workorders.life.checks import lacking
from workorders.life.confidential import concerned
from workorders.life.dues import dues_of
from workorders.life.effects_matter import protected, reclassified
from workorders.life.errors import BadContent, NotYours, Unseen, WrongStep
from workorders.life.matters import Strict
from workorders.life.order import Assignment, Order
from workorders.life.policy import Rules
from workorders.life.shapes import Accepted, Protected, Reclassified, shape
from workorders.life.states import BY_ACT, Go, Of, Step
from workorders.life.words import CHINESE_DO, CHINESE_STATE, State

_EARLIEST, _LATEST = 946_684_800.0, 7_258_118_400.0  # the years 2000 to 2199


@dataclass(frozen=True, slots=True)
class Row:
    """A row that starts from where this order, or the part of it that is meant, is now."""

    step: Step
    part: Assignment | None
    frm: State | None


def perform(order: Order | None, wish: Wish, rules: Rules) -> Act:
    """Return the act that the wish becomes; seal it with `history.seal`. Raises LifeError and changes nothing."""
    case = _case(order, wish, rules)
    row = _choose(case)
    return _act(replace(case, part=row.part), row)


def step_for(order: Order | None, wish: Wish, rules: Rules) -> Step:
    """Return the row of the table by which the wish would become an act. Raises LifeError."""
    return _choose(_case(order, wish, rules)).step


def _case(order: Order | None, wish: Wish, rules: Rules) -> Case:
    _check_who(order, wish)
    _check_words(wish, rules)
    _check_time(order, wish)
    data = shape(wish.do, wish.data)
    for word in _words_of(data.model_dump(mode="json")):
        texts.check_text("内容", word, rules.policy.text_limit)
    return Case(order, wish, _unsigned(order, _widened(data, rules), rules), rules)


def _check_who(order: Order | None, wish: Wish) -> None:
    """Refuse an act of nobody; to a unit without a part in it, and to one complained of, there is no such order."""
    by = wish.by
    if not by.id or (by.of_unit and not by.unit):
        raise BadContent("没有写明是谁、哪个单位在办理", "登录后重试")
    if order is not None and (by.unit in order.matter.barred or (by.of_unit and by.unit not in concerned(order))):
        raise Unseen("没有这张工单", "核对工单编号")


def _words_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (word for inner in value.values() for word in _words_of(inner))
    elif isinstance(value, list):
        yield from (word for inner in value for word in _words_of(inner))


def _widened(data: Strict, rules: Rules) -> Strict:
    """Keep a report also from the units under the one complained of, as the city is built today."""
    if isinstance(data, Accepted) and data.matter.is_report:
        under = _under(data.matter.complained_of, data.matter.kept_from, rules)
        return data.model_copy(update={"matter": data.matter.model_copy(update={"kept_from": under})})
    if isinstance(data, Protected):
        return data.model_copy(update={"kept_from": _under(data.units, data.kept_from, rules)})
    return data


def _unsigned(order: Order | None, data: Strict, rules: Rules) -> Strict:
    """Say whether a leader's signature lapses: policy now asks for one on a ground that they were not shown."""
    if order is None or not isinstance(data, Reclassified | Protected):
        return data
    old = order.matter
    new = reclassified(old, data) if isinstance(data, Reclassified) else protected(old, data)
    lapses = order.endorsed and rules.policy.asks_another_signature(old, new)
    return data.model_copy(update={"unsigned": lapses})


def _under(units: tuple[str, ...], known: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    below = (under for unit in units for under in rules.below.get(unit, ()))
    return tuple(sorted({*known, *below}))


def _check_words(wish: Wish, rules: Rules) -> None:
    texts.check_text("理由", wish.why, rules.policy.text_limit)
    texts.check_text("内容", wish.text, rules.policy.text_limit)
    for name in (wish.by.id, wish.by.unit, wish.about, wish.on_behalf):
        texts.check_text("编号", name, 200)


def _check_time(order: Order | None, wish: Wish) -> None:
    if not _EARLIEST <= wish.at < _LATEST:
        raise BadContent("时间不在可用范围内", "用当前时间重发")
    if order is not None and wish.at < order.last_at:
        raise BadContent("时间早于上一步，历史只能向后写", "核对服务器时钟后重发")


def _choose(case: Case) -> Row:
    """Return the first row that fits state, office and needs; say why the nearest one does not."""
    rows = rows_of(case)
    if not rows:
        raise _wrong_step(case)
    ours = [row for row in rows if is_ours(row, case)]
    if not ours:
        raise NotYours(f"“{CHINESE_DO[case.wish.do]}”不由你办理", "请有权的人办理")
    return _fitting(ours, case)


def rows_of(case: Case) -> list[Row]:
    """Return the rows of this act that start from where the order, or the part that is meant, is now."""
    return [row for step in BY_ACT[case.wish.do] if (row := _row(step, case)) is not None]


def is_ours(row: Row, case: Case) -> bool:
    """Tell whether the row is for this office and, where a unit acts, about its own part."""
    return case.wish.by.role in row.step.who and _own(row, case)


def _fitting(rows: list[Row], case: Case) -> Row:
    """Return the first row whose needs are all met; else say what the row lacks that came nearest."""
    lacks = []
    for row in rows:
        found = lacking(replace(case, part=row.part), row.step.needs)
        if found is None:
            return row
        lacks.append(found)
    raise max(lacks, key=lambda lack: lack[0])[1]


def _row(step: Step, case: Case) -> Row | None:
    order = case.known
    if order is None or step.of is Of.ORDER:
        state = order.state if order else None
        return Row(step, None, state) if state in step.frm else None
    part = _part(step, order, case.wish)
    return Row(step, part, part.state) if part is not None and part.state in step.frm else None


def _part(step: Step, order: Order, wish: Wish) -> Assignment | None:
    if step.of is Of.BELOW:
        return order.part_below(wish.by.unit) if wish.by.unit else None
    unit = wish.by.unit if wish.by.of_unit else wish.about
    part = order.part_of(unit) if unit else order.leading
    fits = part is not None and (step.of is Of.PART or part.part == step.of.value)
    return part if fits else None


def _own(row: Row, case: Case) -> bool:
    """Tell whether a unit acts on its own part; the hotline's offices have none."""
    by = case.wish.by
    if not by.of_unit or row.part is None or row.step.of is Of.BELOW:
        return True
    return row.part.unit == by.unit


def _wrong_step(case: Case) -> WrongStep:
    if case.known is None:
        return WrongStep("还没有工单", "先受理")
    state = CHINESE_STATE[case.known.state]
    return WrongStep(f"工单现在是“{state}”，不能{CHINESE_DO[case.wish.do]}", "看工单当前状态和可办的步骤")


def _act(case: Case, row: Row) -> Act:
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


def _target(row: Row) -> State:
    if row.step.to is Go.BACK:
        assert row.part is not None
        return row.part.before
    if row.step.to is Go.STAY:
        assert row.frm is not None
        return row.frm
    assert isinstance(row.step.to, State)
    return row.step.to
