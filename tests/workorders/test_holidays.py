"""The yearly notice of holidays, read as it is pasted; what a calendar changes, and which promises move by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.life.lives import OFFICE, when
from tests.workorders.office import NOW, Office
from workorders.keeping.calendar_effect import effect, stretches
from workorders.keeping.rules import set_calendar
from workorders.keeping.watch import Watch
from workorders.life.calendar import Calendar
from workorders.life.calendar_change import announced, change
from workorders.life.holidays import KNOWN_YEARS, year_of
from workorders.life.notice import read, year_named
from workorders.life.words import Do

OF_2026 = """国务院办公厅关于2026年部分节假日安排的通知
经国务院批准,现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦:1月1日(周四)至3日(周六)放假调休,共3天。1月4日(周日)上班。
二、春节:2月15日(农历腊月二十八、周日)至23日(农历正月初七、周一)放假调休,共9天。2月14日(周六)、2月28日(周六)上班。
三、清明节:4月4日(周六)至6日(周一)放假,共3天。
四、劳动节:5月1日(周五)至5日(周二)放假调休,共5天。5月9日(周六)上班。
五、端午节:6月19日(周五)至21日(周日)放假,共3天。
六、中秋节:9月25日(周五)至27日(周日)放假,共3天。
七、国庆节:10月1日(周四)至7日(周三)放假调休,共7天。9月20日(周日)、10月10日(周六)上班。
节假日期间,各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
国务院办公厅
2025年11月4日"""
OF_2024 = """一、元旦:1月1日放假,与周末连休。
二、春节:2月10日至17日放假调休,共8天。2月4日(星期日)、2月18日(星期日)上班。鼓励各单位结合带薪年休假等制度落实,安排职工在除夕(2月9日)休息。
三、清明节:4月4日至6日放假调休,共3天。4月7日(星期日)上班。
四、劳动节:5月1日至5日放假调休,共5天。4月28日(星期日)、5月11日(星期六)上班。
五、端午节:6月10日放假,与周末连休。
六、中秋节:9月15日至17日放假调休,共3天。9月14日(星期六)上班。
七、国庆节:10月1日至7日放假调休,共7天。9月29日(星期日)、10月12日(星期六)上班。"""


def test_a_notice_is_read_as_the_state_council_wrote_it() -> None:
    assert year_named(OF_2026) == 2026
    for text, year in ((OF_2024, KNOWN_YEARS[0]), (OF_2026, KNOWN_YEARS[2])):
        found = read(text, year.year)
        assert (found.off, found.worked, found.faults) == (year.off, year.worked, ())


def test_a_plain_list_is_read_too() -> None:
    found = read("2027-01-01 至 2027-01-03 休\n2027/1/9 班", 2027)
    assert (sorted(found.off)[-1], found.worked) == (date(2027, 1, 3), frozenset({date(2027, 1, 9)}))
    assert found.faults == ()


def test_last_year_s_notice_and_a_number_that_does_not_come_out_are_told() -> None:
    assert any("2025-02-04 是周二" in one for one in read(OF_2024, 2025).faults)
    found = read("5月1日至5日放假,共4天。5月1日上班。2月30日放假。6月1日", 2026)
    assert len(found.faults) == 4
    assert any("共 4 天，日期却有 5 天" in one for one in found.faults)
    assert any("没有说明 2026-06-01" in one for one in found.faults)


def test_a_holiday_that_reaches_into_the_year_before_is_added_where_that_year_is_known() -> None:
    notice = read("2026年12月31日至2027年1月2日放假,共3天", 2027)
    into, faults = announced(Calendar(KNOWN_YEARS), notice, "试拟")
    assert faults == ()
    assert not into.works(date(2026, 12, 31))
    assert [year.year for year in into.years] == [2024, 2025, 2026, 2027]
    nowhere, faults = announced(Calendar(KNOWN_YEARS[:2]), notice, "试拟")
    assert (len(faults), [year.year for year in nowhere.years]) == (1, [2024, 2025, 2027])


def test_a_change_names_each_day_and_each_year_once() -> None:
    before = Calendar(KNOWN_YEARS)
    assert not change(before, before)
    what = change(before, replace(before, years=(*KNOWN_YEARS[:2], year_of(2027, "", "1.1", "1.9"))))
    assert (what.learned, what.forgotten) == ((2027,), (2026,))
    assert what.days[date(2027, 1, 9)]
    assert what.days[date(2026, 10, 1)]  # a holiday that is forgotten is worked by its weekday
    assert date(2026, 1, 3) not in what.days  # a Saturday either way
    assert stretches([date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 3)]) == [
        (date(2026, 1, 31), date(2026, 2, 1)), (date(2026, 2, 3), date(2026, 2, 3))]


async def test_the_effect_told_before_is_what_happens_afterwards(office: Office) -> None:
    async with office.db.writing() as session:
        await set_calendar(session, Calendar(KNOWN_YEARS[:2]), NOW, "admin", "2026 年还没有公布", NOW)
    office.keeper.rulebook.forget()
    office.now = when("2026-04-30 10:00")
    guessed, answered = await office.accept(), await office.accept()
    await office.do(answered, Do.ANSWER, OFFICE)
    before, after = Calendar(KNOWN_YEARS[:2]), Calendar(KNOWN_YEARS)
    async with office.db.reading() as session:
        told = await effect(session, office.keeper, after, change(before, after), office.now)
        none = await effect(session, office.keeper, before, change(before, before), office.now)
    assert (none.later, none.guessed) == (0, 1)
    assert (told.open, told.guessed, told.looked, told.later, told.sooner, told.kept) == (1, 1, 1, 1, 0, 0)
    due = (await office.row(guessed)).answer_due
    async with office.db.writing() as session:
        await set_calendar(session, after, office.now, "admin", "2026 年公布了", office.now)
    office.keeper.rulebook.forget()
    await Watch(office.db, office.keeper, "w1").round(office.now)
    row = await office.row(guessed)
    assert 0 < row.answer_due - due <= told.farthest
    async with office.db.reading() as session:  # a known year is corrected: the promise stays, and is counted
        fixed = replace(after, years=(*KNOWN_YEARS[:2], replace(
            KNOWN_YEARS[2], off=KNOWN_YEARS[2].off | {after.day(row.answer_due)})))
        told = await effect(session, office.keeper, fixed, change(after, fixed), office.now)
    assert (told.later, told.kept) == (0, 1)
