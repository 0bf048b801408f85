"""Releases: numbered, signed, never changed; one wins; every call keeps its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.difference import changes, plain, words
from ivr.errors import Conflict, ReleaseError
from ivr.flow import compile_flow, flow_from_data, parse_flow
from ivr.releases import FlowStore, load_release, shelf_file
from ivr.shelf import Made, Shelf
from tests.ivr.flows import HEAD, text

MENU = '  welcome: {verb: menu, prompts: hello, choices: {"1": person}}'


class Clock:
    """A clock that a test sets."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(tmp_path: Path, clock: Clock) -> Shelf:
    return Shelf(tmp_path / "release", clock)


def made(said: str = "您好", by: str = "wang", based_on: int | None = None, due_at: float | None = None) -> Made:
    flow = parse_flow(text(MENU, HEAD.replace("您好", said)), "t")

    def compiled(number: int) -> object:
        return compile_flow(flow_from_data({**plain(flow), "release": number}), lambda name, lang, words: name)

    return Made(plain(flow), compiled, by, "更换问候语", based_on, due_at=due_at)  # type: ignore[arg-type]


def test_releases_are_numbered_signed_and_the_last_one_is_in_force(shelf: Shelf) -> None:
    first, second = shelf.add(made("一")), shelf.add(made("二", by="li"))
    index = shelf.index()
    assert [(e.number, e.by, e.why, e.state) for e in index.entries] == [
        (1, "wang", "更换问候语", "superseded"), (2, "li", "更换问候语", "published")]
    assert index.current == 2
    assert FlowStore(shelf.folder).current().id == second.id
    assert first.id.startswith("1-")
    assert second.id.startswith("2-")


def test_a_release_cannot_be_changed_on_disk_and_reads_back_as_edited(shelf: Shelf) -> None:
    entry = shelf.add(made("一"))
    assert shelf_file(shelf.folder, 1).stat().st_mode & 0o222 == 0
    assert shelf.release(1).id == entry.id
    assert flow_from_data(shelf.document(1)).prompts["hello"].texts["zh-CN"] == "一"


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told_by_whom(shelf: Shelf) -> None:
    base = shelf.add(made()).number
    told: list[str] = []
    won: list[int] = []

    def publish(who: str) -> None:
        try:
            won.append(Shelf(shelf.folder).add(made(who, by=who, based_on=base)).number)
        except Conflict as conflict:
            told.append(str(conflict))

    both = [threading.Thread(target=publish, args=(who,)) for who in ("zhao", "qian")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert won == [2]
    assert len(told) == 1
    winner = shelf.index().entry(2).by
    assert winner in told[0]
    assert "第 2 版" in told[0]


def test_rolling_back_puts_the_old_release_in_force_with_its_own_id(shelf: Shelf) -> None:
    first = shelf.add(made("一"))
    shelf.add(made("二"))
    shelf.roll_back(1, "sun", "新菜单有误")
    assert FlowStore(shelf.folder).current().id == first.id
    assert [(a.act, a.number, a.by) for a in shelf.index().acts][-1] == ("rollback", 1, "sun")
    assert [e.state for e in shelf.index().entries] == ["published", "superseded"]


@pytest.mark.parametrize("act", [
    lambda shelf: shelf.roll_back(1, "x", "y"), lambda shelf: shelf.withdraw(1, "x", "y"),
    lambda shelf: shelf.add(made(based_on=7)),
])
def test_what_is_not_possible_is_refused_and_changes_nothing(shelf: Shelf, act: Callable[[Shelf], object]) -> None:
    shelf.add(made("一"))
    before = shelf.index()
    with pytest.raises(Conflict):
        act(shelf)
    assert shelf.index() == before


def test_a_release_waits_for_its_time_and_can_be_taken_back(shelf: Shelf, clock: Clock) -> None:
    shelf.add(made("一"))
    shelf.add(made("二", due_at=clock.now + 60))
    shelf.add(made("三", due_at=clock.now + 60))
    shelf.withdraw(3, "wang", "不需要了")
    assert shelf.publish_due() is None
    assert shelf.index().current == 1
    clock.now += 61
    due = shelf.publish_due()
    assert due is not None
    assert due.number == 2
    assert shelf.index().current == 2
    assert shelf.publish_due() is None
    assert [e.state for e in shelf.index().entries] == ["superseded", "published", "withdrawn"]


def test_a_call_can_be_resumed_with_a_release_that_is_long_superseded(shelf: Shelf) -> None:
    first = shelf.add(made("零"))
    for number in range(12):
        shelf.add(made(str(number)))
    assert not (shelf.folder / f"flow-{first.id}.json").exists()
    assert load_release(shelf.folder, first.id).id == first.id


def test_a_publisher_that_died_half_way_is_mended(shelf: Shelf) -> None:
    shelf.add(made("一"))
    shelf.add(made("二"))
    index = shelf.folder / "shelf" / "index.json"
    data = json.loads(index.read_bytes())
    data["current"] = 1
    data["entries"][1]["state"], data["entries"][0]["state"] = "checked", "published"
    index.write_text(json.dumps(data))
    shelf.add(made("三"))
    assert [e.state for e in shelf.index().entries] == ["superseded", "superseded", "published"]


def test_a_broken_index_is_told_not_overwritten(shelf: Shelf) -> None:
    shelf.add(made("一"))
    (shelf.folder / "shelf" / "index.json").write_text("{")
    with pytest.raises(ReleaseError, match="备份"):
        shelf.add(made("二"))


# -- differences -----------------------------------------------------------------------------------------------
def test_the_difference_is_told_in_words_with_both_sides() -> None:
    before = plain(parse_flow(text(MENU), "t"))
    after = plain(parse_flow(text(
        '  welcome: {verb: menu, prompts: hello, choices: {"2": person, "1": night}, time_out: 4}\n'
        "  night: {verb: service, skill: night, title: 夜间}", HEAD.replace("您好", "早上好")), "t"))
    found = changes(before, after)
    assert words(found) == (
        "步骤“welcome”：按1 由 “person” 改为 “night”", "步骤“welcome”：新增按2 → “person”",
        "步骤“welcome”：等待秒数设为 4.0", "新增步骤“夜间（night）”",
        "提示音“hello”：zh-CN 的文字由 “您好” 改为 “早上好”")
    assert (found[0].path, found[0].before, found[0].after) == (("steps", "welcome", "choices", "1"), "person", "night")


def test_writing_the_same_otherwise_is_no_difference() -> None:
    other = MENU.replace("hello", "[hello]").replace("}}", "}, retries: 2, barge_in: true}")
    assert words(changes(plain(parse_flow(text(MENU), "t")), plain(parse_flow(text(other), "t")))) == ("内容没有变化",)


def test_a_plain_flow_reads_back_to_the_same_flow() -> None:
    head = HEAD + ("calendars:\n  office:\n    weekly: [{days: mon-fri, from: 08:30, to: 17:00}]\n"
                   "    holidays: [2026-10-01]\n    working: {2026-10-10: fri}\n"
                   "    special: {2026-12-31: [{from: 09:00, to: 12:00}], 2027-01-01: closed}\n"
                   "numbers: {'12319': {name: 城管热线, field: city, greeting: wrong}}\n")
    flow = parse_flow(text(MENU.replace("menu", "hours").replace(
        'prompts: hello, choices: {"1": person}', "calendar: office, open: person, closed: person"), head), "t")
    again = flow_from_data(plain(flow))
    assert (again.steps, again.prompts, again.head.calendars, again.head.numbers) == (
        flow.steps, flow.prompts, flow.head.calendars, flow.head.numbers)
