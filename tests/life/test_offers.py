"""What a desk shows: the acts that are there for somebody, what each asks for, why one is grey; the told history."""

from __future__ import annotations

from dataclasses import replace

from tests.life.lives import (
    AGENT,
    DEPUTY,
    DUTY,
    HOUSING,
    HOUSING_LEAD,
    LEADER,
    LIVED,
    OFFICE,
    OFFICE2,
    QUALITY,
    STREET_LEAD,
    SUPERVISION,
    SYSTEM,
    WATER_LEAD,
    Life,
    report,
    when,
)
from tests.life.stories import FIVE_DAYS, STORIES
from workorders.life.acts import Actor
from workorders.life.history import erase
from workorders.life.needs import Need
from workorders.life.offers import Offer, open_acts
from workorders.life.timeline import TELLERS, line_of, timeline
from workorders.life.words import CHINESE_DO, Do


def offers(life: Life, by: Actor, at: str = "") -> dict[tuple[Do, str], Offer]:
    found = open_acts(life.order, by, life.rules, when(at) if at else life.now + 60)
    return {(one.do, one.about): one for one in found}


def test_an_agent_sees_what_can_be_done_with_a_new_order_and_what_each_act_asks_for() -> None:
    found = offers(Life(), AGENT)
    assert {do for do, _ in found} == {
        Do.CLASSIFY, Do.PROTECT, Do.NOTE, Do.ANSWER, Do.REFUSE, Do.SUBMIT, Do.DISPATCH, Do.HAND_OVER, Do.WITHDRAW,
        Do.URGE, Do.UNMASK}
    refuse = found[Do.REFUSE, ""]
    assert (refuse.open, refuse.chinese) == (True, "不予受理")
    assert {Need.REASON, Need.LAWFUL_GROUND} <= set(refuse.needs)
    assert refuse.fields == {"ground": True, "refusal": True, "agency": False, "new_reasons": False}


def test_a_button_is_grey_with_the_reason_and_what_to_do() -> None:
    life = Life({"tags": ["major"]})
    grey = offers(life, OFFICE)[Do.DISPATCH, ""]
    assert (grey.open, grey.blocked, grey.fix) == (False, "此单须经值班领导签批后再派", "先送签")
    life.do(Do.SUBMIT, AGENT)
    assert not offers(life, DEPUTY)[Do.ENDORSE, ""].open
    assert offers(life, DEPUTY, "2026-03-03 17:30")[Do.ENDORSE, ""].open
    assert offers(life, DUTY)[Do.ENDORSE, ""].open


def test_a_unit_s_deadlines_grey_its_buttons() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    assert offers(life, HOUSING_LEAD)[Do.ASK_EXTENSION, "housing"].open
    late = offers(life, HOUSING_LEAD, "2026-03-09 17:30")[Do.ASK_EXTENSION, "housing"]
    assert late.blocked == "已经超期，不能再申请"
    assert not offers(Life().dispatched(), HOUSING_LEAD, "2026-03-04 09:00")[Do.RETURN, "housing"].open


def test_a_handler_is_not_offered_what_only_the_unit_s_lead_does() -> None:
    life = Life().dispatched().handling()
    assert (Do.REPLY, "housing") not in offers(life, HOUSING)
    assert offers(life, HOUSING_LEAD)[Do.REPLY, "housing"].open


def test_the_office_is_offered_the_acts_on_each_unit_s_part() -> None:
    life = Life().dispatched(joint=["water"]).do(Do.SIGN_FOR, WATER_LEAD)
    life.do(Do.ASK_EXTENSION, WATER_LEAD, term=FIVE_DAYS)
    found = offers(life, OFFICE)
    assert found[Do.APPROVE_EXTENSION, "water"].open
    assert found[Do.RELEASE_JOINT, "water"].open
    assert (Do.RELEASE_JOINT, "housing") not in found


def test_whoever_dispatched_does_not_judge_the_return() -> None:
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    assert "另一人" in offers(life, OFFICE)[Do.UPHOLD_RETURN, "housing"].blocked
    assert offers(life, OFFICE2)[Do.UPHOLD_RETURN, "housing"].open


