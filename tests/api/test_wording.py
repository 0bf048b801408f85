"""Every refusal is said in Chinese and in English, whoever raises it; which one, the request decides."""

from __future__ import annotations

import re

import pytest
from pydantic_core._pydantic_core import list_all_errors

from api.people.rights import conflict
from api.problems import _OF_HTTP, from_database
from api.wording.sentences import PLACE, Sentences, catalogue, say
from api.wording.tongues import LANGUAGES, language_of
from core.db import DatabaseDown
from ivr import wording
from tests.people.staff import Staff
from workorders.exchange.standing import CHINESE_STANDING
from workorders.knowledge import rules as knowledge
from workorders.life.checks import CHECKS, Check
from workorders.life.words import CHINESE_DO, CHINESE_STATE, Role
from workorders.quality import life as quality
from workorders.reports.importance import CHINESE_AT, CHINESE_DEED

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MARKS = ("号码", "名称", "1月1日至3日放假,1月4日上班")  # names of columns, words of a notice: they stay Chinese


ENGLISH, CHINESE = catalogue("en"), catalogue("zh-CN")


def test_what_stands_in_tables_has_both_languages() -> None:
    checks = [text for check in CHECKS.values() if isinstance(check, Check) for text in (check.message, check.fix)]
    tables = [text for table in (quality._NOT_NOW, knowledge._NOT_NOW) for row in table.values() for text in row]
    words = [*CHINESE_DO.values(), *CHINESE_STATE.values(), *CHINESE_STANDING.values(), *CHINESE_AT.values(),
             *CHINESE_DEED.values()]
    http = [text for row in _OF_HTTP.values() for text in row[1:]]
    roles = conflict(frozenset({Role.AGENT}), "", "")
    flow = [text for row in (*wording._ROWS.values(), wording._OTHER) for text in row]
    for text in (*checks, *tables, *words, *http, *flow, roles):
        assert _CHINESE.search(text)
        assert not _CHINESE.search(say(text, "en")), text


def test_a_sentence_takes_the_same_values_in_both_languages_and_is_in_its_own() -> None:
    for language, entries in (("en", ENGLISH), ("zh-CN", CHINESE)):
        for source, told in entries.items():
            asked, given = set(PLACE.findall(source)), set(PLACE.findall(told))
            assert given <= asked, source
            assert asked == given or language == "zh-CN", source  # pydantic counts plurals, Chinese does not
            plain = told
            for mark in _MARKS:
                plain = plain.replace(mark, "")
            words = PLACE.sub("", plain)
            assert bool(_CHINESE.search(words)) is (language == "zh-CN") or not re.search("[a-z]{3}", words), told


def test_whatever_pydantic_says_of_a_field_is_said_in_chinese() -> None:
    for error in list_all_errors():
        assert error["message_template_python"] in CHINESE, error["type"]


def test_values_are_kept_and_what_stands_in_them_is_said_too() -> None:
    assert say("没有编号为 2026-1123-0042 的工单", "en") == "There is no order 2026-1123-0042"
    assert say("还没有打分：态度、用语", "en") == "Not scored yet: 态度, 用语"  # an admin's words stay as they are
    assert say("此单是你派的，须由另一人决定", "en") == "You dispatched it; somebody else has to decide"
    state, deed = next(iter(CHINESE_STATE.values())), next(iter(CHINESE_DO.values()))
    assert not _CHINESE.search(say(f"工单现在是“{state}”，不能{deed}", "en"))
    assert say("dispatch 的内容有误：unit：缺少；units：最多 5 项", "en") == (
        "The content of dispatch is wrong: unit: missing; units: at most 5 items")
    assert say("String should have at most 20 characters", "zh-CN") == "最多 20 个字"
    assert say("agent a1001 is given calls", "zh-CN") == "坐席 a1001 正在接听来电"


def test_what_is_in_the_language_already_or_nobody_knows_stays_as_it_is() -> None:
    for text in ("没有这张工单", "在请求头加上 Authorization: Bearer <令牌>", "", "一句谁也没见过的话", "x" * 5000):
        assert say(text, "zh-CN") == text
    assert say("一句谁也没见过的话", "en") == "一句谁也没见过的话"


def test_the_more_particular_sentence_wins_and_braces_in_a_value_are_only_text() -> None:
    two = Sentences({"{a}没有{b}": "{a} lacks {b}", "工单没有{b}": "the order lacks {b}"})
    assert two.say("工单没有{x}") == "the order lacks {x}"
    assert two.say("附件没有{0.__class__}") == "附件 lacks {0.__class__}"


@pytest.mark.parametrize(("wanted", "language"), [
    ("", "zh-CN"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN", "zh-CN"), ("zh-TW;q=0.3, en;q=0.8", "en"),
    ("fr, en;q=0", "zh-CN"), ("de-DE, *;q=0.1", "zh-CN"), ("fr;q=1, en;q=0.2", "en"), ("en;q=abc", "zh-CN"),
    ("," * 5000, "zh-CN"), ("en;q=0.5, zh;q=0.5", "en")])
def test_the_language_is_the_best_liked_of_those_there_are(wanted: str, language: str) -> None:
    assert language_of(wanted) == language
    assert language in LANGUAGES.values()


def test_a_refusal_says_its_language_and_that_it_depends_on_the_request() -> None:
    answer = from_database(DatabaseDown("away")).response("en")
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language"
    assert not _CHINESE.search(bytes(answer.body).decode())


async def test_refusals_over_http_are_in_the_language_asked_for(staff: Staff) -> None:
    client = staff.house.client
    for language, words in (("en", "Sign on first"), ("zh-CN", "需要登录")):
        answer = await client.get("/api/work-orders", headers={"Accept-Language": language, "Authorization": "none"})
        assert answer.status_code == 401
        assert words in answer.json()["detail"]
        assert answer.headers["content-language"] == language
    answer = await client.post("/api/session", json={"login": 7}, headers={"Accept-Language": "zh-CN"})
    assert {one["problem"] for one in answer.json()["errors"]} == {"应为文字", "缺少这一项"}
    answer = await client.post("/api/session", content=b"x" * 600_000, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["detail"]) == (413, "The request is too large")
