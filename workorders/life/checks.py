"""The check behind each need of the table: it returns nothing, or says what is missing and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workorders.life import holds as h
from workorders.life import texts
from workorders.life.acceptance import Circumstances, obstacle
from workorders.life.bring import check_brought
from workorders.life.case import Case, request_of
from workorders.life.confidential import may_unmask
from workorders.life.errors import BadContent, LifeError, LimitReached, NeedsMore, NotYours, TooLate
from workorders.life.needs import Need
from workorders.life.shapes import Claimed, Elsewhere, Longer, Raised, Refused
from workorders.life.words import Urgency


@dataclass(frozen=True, slots=True)
class Check:
    """What must hold, and what is said where it does not."""

    holds: Callable[[Case], bool]
    message: str
    fix: str
    error: type[LifeError] = NeedsMore

    def __call__(self, case: Case) -> None:
        """Raise `error` unless it holds."""
        if not self.holds(case):
            raise self.error(self.message, self.fix)


CHECKS: dict[Need, Callable[[Case], None]] = {}


def _simple(need: Need, holds: Callable[[Case], bool], message: str, fix: str,
            error: type[LifeError] = NeedsMore) -> None:
    CHECKS[need] = Check(holds, message, fix, error)


def _ground_holds(case: Case) -> None:
    wish = case.take(Refused)
    found = Circumstances(wish.agency, wish.new_reasons, case.order.matter.urgency >= Urgency.EMERGENCY)
    if problem := obstacle(wish.ground, found):
        raise NeedsMore(problem, "受理并派单，或换一个成立的法定理由")


def _files_are_there(case: Case) -> None:
    check_brought(case.order, case.held, case.policy, solved=case.take(Claimed).solved)


CHECKS[Need.LAWFUL_GROUND] = _ground_holds
CHECKS[Need.FILES_BROUGHT] = _files_are_there
_simple(Need.REASON, lambda c: bool(c.wish.why.strip()), "没有写理由", "写明理由后再提交")
_simple(Need.TEXT, lambda c: bool(c.wish.text.strip()), "没有写内容", "写明内容后再提交")
_simple(Need.REAL_REPLY, lambda c: texts.is_reply(c.wish.text, c.policy.least_reply),
        "“正在办理”之类不是答复", "写明做了什么、结果如何、依据是什么")
_simple(Need.NO_REPORT_BY_CLASS, h.keeps_kind, "举报不能靠改分类定下或取消，匿名和保密级别只升不降",
        "定为举报的，用“定为举报”并写明被举报单位")
_simple(Need.HOLDER_CLEAR, lambda c: not h.lead_is_barred(c), "被举报单位正在办理此单", "工单将立即收回")
_simple(Need.HOLDER_BARRED, h.lead_is_barred, "被举报单位并不在办", "直接定为举报")
_simple(Need.NOT_BARRED, lambda c: not (h.named(c) & c.order.matter.barred), "不能派给这个单位", "改派其他单位",
        NotYours)
_simple(Need.SIGNATURE_NOT_NEEDED, lambda c: c.order.endorsed or not c.policy.waits_for_signature(c.order.matter),
        "此单须经值班领导签批后再派", "先送签")
_simple(Need.SIGNATURE_LAPSED, lambda c: not c.order.endorsed, "领导的签批仍然有效", "直接派单")
_simple(Need.EMERGENCY, lambda c: c.order.matter.urgency >= Urgency.EMERGENCY, "只有危急事项可以不等签批", "等签批")
_simple(Need.LEADER_IS_LATE, lambda c: c.order.stage is not None and c.wish.at > c.order.stage.due,
        "值班领导的签批时限还没到", "到时限后再代签")
_simple(Need.WAS_ON_CALL, lambda c: c.held.on_call,
        "单位没有参加通话", "由单位自己签收")
_simple(Need.EARLIER_DUE, h.earlier, "内部时限要早于本单位的时限，且不能转给已在办的单位",
        "换一个更早的时限或另一个单位")
_simple(Need.CONTACTED, h.contacted, "还没有联系诉求人", "先联系诉求人并记录")
_simple(Need.JOINT_DONE, h.joint_done, "协办单位尚未答复且未超期", "等协办答复或请热线撤销协办")
_simple(Need.NOT_FIRST_RESPONDER, lambda c: c.held.unit != c.order.first_responder,
        "首接单位不能退单", "认为派错的，按派错申诉提出")
_simple(Need.FIRST_RESPONDER, lambda c: c.held.unit == c.order.first_responder,
        "只有首接单位可以派错申诉", "按退单提出")
_simple(Need.NOT_DESIGNATED, lambda c: not c.order.designated or h.joint(c), "已由值班领导指定承办",
        "继续办理", LimitReached)
_simple(Need.RETURN_IN_TIME, lambda c: h.within(c, c.held.dispatched_at, "return_within"),
        "已过退单时限", "继续办理", TooLate)
_simple(Need.RETURNS_LEFT, lambda c: h.returns(c) < c.policy.most_returns or c.held.part == "joint",
        "退单次数已满", "请热线提请值班领导裁定", LimitReached)
_simple(Need.PLEA_IN_TIME, lambda c: h.within(c, c.held.dispatched_at, "plead_within"),
        "已过派错申诉时限", "继续办理", TooLate)
_simple(Need.PLEA_LEFT, lambda c: not h.pleaded_here(c), "派错申诉已提过一次", "不服的，提请裁定", LimitReached)
_simple(Need.WAS_REFUSED, h.may_go_on, "退单或申诉还没有被驳回", "先退单或申诉")
_simple(Need.HAS_NO_PART, lambda c: all(c.order.part_of(unit) is None for unit in h.named(c)),
        "该单位已在办此单", "换一个单位")
_simple(Need.NOT_THE_LEAD, lambda c: c.order.leading is None or c.order.leading.unit not in h.named(c),
        "该单位已是主办", "换一个单位，或维持原主办")
_simple(Need.OFFERED_TO_US, h.offered, "没有单位向你们移交主办", "等对方提出移交", NotYours)
_simple(Need.NONE_PENDING, lambda c: request_of(c) is None, "同样的申请还没有答复", "等答复")
_simple(Need.PENDING, lambda c: request_of(c) is not None, "没有待定的申请", "核对申请")
_simple(Need.BEFORE_DUE, lambda c: c.wish.at < c.held.reply_due, "已经超期，不能再申请", "尽快办结", TooLate)
_simple(Need.NOT_PAUSED, h.runs, "时限正在暂停", "恢复计时后再提")
_simple(Need.PAUSED, lambda c: c.held.paused(c.wish.at), "时限没有暂停", "不必恢复")
_simple(Need.EXTENSIONS_LEFT, h.extensions_left, "延期次数已满", "尽快办结", LimitReached)
_simple(Need.EXTENSION_FITS, h.extension_fits, "一次延期不能超过原时限，也不能换计时单位", "减少延期", LimitReached)
_simple(Need.CITIZEN_TOLD, lambda c: c.take(Longer).told_citizen or c.order.matter.anonymous,
        "延期须先告知诉求人", "告知诉求人后再批准")
_simple(Need.PAUSES_LEFT, h.pauses_left, "暂停次数已满", "继续办理", LimitReached)
_simple(Need.PAUSE_NOT_TOO_LONG, h.pause_fits, "暂停的截止时间不对或太长", "改一个较早的截止时间", LimitReached)
_simple(Need.NOT_SAID_YET, lambda c: c.order.follow_up is None or c.order.follow_up.said_at is None,
        "诉求人已经答过", "答复不能改写；有新情况的，重启工单", LimitReached)
_simple(Need.FIRST_RESPONDER_LEADS, h.first_leads, "首接单位应当牵头", "派给首接单位，或写明不派给它的理由")
_simple(Need.NOT_SAMPLED, h.not_sampled, "此单须回访", "先回访")
_simple(Need.NEVER_REOPENED, lambda c: c.order.reopened == 0, "重启过的工单须另一人批准", "请班长或值班领导结案")
_simple(Need.WAS_REOPENED, lambda c: c.order.reopened > 0, "没有重启过的工单不能这样处理", "先按流程回访、重启")
_simple(Need.FOLLOWED_UP, h.followed_up, "还没有回访结果，平台拨打次数也不够", "继续回访")
_simple(Need.CONTENT, lambda c: not h.unhappy(c.order.follow_up, c.policy), "诉求人不满意，不能结案", "重启工单")
_simple(Need.UNHAPPY, lambda c: h.unhappy(c.order.follow_up, c.policy), "诉求人没有表示不满意", "直接结案")
_simple(Need.REOPEN_IN_TIME, lambda c: h.within(c, h.ended_at(c), "reopen_within"),
        "已过重启时限", "作为新诉求受理", TooLate)
_simple(Need.AGAIN_IN_TIME, h.again_in_time, "挂账要有不太远的复查日期，终结没有复查日期", "改正复查日期")
_simple(Need.SHELVING_ASKED, lambda c: h.ending_is(c, "shelve"), "没有人申请挂账", "先申请")
_simple(Need.TERMINATION_ASKED, lambda c: h.ending_is(c, "terminate"), "没有人申请终结", "先申请")
_simple(Need.SAME_SECRECY, h.same_secrecy, "这两张工单不能并", "分别办理", NotYours)
_simple(Need.OBJECTION_IN_TIME, lambda c: h.within(c, c.order.refusals[-1].at, "object_within"),
        "已过异议时限", "作为新诉求受理", TooLate)
_simple(Need.OBJECTION_OVER, h.objection_over, "异议时限未满，或复核未完成", "稍后再归档")
_simple(Need.NEW_RUNG, lambda c: h.rung_key(c) not in c.order.rungs, "这一级已经发过", "不必重发")
_simple(Need.NEW_FINDING, lambda c: c.order.finding(c.take(Raised).key) is None, "这一条已经有了", "不必重提")
_simple(Need.NOT_WRONG_ACTION, lambda c: c.take(Raised).kind != "wrong", "乱作为只能由人提出", "由监督人员提出",
        NotYours)
_simple(Need.OUR_FINDING, h.our_finding, "这不是对你们单位的", "核对条目", NotYours)
_simple(Need.FINDING_UNDECIDED, lambda c: h.finding_state(c, established=False), "没有这一条，或已经认定", "核对条目")
_simple(Need.FINDING_ESTABLISHED, lambda c: h.finding_state(c, established=True), "没有认定成立的这一条", "先认定")
_simple(Need.OWN_FIGURES, h.strike_is_own, "只能申请剔除本单位的", "核对单位", NotYours)
_simple(Need.MAY_UNMASK, lambda c: may_unmask(c.wish.by, c.order), "你无权查看", "请指定的知情人处理", NotYours)


_simple(Need.NOT_A_REPORT, lambda c: not c.order.matter.is_report, "举报须有人查办，不能直接答复", "送签后派单")
_simple(Need.FIRST_TIME, lambda c: c.order.reopened == 0, "重启过的工单不能直接答复或不予受理",
        "派单办理，或申请挂账、终结")
_simple(Need.NOT_OVERTURNED, lambda c: not h.overturned(c), "以同一理由不予受理，已被复核撤销",
        "受理并派单", LimitReached)
_simple(Need.NOT_OBJECTED_YET, lambda c: c.order.refusals[-1].objected_at is None, "异议已经复核过一次",
        "告知诉求人复议、诉讼等途径", LimitReached)
_simple(Need.ON_CALL_SHOWN, h.on_call_shown, "没有通话记录证明该单位参加了通话", "填写通话编号，或去掉“参加通话”")
_simple(Need.TAKEN_THERE, lambda c: bool(c.take(Elsewhere).reference), "对方平台还没有接收", "取得对方受理编号后再移交")
_simple(Need.NOT_TAKEN, lambda c: not c.held.took_from, "主办是本单位自己接下的，不能退单", "继续办理，或再移交主办",
        LimitReached)
_simple(Need.NOT_REFUSED_YET, lambda c: h.refused_here(c) is None, "退单已被驳回过", "不服的，提请裁定", LimitReached)
_simple(Need.ARBITRATION_IN_TIME, h.asked_in_time, "已过提请裁定的时限", "继续办理", TooLate)
_simple(Need.SPOKEN_TO, h.spoken_to, "没有通过平台接通诉求人的记录", "先用平台拨打，接通后再记录回答")
_simple(Need.REOPENING_OVER, lambda c: not h.within(c, h.ended_at(c), "reopen_within"), "诉求人还可以要求重启",
        "过了重启时限再归档")
_simple(Need.OWN_KEY, h.key_is_own, "条目编号不对：人提出的以 person：开头，系统的不以它开头",
        "改正编号后重发", BadContent)
_simple(Need.NOT_THE_HANDLER, lambda c: not c.wish.by.unit or c.wish.by.unit not in h.handled(c),
        "承办单位的人不能审核、回访、认定或结案", "由热线的人办理", NotYours)


def _other(need: Need, who: Callable[[Case], str], what: str) -> None:
    _simple(need, lambda c: who(c) != c.wish.by.id, f"{what}，须由另一人决定", "请同事处理", NotYours)


_other(Need.NOT_THE_REFUSER, lambda c: c.order.refusals[-1].by, "不受理是你定的")
_other(Need.NOT_THE_DISPATCHER, h.dispatcher, "此单是你派的")
_other(Need.NOT_THE_FOLLOWER, lambda c: c.order.follow_up.by if c.order.follow_up else "", "回访是你做的")
_other(Need.NOT_THE_ASKER, h.asker, "申请是你提的")
_other(Need.NOT_THE_RAISER, h.raiser, "这一条是你提的")


# what is asked of the words and data that come with a wish; the rest can be told before anybody has typed anything
OF_THE_WISH = frozenset({
    Need.REASON, Need.TEXT, Need.REAL_REPLY, Need.LAWFUL_GROUND, Need.NO_REPORT_BY_CLASS, Need.HOLDER_CLEAR,
    Need.HOLDER_BARRED, Need.NOT_BARRED, Need.EARLIER_DUE, Need.HAS_NO_PART, Need.NOT_THE_LEAD, Need.EXTENSION_FITS,
    Need.CITIZEN_TOLD, Need.PAUSE_NOT_TOO_LONG, Need.FIRST_RESPONDER_LEADS, Need.AGAIN_IN_TIME, Need.SAME_SECRECY,
    Need.NEW_RUNG, Need.NEW_FINDING, Need.NOT_WRONG_ACTION, Need.OUR_FINDING, Need.FINDING_UNDECIDED,
    Need.FINDING_ESTABLISHED, Need.NOT_THE_RAISER, Need.OWN_FIGURES, Need.ON_CALL_SHOWN, Need.TAKEN_THERE,
    Need.SPOKEN_TO, Need.OWN_KEY, Need.NOT_OVERTURNED, Need.FILES_BROUGHT,
})


def lacking(case: Case, needs: Iterable[Need]) -> tuple[int, LifeError] | None:
    """Return how many of `needs` are met before the first that is not, and what it says; None when all are."""
    for met, need in enumerate(needs):
        try:
            CHECKS[need](case)
        except LifeError as error:
            return met, error
    return None