def test_of_two_rows_the_one_that_is_nearest_says_what_is_missing() -> None:
    life = Life().reopened().dispatched().replied().follow_up().asked(solved=True, call="c-2")
    assert offers(life, OFFICE)[Do.CLOSE, ""].blocked == "重启过的工单须另一人批准"
    assert offers(life, LEADER)[Do.CLOSE, ""].open


def test_nothing_is_offered_to_whom_the_order_does_not_exist() -> None:
    life = Life(report()).do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY).dispatched("water")
    assert offers(life, HOUSING_LEAD) == {}
    assert offers(life, STREET_LEAD) == {}
    assert (Do.SIGN_FOR, "water") in offers(life, WATER_LEAD)


def test_decisions_are_offered_only_where_there_is_something_to_decide() -> None:
    life = Life().dispatched()
    assert (Do.DECIDE_FINDING, "") not in offers(life, SUPERVISION)
    life.do(Do.RAISE_FINDING, QUALITY, key="person:1", kind="wrong", unit="housing")
    assert offers(life, SUPERVISION)[Do.DECIDE_FINDING, ""].open
    assert (Do.ANSWER_FINDING, "") in offers(life, HOUSING_LEAD)
    assert (Do.DECIDE_STRIKE, "") not in offers(life, QUALITY)
    life.do(Do.ASK_STRIKE, HOUSING_LEAD, unit="housing", figures=["closing"], reason="duplicate")
    assert offers(life, QUALITY)[Do.DECIDE_STRIKE, ""].open


def test_what_is_offered_and_filled_in_rightly_can_be_done() -> None:
    life = Life().dispatched().handling()
    for by, do, data in ((HOUSING_LEAD, Do.PROGRESS, {}), (OFFICE, Do.ADD_JOINT, {"unit": "street"}),
                         (HOUSING_LEAD, Do.ASK_EXTENSION, {"term": FIVE_DAYS}),
                         (OFFICE, Do.REFUSE_EXTENSION, {})):
        about = "housing" if do not in (Do.ADD_JOINT,) else ""
        assert offers(life, by)[do, about].open
        life.do(do, by, about=about, **data)


# -- the told history ---------------------------------------------------------------------------------------------
NAMES = {"housing": "住建局", "water": "水务公司", "wang": "王敏", "pai": "派单员", "h2": "李工"}


def name(word: str) -> str:
    return NAMES.get(word, word)


def test_the_history_is_told_in_chinese_who_what_to_whom_and_why() -> None:
    life = Life(at="2026-03-02 09:00").dispatched(joint=["water"]).handling()
    told = [line.text for line in timeline(life.acts, name)]
    assert told[0] == "2026-03-02 09:00 坐席 王敏 受理 → 已受理。理由：因为如此；内容：" + life.acts[0].text
    assert told[1].startswith("2026-03-02 09:01 派单审核 派单员 派单：住建局，协办 水务公司 → 已派单。")
    assert told[2].startswith("2026-03-02 09:02 承办负责人 李工（住建局） 签收 → 已签收。")
    assert told[3].startswith("2026-03-02 09:03 承办负责人 李工（住建局） 联系诉求人：已联系上。")


def test_a_refusal_is_told_with_number_and_door() -> None:
    life = Life().do(Do.REFUSE, AGENT, ground="litigation", refusal="R-7")
    assert "编号 R-7，已经或应当通过诉讼解决，请找人民法院诉讼服务 12368 → 不予受理" in line_of(life.acts[-1])


def test_machines_have_no_name_and_erased_words_are_said_to_be() -> None:
    life = Life().do(Do.RATE, SYSTEM, value=4)
    assert line_of(life.acts[-1]).startswith("2026-03-02 09:01 系统 即时评价：4 分")
    assert line_of(erase(life.acts[-1])).endswith("。文字已按保存期限清除")


def test_whoever_acts_for_another_is_told_with_both() -> None:
    life = Life()
    act = life.do(Do.NOTE, AGENT).acts[-1]
    assert "坐席 王敏，代h2的人" in line_of(replace(act, on_behalf="h2的人"), name)


def test_every_kind_of_act_can_be_told() -> None:
    LIVED.clear()
    for story in STORIES:
        story()
    assert {act.do for act in LIVED} == set(Do)
    for act in LIVED:
        line = line_of(act, name)
        assert CHINESE_DO[act.do] in line
        assert "{" not in line
        assert "None" not in line
    assert set(TELLERS) <= set(Do)
