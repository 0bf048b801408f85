"""The check behind each need of the table: it returns nothing, or says what is missing and what to do."""

from __future__ import annotations

from collections.abc import Callable

from workorders.life import texts
from workorders.life.acceptance import Circumstances, obstacle, second_look
from workorders.life.case import Case, request_of
from workorders.life.confidential import may_unmask
from workorders.life.errors import LifeError, LimitReached, NeedsMore, NotYours, TooLate
from workorders.life.needs import Need
from workorders.life.order import FollowUp
from workorders.life.policy import Policy, sampled
from workorders.life.shapes import (
    Ending,
    HandedDown,
    Keyed,
    Longer,
    Merged,
    Offered,
    Protected,
    Raised,
    Reclassified,
    Refused,
    Rung,
    Sent,
    Stopped,
    Struck,
)
from workorders.life.words import Confidentiality, Kind, State, Urgency

Check = Callable[[Case], None]
CHECKS: dict[Need, Check] = {}


def _check(need: Need, error: type[LifeError], message: str, fix: str) -> Callable[[Callable[[Case], bool]], Check]:
    """Register a test that must hold, and what is said when it does not."""
    def register(holds: Callable[[Case], bool]) -> Check:
        def check(case: Case) -> None:
            if not holds(case):
                raise error(message, fix)
        CHECKS[need] = check
        return check
    return register


def _simple(need: Need, holds: Callable[[Case], bool], message: str, fix: str,
            error: type[LifeError] = NeedsMore) -> None:
    _check(need, error, message, fix)(holds)




def unhappy(follow_up: FollowUp | None, policy: Policy) -> bool:
    """Tell whether the citizen said that it is not solved, or is as dissatisfied as policy names it."""
    if follow_up is None or follow_up.said_at is None:
        return False
    rating = follow_up.satisfaction
    return follow_up.solved is False or (rating is not None and rating <= policy.unhappy_at_most)


def _named(case: Case) -> frozenset[str]:
    data = case.data
    if isinstance(data, Sent):
        return frozenset({data.unit, *data.joint})
    return frozenset({data.unit}) if isinstance(data, HandedDown | Offered) else frozenset()


def _first_leads(case: Case) -> bool:
    first = case.order.first_responder
    return first in ("", case.take(Sent).unit) or bool(case.wish.why.strip())


def _lead_is_barred(case: Case) -> bool:
    barred = frozenset(case.take(Protected).units) | frozenset(case.order.matter.complained_of)
    leading = case.order.leading
    return leading is not None and leading.unit in barred


def _keeps_kind(case: Case) -> bool:
    wish, matter = case.take(Reclassified), case.order.matter
    kind = matter.kind if wish.kind is None else wish.kind
    level = matter.confidentiality if wish.confidentiality is None else wish.confidentiality
    was = matter.kind is Kind.REPORT
    return (kind is Kind.REPORT) == was and level >= matter.confidentiality and (
        was or level < Confidentiality.REPORT)


def _joint_done(case: Case) -> bool:
    joint = (part for part in case.order.current() if part.part == "joint")
    return all(part.state is State.REPLIED or part.reply_due <= case.wish.at for part in joint)


def _contacted(case: Case) -> bool:
    return case.order.matter.anonymous or case.held.contacted_at is not None


def _earlier(case: Case) -> bool:
    above, unit = case.held, case.wish.by.unit
    mine = next((inner.due for inner in reversed(above.inner) if inner.unit == unit and unit != above.unit),
                above.reply_due)
    taken = {above.unit, *(inner.unit for inner in above.inner if inner.replied_at is None)}
    wish = case.take(HandedDown)
    return case.wish.at < wish.due < mine and wish.unit not in taken


def _within(case: Case, since: float, term_name: str) -> bool:
    return case.wish.at <= case.rules.calendar.add(since, getattr(case.policy, term_name)).at


def _returns(case: Case) -> int:
    return sum(back.upheld is True and back.what == "return" for back in case.order.give_backs)


def _refused_here(case: Case) -> bool:
    held = case.held
    return any(back.unit == held.unit and back.upheld is False and back.asked_at >= held.dispatched_at
               for back in case.order.give_backs)


def _pleaded_here(case: Case) -> bool:
    held = case.held
    return any(back.what == "plea" and back.unit == held.unit and back.asked_at >= held.dispatched_at
               for back in case.order.give_backs)


