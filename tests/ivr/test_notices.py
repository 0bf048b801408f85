"""Emergency notices, numbers with a beginning of their own, special days, information by text message."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from core.facts import MENU_SMS
from ivr.build import release_flow
from ivr.errors import Conflict, PromptError
from ivr.flow import parse_flow
from ivr.hours import is_open
from ivr.interpreter import advance, local_time, start
from ivr.notices import FILE, Notice, NoticeBoard, in_force, load_notices
from ivr.number_sheet import SheetError, read_sheet
from ivr.publishing import Publishing, Wish, announce
from ivr.requests import Begin, CallFacts, PlayAndRead
from ivr.rules import Surroundings
from ivr.shelf import Shelf
from ivr.tally import tally
from tests.ivr.flows import HEAD, release, text
from tests.ivr.test_menu_service import House

OFFICE = HEAD + "calendars: {office: {weekly: [{days: mon-sun, from: 00:00, to: 24:00}]}}\n"
STEPS = ('  welcome: {verb: hours, calendar: office, open: ask, closed: person}\n'
         '  ask: {verb: menu, prompts: hello, choices: {"1": day}}\n  day: {verb: service, skill: day}')


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.publish(STEPS, OFFICE)
    return house


@pytest.fixture
def publishing(house: House) -> Publishing:
    return Publishing(Shelf(house.home / "release"), house.prompts,
                      lambda: Surroundings(datetime(2026, 11, 23).date(), prompts=house.prompts.folder))


NOON = datetime(2026, 11, 23, 12, 0).timestamp()  # as the house's clock has it


def wish(begins: float = NOON - 10, ends: float = NOON + 3600, closes: tuple[str, ...] = ()) -> Wish:
    return Wish({"zh-CN": "台风红色预警，今天停止现场办理。"}, begins, ends, closes)


async def test_a_notice_is_heard_by_the_next_call_before_everything_else(house: House, publishing: Publishing) -> None:
    plain = await house.call("1")
    notice = announce(publishing, wish(), "wang", "台风")
    heard = await house.call("1")
    assert heard.heard != plain.heard
    assert (house.home / "prompts" / "zh-CN" / f"{notice.files['zh-CN']}.alaw").exists()
    steps = [fact[3] for fact in house.facts if fact[0] == "menu.step"]
    assert steps[-1]["release"] == house.flows.current().id
    publishing.shelf.take_down(notice.id)
    assert (await house.call("1")).heard == plain.heard


async def test_an_emergency_shuts_a_calendar_and_opens_it_again_by_itself(house: House, publishing: Publishing) -> None:
    assert (await house.call("1")).variables["HL_SKILL"] == "day"
    announce(publishing, wish(closes=("office",)), "wang", "台风")
    assert (await house.call("1")).variables["HL_SKILL"] == "general"
    house.menu.clock = lambda: datetime(2026, 11, 23, 13, 1)
    assert (await house.call("1")).variables["HL_SKILL"] == "day"


def test_a_notice_that_never_ends_or_talks_for_ever_is_refused(publishing: Publishing) -> None:
    with pytest.raises(PromptError, match="结束"):
        announce(publishing, wish(ends=NOON + 9e6), "wang", "x")
    with pytest.raises(PromptError, match="结束"):
        announce(publishing, wish(ends=NOON - 20), "wang", "x")
    with pytest.raises(PromptError, match="zh-CN"):
        announce(publishing, Wish({"en": "Storm"}, NOON, NOON + 60), "wang", "x")
    with pytest.raises(Conflict, match="没有通知"):
        publishing.shelf.take_down("gone")


def test_a_broken_notice_file_raises_an_alarm_and_what_was_known_stays(tmp_path: Path) -> None:
    alarms: list[str] = []
    board = NoticeBoard(tmp_path, lambda what, detail: alarms.append(what))
    assert board.at(0) == ()
    (tmp_path / FILE).write_text("[{]")
    assert board.at(0) == ()
    assert alarms == ["notices_unreadable"]


def test_notices_begin_and_end_by_the_world_clock_whatever_the_zone() -> None:
    at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    notice = Notice("a", {}, {}, at.timestamp(), at.timestamp() + 60, (), "x", "y")
    for zone in ("Asia/Shanghai", "America/New_York"):
        assert in_force([notice], at.astimezone(ZoneInfo(zone)).timestamp()) == (notice,)


# -- days --------------------------------------------------------------------------------------------------------
SPECIAL = HEAD + ("calendars:\n  office:\n    weekly: [{days: mon-fri, from: 09:00, to: 17:00}]\n"
                  "    holidays: [2026-12-31]\n"
                  "    special:\n      2026-12-31: [{from: 09:00, to: 12:00}, {from: '22:00', to: '02:00'}]\n"
                  "      2027-01-04: closed\n")


@pytest.mark.parametrize(("at", "opened"), [
    ("2026-12-31T10:00", True), ("2026-12-31T13:00", False), ("2027-01-01T01:00", True), ("2027-01-01T03:00", False),
    ("2027-01-04T10:00", False), ("2027-01-05T10:00", True),
])
def test_a_special_day_has_hours_of_its_own(at: str, opened: bool) -> None:
    steps = "  welcome: {verb: hours, calendar: office, open: person, closed: person}"
    calendar = release(steps, SPECIAL).calendars["office"]
    assert is_open(calendar, datetime.fromisoformat(at)) is opened


def test_hours_follow_the_wall_clock_when_it_is_put_forward_and_back() -> None:
    steps = "  welcome: {verb: hours, calendar: office, open: person, closed: person}"
    calendar = release(steps, SPECIAL).calendars["office"]
    for day in (6, 9):  # the Friday before, and the Monday after, New York puts its clocks forward in 2026
        nine = datetime(2026, 3, day, 9, 0, tzinfo=ZoneInfo("America/New_York"))
        assert is_open(calendar, local_time(nine.astimezone(UTC), "America/New_York"))
        before = datetime.fromtimestamp(nine.timestamp() - 60, UTC)
        assert not is_open(calendar, local_time(before, "America/New_York"))


# -- numbers -----------------------------------------------------------------------------------------------------
NUMBERS = HEAD + "numbers: {'12319': {name: 城管热线, field: city, greeting: wrong, entry: ask, unit: city}}\n"
ASK = ('  welcome: {verb: menu, prompts: hello, choices: {"1": person}}\n'
       '  ask: {verb: menu, prompts: hello, choices: {"1": person}}')


def test_an_old_number_has_its_own_greeting_place_and_unit() -> None:
    flow = release(ASK, NUMBERS)
    state, request = advance(start(flow, CallFacts("k", called="12319")), Begin(), datetime(2026, 1, 1))
    assert isinstance(request, PlayAndRead)
    assert (state.step, request.prompts) == ("ask", ("wrong", "hello"))
    state, request = advance(start(flow, CallFacts("k", called="12345")), Begin(), datetime(2026, 1, 1))
    assert state.step == "welcome"


async def test_the_unit_of_the_number_goes_with_the_call(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.publish(ASK, NUMBERS)
    assert (await house.call("1", agi_dnid="12319")).variables["HL_UNIT"] == "city"
    assert (await house.call("1", agi_dnid="12345")).variables["HL_UNIT"] == ""


def _workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS: list[list[object]] = [
    ["号码", "名称", "领域", "问候语", "起点", "承办单位"],
    [12319, "城管热线", "城市管理", "您好，城管热线并入12345。", "ask", "city"],
    ["0571-8888 1234", "供水热线", "水电气热", "", "", ""],
    ["12319", "又一次", "", "", "", ""], ["abc", "x", "", "", "", ""], ["12306", "", "", "", "", ""],
    ["12320", "卫生热线", "养生", "", "", ""], ["12321", "x", "", "", "gone", ""], [None, None, None, None, None, None],
    ["12315", "消费者热线", "行政投诉", "", "", "nobody"],
]


@pytest.mark.parametrize("raw", [
    _workbook(ROWS), "\n".join(",".join(str(c or "") for c in row) for row in ROWS).encode("gb18030"),
], ids=["xlsx", "csv in GB18030"])
def test_fifty_numbers_come_from_a_spreadsheet_with_a_report_line_by_line(raw: bytes) -> None:
    sheet = read_sheet(raw, {"ask"}, {"057188881234"}, {"city"})
    assert [(line.line, line.number, line.result) for line in sheet.lines] == [
        (2, "12319", "taken"), (3, "057188881234", "changed"), (4, "12319", "refused"), (5, "abc", "refused"),
        (6, "12306", "refused"), (7, "12320", "refused"), (8, "12321", "refused"), (10, "12315", "refused")]
    assert all(line.problem and line.fix for line in sheet.lines if line.result == "refused")
    assert sheet.numbers["12319"] == {"name": "城管热线", "field": "city", "entry": "ask", "unit": "city",
                                      "greeting": "greeting-12319"}
    assert sheet.words() == "共 8 行：新增 1，更新 1，拒绝 6"


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04junk", b"\xff\xfe\x00", b"a,b\n1,2\n", b"x" * 2_000_001])
def test_what_is_no_table_is_refused(raw: bytes) -> None:
    with pytest.raises(SheetError):
        read_sheet(raw, set(), set())


# -- information ---------------------------------------------------------------------------------------------------
async def test_information_is_asked_for_as_a_text_message(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.publish('  welcome: {verb: menu, prompts: hello, choices: {"1": info}}\n  bye: {verb: hang_up}\n'
                  '  info: {verb: information, prompts: wrong, sms_key: "1", then: bye}')
    await house.call("1", "1", agi_callerid="13800001111")
    sms = [fact for fact in house.facts if fact[0] == MENU_SMS]
    assert [(fact[3]["text"], fact[3]["number"], fact[3]["step"]) for fact in sms] == [
        ("按键有误", "13800001111", "info")]
    await house.call("1", "t", agi_callerid="13800001111")
    assert len([fact for fact in house.facts if fact[0] == MENU_SMS]) == 1


# -- what callers did ----------------------------------------------------------------------------------------------
def test_what_callers_did_is_counted_per_release_and_step() -> None:
    def line(step: str, why: str, at: float, pressed: str = "", to: str = "") -> dict[str, object]:
        return {"release": "7-x", "step": step, "why": why, "at": at, "pressed": pressed, "to": to}

    one = [line("welcome", "wrong_key", 3, "7", "welcome"), line("welcome", "key", 5, "1", "water"),
           line("water", "end", 5)]
    two = [line("welcome", "time_out", 9, "", "person"), line("person", "end", 9)]
    three = [line("welcome", "broken_off", 2)]
    found = tally([(one, "12345", 0.0, True), (two, "12319", 0.0, True), (three, "12319", 0.0, False)])
    welcome = found.releases["7-x"]["welcome"].as_dict()
    assert welcome == {"entered": 3, "keys": {"7": 1, "1": 1}, "silent": 1, "wrong": 1, "left": 1,
                       "reached_person": 2, "mean_seconds": 4.0, "to": {"water": 1, "person": 1}}
    assert found.called == {"12345": 1, "12319": 2}


def test_release_flow_and_notices_on_file_are_read_back(house: House, publishing: Publishing) -> None:
    notice = announce(publishing, wish(), "wang", "台风")
    assert load_notices(house.home / "release") == (notice,)
    release_flow(parse_flow(text(STEPS, OFFICE), "t"), house.prompts, house.home / "release")
    assert load_notices(house.home / "release") == (notice,)
