"""Drafts: every operation can be taken back, on another day and another machine; two never write over each other."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.difference import plain
from ivr.draft_store import HOLD, DraftStore
from ivr.drafts import Edit, apply, heard_in_order, renamed
from ivr.errors import Conflict, ReleaseError
from ivr.flow import flow_from_data, parse_flow
from tests.ivr.flows import text

MENU = ('  welcome: {verb: menu, prompts: hello, choices: {"1": water, "2": person}, on_time_out: water}\n'
        "  water: {verb: service, skill: water}")
DOCUMENT = plain(parse_flow(text(MENU), "t"))
keys = st.sampled_from(["a", "b", "c"])
edits = st.builds(Edit, st.lists(keys, min_size=1, max_size=3).map(tuple),
                  st.one_of(st.integers(), st.dictionaries(keys, st.integers())), st.booleans())


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path, Clock())


@settings(derandomize=True)
@given(st.lists(edits, max_size=8))
def test_whatever_was_done_is_taken_back_to_the_letter(tries: list[Edit]) -> None:
    document: dict[str, Any] = {"a": {"b": {"c": 1}, "c": 2}, "b": {"a": {}}, "c": 0}
    before = deepcopy(document)
    done: list[list[Edit]] = []
    now = document
    for edit in tries:
        try:
            now, back = apply(now, [edit])
        except Conflict:
            continue
        done.append(back)
    for back in reversed(done):
        now, _ = apply(now, back)
    assert repr(now) == repr(before)  # also the order of keys
    assert document == before


def test_undo_and_redo_survive_a_reload(store: DraftStore, tmp_path: Path) -> None:
    draft = store.new("夜间", DOCUMENT, 3, "wang")
    for number in range(50):
        draft = store.edit(draft.id, "wang", draft.version, [Edit(("prompts", "hello", "zh-CN"), f"第 {number}")])
    again = DraftStore(tmp_path, store.clock)
    for _ in range(50):
        draft = again.undo(draft.id, "wang")
    assert draft.document == DOCUMENT
    with pytest.raises(Conflict, match="没有可以撤销"):
        again.undo(draft.id, "wang")
    for _ in range(50):
        draft = again.redo(draft.id, "wang")
    assert draft.document["prompts"]["hello"]["zh-CN"] == "第 49"


def test_one_edits_at_a_time_and_the_other_may_take_over(store: DraftStore) -> None:
    draft = store.new("x", DOCUMENT, 0, "wang")
    store.take(draft.id, "wang")
    with pytest.raises(Conflict, match="wang 正在编辑"):
        store.edit(draft.id, "li", None, [Edit(("title",), "y")])
    store.take(draft.id, "li", over=True)
    with pytest.raises(Conflict, match="li 正在编辑"):
        store.edit(draft.id, "wang", None, [Edit(("title",), "y")])
    store.comment(draft.id, "wang", "steps.welcome", "这里要改")
    store.clock.now += HOLD + 1  # type: ignore[attr-defined]
    assert store.edit(draft.id, "wang", None, [Edit(("title",), "y")]).document["title"] == "y"


def test_an_edit_on_an_old_version_is_refused(store: DraftStore) -> None:
    draft = store.new("x", DOCUMENT, 0, "wang")
    store.edit(draft.id, "wang", draft.version, [Edit(("title",), "y")])
    with pytest.raises(Conflict, match="请刷新"):
        store.edit(draft.id, "wang", draft.version, [Edit(("title",), "z")])


@pytest.mark.parametrize("draft_id", ["../../etc", "0" * 12, "", "a" * 13])
def test_a_draft_that_is_not_there_is_told(store: DraftStore, draft_id: str) -> None:
    with pytest.raises(ReleaseError, match="没有草稿"):
        store.get(draft_id)


def test_a_renamed_step_is_meant_everywhere(store: DraftStore) -> None:
    document, back = apply(DOCUMENT, renamed(DOCUMENT, "water", "supply"))
    flow = flow_from_data(document)
    assert list(flow.steps) == ["welcome", "supply", "person"]
    assert document["steps"]["welcome"]["choices"]["1"] == document["steps"]["welcome"]["on_time_out"] == "supply"
    assert apply(document, back)[0] == DOCUMENT
    with pytest.raises(Conflict, match="已经有步骤"):
        renamed(DOCUMENT, "water", "person")


def test_a_document_without_end_is_refused() -> None:
    with pytest.raises(Conflict, match="4 MB"):
        apply(DOCUMENT, [Edit(("title",), "x" * 4_000_001)])


def test_rows_stand_in_the_order_in_which_they_are_heard() -> None:
    rows = heard_in_order(parse_flow(text(MENU), "t"))
    assert [(step, depth) for step, depth, _ in rows] == [("welcome", 0), ("water", 1), ("person", 1)]
    assert rows[1][2] == "choices.1"