def _extensions_left(case: Case) -> bool:
    first, more = case.held.terms.reply, case.take(Longer).term
    return (case.held.extensions < case.policy.most_extensions and more.unit is first.unit
            and more.amount <= first.amount)


def _pause_fits(case: Case) -> bool:
    until = case.take(Stopped).until
    return case.wish.at < until <= case.rules.calendar.add(case.wish.at, case.policy.longest_pause).at


def _followed_up(case: Case) -> bool:
    told = case.order.follow_up
    return told is not None and (told.said_at is not None or told.reached
                                 or told.calls >= case.policy.calls_to_reach)


def _not_sampled(case: Case) -> bool:
    order = case.order
    return (order.matter.anonymous and order.matter.channel != "phone") or not sampled(
        order.number, "follow_up", case.policy.follow_up_share)


def _again_in_time(case: Case) -> bool:
    again = getattr(case.data, "again", None)
    if isinstance(case.data, Ending) and case.data.ending == "terminate":
        return again is None
    latest = case.rules.calendar.add(case.wish.at, case.policy.longest_shelving).at
    return again is not None and case.wish.at < again <= latest


def _ending_is(case: Case, ending: str) -> bool:
    asked = case.order.pending("ending")
    return asked is not None and asked.detail == ending


def _same_secrecy(case: Case) -> bool:
    wish, matter = case.take(Merged), case.order.matter
    return (wish.into != case.order.number and not matter.is_report
            and wish.secrecy == matter.confidentiality < Confidentiality.REPORT)


def _objection_over(case: Case) -> bool:
    refusal = case.order.refusals[-1]
    looked = bool(refusal.seconded_by) or not second_look(
        case.order.number, case.policy.refusal_review_share, objected=refusal.objected_at is not None)
    return looked and not _within(case, refusal.at, "object_within")


def _strike_is_own(case: Case) -> bool:
    by = case.wish.by
    return not by.of_unit or case.take(Struck).unit == by.unit


def _finding_state(case: Case, *, established: bool) -> bool:
    finding = case.order.finding(case.data.key) if isinstance(case.data, Keyed) or hasattr(case.data, "key") else None
    if finding is None:
        return False
    return finding.established is True and finding.referred_at is None if established else finding.decided_at is None


def _our_finding(case: Case) -> bool:
    finding = case.order.finding(case.take(Keyed).key)
    return finding is not None and finding.unit == case.wish.by.unit


def _raiser(case: Case) -> str:
    finding = case.order.finding(str(getattr(case.data, "key", "")))
    return finding.by if finding else ""


def _dispatcher(case: Case) -> str:
    return case.held.dispatched_by


def _asker(case: Case) -> str:
    request = request_of(case)
    return request.by if request else ""


def _offered(case: Case) -> bool:
    offer = case.order.pending("lead")
    return offer is not None and offer.detail == case.wish.by.unit


def _ground_holds(case: Case) -> None:
    wish = case.take(Refused)
    found = Circumstances(wish.agency, wish.new_reasons, case.order.matter.urgency >= Urgency.EMERGENCY)
    if problem := obstacle(wish.ground, found):
        raise NeedsMore(problem, "受理并派单,或换一个成立的法定理由")


CHECKS[Need.LAWFUL_GROUND] = _ground_holds
_simple(Need.REASON, lambda c: bool(c.wish.why.strip()), "没有写理由", "写明理由后再提交")
_simple(Need.TEXT, lambda c: bool(c.wish.text.strip()), "没有写内容", "写明内容后再提交")
_simple(Need.REAL_REPLY, lambda c: texts.is_reply(c.wish.text, c.policy.least_reply),
        "“正在办理”之类不是答复", "写明做了什么、结果如何、依据是什么")
_simple(Need.NO_REPORT_BY_CLASS, _keeps_kind, "举报不能靠改分类定下或取消,保密级别只升不降",
        "用“定为举报”,并写明被举报单位")
_simple(Need.HOLDER_CLEAR, lambda c: not _lead_is_barred(c), "被举报单位正在办理此单", "工单将立即收回")
_simple(Need.HOLDER_BARRED, _lead_is_barred, "被举报单位并不在办", "直接定为举报")
_simple(Need.NOT_BARRED, lambda c: not (_named(c) & c.order.matter.barred), "不能派给这个单位", "改派其他单位",
        NotYours)
