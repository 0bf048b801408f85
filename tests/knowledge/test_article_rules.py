"""The life of an article and what of a question is looked for."""

from __future__ import annotations

import pytest

from workorders.knowledge.errors import KnowledgeError
from workorders.knowledge.rules import ACTS, STATES, Standing, can, due, essence, excerpt, step, without_numbers


def test_what_is_published_again_must_have_new_words() -> None:
    assert step(Standing("draft", 1, 0), "publish") == "published"
    assert step(Standing("published", 3, 2), "publish") == "published"
    assert step(Standing("withdrawn", 2, 2), "publish") == "published"
    with pytest.raises(KnowledgeError) as caught:
        step(Standing("published", 2, 2), "publish")
    assert caught.value.fix


def test_only_what_is_in_use_is_reviewed_or_withdrawn() -> None:
    may = {state: [do for do in ACTS if can(Standing(state, 2, 1), do)] for state in STATES}
    assert may == {"draft": ["edit", "publish"], "published": ["edit", "publish", "review", "withdraw"],
                   "withdrawn": ["edit", "publish"]}


def test_a_review_holds_for_the_days_of_its_interval() -> None:
    assert due(0.0, 180) == 180 * 86400


@pytest.mark.parametrize(("asked", "about"), [
    ("供暖什么时候开始", "供暖 开始"), ("公积金怎么提取", "公积金 提取"), ("请问居住证如何办理呢", "居住证 办理"),
    ("水费", "水费"), ("怎么", "")])
def test_a_question_is_looked_for_without_the_words_that_only_ask(asked: str, about: str) -> None:
    assert essence(asked) == about


def test_an_excerpt_shows_the_words_looked_for() -> None:
    words = "一" * 200 + "提取公积金" + "二" * 200
    shown = excerpt(words, ["公积金"])
    assert "公积金" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert excerpt("很短\n的话", ["没有"]) == "很短 的话"


def test_what_was_not_found_names_nobodys_number() -> None:
    assert without_numbers("13800001234 的 公积金  怎么取") == "… 的 公积金 怎么取"
    assert without_numbers("110101 1990-0101 123") == "…"
    assert without_numbers("12345 热线 2026 年") == "12345 热线 2026 年"
