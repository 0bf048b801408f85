"""Whatever comes in, an order says clearly what is wrong and what to do, and nothing is half written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from tests.life.lives import AGENT, CITIZEN, DEFAULT, HOUSING_LEAD, OFFICE, SYSTEM, Life
from workorders.errors import WorkOrderError
from workorders.life.acts import Actor, Wish
from workorders.life.errors import BadContent, LifeError, NeedsMore, NotYours, WrongStep
from workorders.life.history import advance
from workorders.life.matters import SEED_TREE, Classification, check_classification
from workorders.life.shapes import SHAPES, shape
from workorders.life.words import Do, Role


def test_a_wrong_transition_names_the_state_and_the_act() -> None:
    assert Life().no(WrongStep, Do.CLOSE, OFFICE) == "工单现在是“已受理”，不能结案"


def test_an_act_before_acceptance_and_a_second_acceptance_are_refused() -> None:
    with pytest.raises(WrongStep):
        advance(None, Wish(Do.DISPATCH, OFFICE, 1_772_000_000, data={"unit": "housing"}), DEFAULT)
    Life().no(WrongStep, Do.ACCEPT, AGENT, number="2026-0302-0001")


def test_completion_without_a_reply_is_refused() -> None:
    life = Life().dispatched().handling()
    for text in ("", "   ", "\n\n"):
        life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, text=text, solved=True)
    life.no(BadContent, Do.REPLY, HOUSING_LEAD)


@pytest.mark.parametrize("value", [0, 6, -1, 3.5, "五", [], 10**30, math.nan])
def test_a_rating_out_of_range_is_refused(value: Any) -> None:
    Life().no(BadContent, Do.RATE, CITIZEN, value=value)


def test_ten_megabytes_of_text_are_refused_and_the_refusal_is_short() -> None:
    life, flood = Life(), "水" * (10 * 1024 * 1024 // 3)
    for how in ({"text": flood}, {"why": flood}):
        said = life.no(BadContent, Do.NOTE, AGENT, **how)
        assert len(said) < 200
    assert len(life.no(BadContent, Do.WITHDRAW, CITIZEN, evidence=flood)) < 400
    assert len(life.no(BadContent, Do.NOTE, AGENT, **{flood: 1})) < 400
    assert len(life.no(BadContent, Do.CLASSIFY, AGENT, tags=["x"] * 100_000)) < 400
    many = {f"field{n}": n for n in range(50_000)}
    assert len(life.no(BadContent, Do.NOTE, AGENT, **many)) < 1000
    life.no(BadContent, Do.NOTE, Actor(flood, Role.AGENT))


@pytest.mark.parametrize("broken", ["\ud800", "水\udfff", "a\x00b", "\x07", "a\x7f"])
def test_broken_utf_8_and_control_characters_are_refused_wherever_they_stand(broken: str) -> None:
    life = Life()
    life.no(BadContent, Do.NOTE, AGENT, text=broken)
    life.no(BadContent, Do.NOTE, AGENT, why=broken)
    life.no(BadContent, Do.NOTE, Actor(broken, Role.AGENT))
    life.no(BadContent, Do.WITHDRAW, CITIZEN, evidence=broken)
    life.no(BadContent, Do.CLASSIFY, AGENT, tags=[broken])
    life.no(BadContent, Do.CLASSIFY, AGENT, place={"district": broken})


@pytest.mark.parametrize("at", [math.nan, math.inf, -1.0, 0.0, 1e12])
def test_an_impossible_time_is_refused(at: float) -> None:
    with pytest.raises(BadContent):
        advance(Life().order, Wish(Do.NOTE, AGENT, at, text="记录"), DEFAULT)


def test_history_is_not_written_backwards() -> None:
    Life(at="2026-03-02 09:00").no(BadContent, Do.NOTE, AGENT, at="2026-03-02 08:59")


@pytest.mark.parametrize("by", [Actor("", Role.AGENT), Actor("x", Role.UNIT_LEAD), Actor("x", Role.UNIT_HANDLER, "")])
def test_nobody_and_a_unit_without_a_name_do_nothing(by: Actor) -> None:
    Life().dispatched().no(BadContent, Do.NOTE, by)


@pytest.mark.parametrize(("do", "data", "told"), [
    (Do.RATE, {"value": 9}, "不能大于 5"), (Do.DISPATCH, {}, "unit：缺少"), (Do.NOTE, {"x": 1}, "x：没有这一项"),
    (Do.DISPATCH, {"unit": "住建局"}, "只能用字母"), (Do.CLASSIFY, {"kind": "joke"}, "kind：只能是"),
    (Do.WITHDRAW, {"evidence": ""}, "至少 1 个字"), (Do.DISPATCH, {"unit": 5}, "应为文字"),
    (Do.CLASSIFY, {"place": "x"}, "place：应为一组字段"), (Do.CLASSIFY, {"tags": 5}, "tags：应为列表"),
])
def test_a_wrong_field_is_named_in_chinese(do: Do, data: Mapping[str, Any], told: str) -> None:
    with pytest.raises(BadContent, match=told) as caught:
        advance(Life().order, Wish(do, AGENT, 1_780_000_000, why="因为", text="记录内容", data=data), DEFAULT)
    assert caught.value.fix
    assert caught.value.code == "bad_content"


@pytest.mark.parametrize("data", [
    {"unit": None}, {"unit": {}}, {"term": {"amount": -1, "unit": "days"}}, {"due": math.nan}, {"due": math.inf},
    {"until": -5}, {"figures": []}, {"request": 0}, {"evidence": [10**40]}, {1: 2}, {"units": [""]}, {"matter": None},
    {"number": ""}, {"ground": "boring"}, [], "text", None, 7,
], ids=str)
def test_any_rubbish_is_a_refusal_and_never_a_crash(data: Any) -> None:
    life = Life().dispatched()
    for do in Do:
        with pytest.raises(LifeError) as caught:
            advance(life.order, Wish(do, SYSTEM, life.now, why="因为", text="记录内容", data=data), DEFAULT)
        assert str(caught.value)
        assert caught.value.fix


def test_every_refusal_is_one_tree_with_a_code() -> None:
    def tree(kind: type[WorkOrderError]) -> set[type[WorkOrderError]]:
        return {kind}.union(*(tree(below) for below in kind.__subclasses__()))

    codes = [kind.code for kind in tree(LifeError)]
    assert len(codes) == len(set(codes))
    assert issubclass(LifeError, WorkOrderError)


def test_data_that_is_no_number_or_is_unending_is_refused() -> None:
    for data in ({"until": math.inf, "cause": "season"}, {"until": math.nan, "cause": "season"}):
        with pytest.raises(BadContent):
            shape(Do.ASK_PAUSE, data)
    assert all(kind.model_config.get("extra") == "forbid" for kind in SHAPES.values())


def test_a_unit_s_role_in_the_hotline_s_own_acts_is_not_its_own() -> None:
    Life().dispatched().no(NotYours, Do.REDISPATCH, HOUSING_LEAD, unit="water")


@pytest.mark.parametrize("path", [
    ("无此类",), ("公安", "无"), ("公安", "治安", "无"), ("", "治安"), ("公安", "", "噪声扰民")])
def test_a_classification_outside_the_tree_is_refused_with_what_there_is(path: tuple[str, ...]) -> None:
    levels = dict(zip(("first", "second", "third"), path, strict=False))
    with pytest.raises(BadContent) as caught:
        check_classification(Classification(**levels), SEED_TREE)
    assert "从这些中选" in caught.value.fix


def test_a_classification_of_the_tree_is_accepted_as_far_as_it_is_told() -> None:
    for path in ((), ("公安",), ("公安", "治安"), ("公安", "治安", "噪声扰民")):
        check_classification(Classification(**dict(zip(("first", "second", "third"), path, strict=False))), SEED_TREE)