_simple(Need.SIGNATURE_NOT_NEEDED, lambda c: c.order.endorsed or not c.policy.waits_for_signature(c.order.matter),
        "此单须经值班领导签批后再派", "先送签")
_simple(Need.EMERGENCY, lambda c: c.order.matter.urgency >= Urgency.EMERGENCY, "只有危急事项可以不等签批", "等签批")
_simple(Need.LEADER_IS_LATE, lambda c: c.order.stage is not None and c.wish.at > c.order.stage.due,
        "值班领导的签批时限还没到", "到时限后再代签")
_simple(Need.WAS_ON_CALL, lambda c: c.held.on_call,
        "单位没有参加通话", "由单位自己签收")
_simple(Need.EARLIER_DUE, _earlier, "内部时限要早于本单位的时限,且不能转给已在办的单位", "换一个更早的时限或另一个单位")
_simple(Need.CONTACTED, _contacted, "还没有联系诉求人", "先联系诉求人并记录")
_simple(Need.JOINT_DONE, _joint_done, "协办单位尚未答复且未超期", "等协办答复或请热线撤销协办")
_simple(Need.NOT_FIRST_RESPONDER, lambda c: c.held.unit != c.order.first_responder,
        "首接单位不能退单", "认为派错的,按派错申诉提出")
_simple(Need.FIRST_RESPONDER, lambda c: c.held.unit == c.order.first_responder,
        "只有首接单位可以派错申诉", "按退单提出")
_simple(Need.NOT_DESIGNATED, lambda c: not c.order.designated, "已由值班领导指定承办", "继续办理", LimitReached)
_simple(Need.RETURN_IN_TIME, lambda c: _within(c, c.held.dispatched_at, "return_within"),
        "已过退单时限", "继续办理", TooLate)
_simple(Need.RETURNS_LEFT, lambda c: _returns(c) < c.policy.most_returns or c.held.part == "joint",
        "退单次数已满", "请热线提请值班领导裁定", LimitReached)
_simple(Need.PLEA_IN_TIME, lambda c: _within(c, c.held.dispatched_at, "plead_within"),
        "已过派错申诉时限", "继续办理", TooLate)
_simple(Need.PLEA_LEFT, lambda c: not _pleaded_here(c), "派错申诉已提过一次", "不服的,提请裁定", LimitReached)
_simple(Need.WAS_REFUSED, _refused_here, "退单或申诉还没有被驳回", "先退单或申诉")
_simple(Need.HAS_NO_PART, lambda c: all(c.order.part_of(unit) is None for unit in _named(c)),
        "该单位已在办此单", "换一个单位")
_simple(Need.NOT_THE_LEAD, lambda c: c.order.leading is None or c.order.leading.unit not in _named(c),
        "该单位已是主办", "换一个单位,或维持原主办")
_simple(Need.OFFERED_TO_US, _offered, "没有单位向你们移交主办", "等对方提出移交", NotYours)
_simple(Need.NONE_PENDING, lambda c: request_of(c) is None, "同样的申请还没有答复", "等答复")
_simple(Need.PENDING, lambda c: request_of(c) is not None, "没有待定的申请", "核对申请")
_simple(Need.BEFORE_DUE, lambda c: c.wish.at < c.held.reply_due, "已经超期,不能再申请", "尽快办结", TooLate)
_simple(Need.NOT_PAUSED, lambda c: not c.held.paused(c.wish.at), "时限正在暂停", "恢复计时后再提")
_simple(Need.PAUSED, lambda c: c.held.paused(c.wish.at), "时限没有暂停", "不必恢复")
_simple(Need.EXTENSIONS_LEFT, _extensions_left, "延期次数已满,或一次超过原时限", "减少延期,或尽快办结", LimitReached)
_simple(Need.CITIZEN_TOLD, lambda c: c.take(Longer).told_citizen or c.order.matter.anonymous,
        "延期须先告知诉求人", "告知诉求人后再批准")
_simple(Need.PAUSES_LEFT, lambda c: len(c.held.pauses) < c.policy.most_pauses, "暂停次数已满", "继续办理", LimitReached)
_simple(Need.PAUSE_NOT_TOO_LONG, _pause_fits, "暂停的截止时间不对或太长", "改一个较早的截止时间", LimitReached)
_simple(Need.NOT_SAID_YET, lambda c: c.order.follow_up is None or c.order.follow_up.said_at is None,
        "诉求人已经答过", "答复不能改写;有新情况的,重启工单", LimitReached)
_simple(Need.FIRST_RESPONDER_LEADS, _first_leads, "首接单位应当牵头", "派给首接单位,或写明不派给它的理由")
_simple(Need.NOT_SAMPLED, _not_sampled, "此单须回访", "先回访")
_simple(Need.NEVER_REOPENED, lambda c: c.order.reopened == 0, "重启过的工单须另一人批准", "请班长或值班领导结案")
_simple(Need.WAS_REOPENED, lambda c: c.order.reopened > 0, "没有重启过的工单不能这样处理", "先按流程回访、重启")
_simple(Need.FOLLOWED_UP, _followed_up, "还没有回访结果,平台拨打次数也不够", "继续回访")
_simple(Need.CONTENT, lambda c: not unhappy(c.order.follow_up, c.policy), "诉求人不满意,不能结案", "重启工单")
_simple(Need.UNHAPPY, lambda c: unhappy(c.order.follow_up, c.policy), "诉求人没有表示不满意", "直接结案")
_simple(Need.REOPEN_IN_TIME, lambda c: _within(c, c.order.round.closed_at or c.order.last_at, "reopen_within"),
        "已过重启时限", "作为新诉求受理", TooLate)
_simple(Need.AGAIN_IN_TIME, _again_in_time, "挂账要有不太远的复查日期,终结没有复查日期", "改正复查日期")
_simple(Need.SHELVING_ASKED, lambda c: _ending_is(c, "shelve"), "没有人申请挂账", "先申请")
_simple(Need.TERMINATION_ASKED, lambda c: _ending_is(c, "terminate"), "没有人申请终结", "先申请")
_simple(Need.SAME_SECRECY, _same_secrecy, "这两张工单不能并", "分别办理", NotYours)
_simple(Need.OBJECTION_IN_TIME, lambda c: _within(c, c.order.refusals[-1].at, "object_within"),
        "已过异议时限", "作为新诉求受理", TooLate)
_simple(Need.OBJECTION_OVER, _objection_over, "异议时限未满,或复核未完成", "稍后再归档")
_simple(Need.NEW_RUNG, lambda c: rung_key(c) not in c.order.rungs, "这一级已经发过", "不必重发")
_simple(Need.NEW_FINDING, lambda c: c.order.finding(c.take(Raised).key) is None, "这一条已经有了", "不必重提")
_simple(Need.NOT_WRONG_ACTION, lambda c: c.take(Raised).kind != "wrong", "乱作为只能由人提出", "由监督人员提出",
        NotYours)
_simple(Need.OUR_FINDING, _our_finding, "这不是对你们单位的", "核对条目", NotYours)
_simple(Need.FINDING_UNDECIDED, lambda c: _finding_state(c, established=False), "没有这一条,或已经认定", "核对条目")
_simple(Need.FINDING_ESTABLISHED, lambda c: _finding_state(c, established=True), "没有认定成立的这一条", "先认定")
_simple(Need.OWN_FIGURES, _strike_is_own, "只能申请剔除本单位的", "核对单位", NotYours)
_simple(Need.MAY_UNMASK, lambda c: may_unmask(c.wish.by, c.order), "你无权查看", "请指定的知情人处理", NotYours)


def _other(need: Need, who: Callable[[Case], str], what: str) -> None:
    _simple(need, lambda c: who(c) != c.wish.by.id, f"{what},须由另一人决定", "请同事处理", NotYours)


_other(Need.NOT_THE_REFUSER, lambda c: c.order.refusals[-1].by, "不受理是你定的")
_other(Need.NOT_THE_DISPATCHER, _dispatcher, "此单是你派的")
_other(Need.NOT_THE_FOLLOWER, lambda c: c.order.follow_up.by if c.order.follow_up else "", "回访是你做的")
_other(Need.NOT_THE_ASKER, _asker, "申请是你提的")
_other(Need.NOT_THE_RAISER, _raiser, "这一条是你提的")


def rung_key(case: Case) -> tuple[str, str, str, float]:
    """Return what makes a step of the ladder count once."""
    rung = case.take(Rung)
    return (case.wish.do.value, rung.clock, rung.whom, rung.due)


def meets(case: Case, needs: tuple[Need, ...]) -> None:
    """Refuse a case that lacks one of `needs`. Raises LifeError."""
    for need in needs:
        CHECKS[need](case)
