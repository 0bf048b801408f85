"""The words of an order's life: kinds, urgency, confidentiality, roles, states, acts; and how people read them."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What the citizen wants (GB/T 33358-2016 sorts appeals in these)."""

    UNTOLD = ""
    INQUIRY = "inquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"  # 举报: against somebody, see `confidential`
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Urgency(IntEnum):
    """How soon. EMERGENCY: life or property is in danger."""

    NORMAL = 0
    URGENT = 1
    EMERGENCY = 2


class Confidentiality(IntEnum):
    """Who may know. It only ever rises: what was shown cannot be unshown."""

    OPEN = 0
    CALLER = 1  # the caller's identity is kept from the units
    REPORT = 2  # the order itself is kept from the unit complained of


class Asker(StrEnum):
    """Who asks."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"


class Role(StrEnum):
    """In what office a person acts. Permissions hang on these; which person has which is data."""

    AGENT = "agent"
    TEAM_LEADER = "team_leader"
    BACK_OFFICE = "back_office"
    QUALITY = "quality"
    UNIT_HANDLER = "unit_handler"
    UNIT_LEAD = "unit_lead"
    EXPERT = "expert"
    DUTY_LEADER = "duty_leader"
    DEPUTY = "deputy"  # signs for the duty leader who did not in time
    SUPERVISION = "supervision"
    DISCIPLINE = "discipline"
    ADMIN = "admin"
    AUDITOR = "auditor"
    API_CLIENT = "api_client"
    CITIZEN = "citizen"
    SYSTEM = "system"  # timers, the switch, the follow-up by machine


UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEAD})


class State(StrEnum):
    """Where an order is; DISPATCHED … RELEASED are also the states of one unit's part in it."""

    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REFUSED = "refused"
    OBJECTED = "objected"
    AWAITING = "awaiting_signature"
    ENDORSED = "endorsed"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    HANDLING = "handling"
    RETURNED = "returned"
    PLEADED = "pleaded"
    ARBITRATION = "arbitration"
    REDISPATCHING = "redispatching"
    REPLIED = "replied"
    RELEASED = "released"
    REVIEWED = "reviewed"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    REOPENED = "reopened"
    SHELVED = "shelved"
    TERMINATED = "terminated"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed_over"
    ARCHIVED = "archived"


class Do(StrEnum):
    """What somebody does to an order: the verbs of the history."""

    ACCEPT = "accept"
    CLASSIFY = "classify"
    PROTECT = "protect"
    NOTE = "note"
    ANSWER = "answer"
    REFUSE = "refuse"
    OBJECT = "object"
    CONFIRM_REFUSAL = "confirm_refusal"
    OVERTURN_REFUSAL = "overturn_refusal"
    SUBMIT = "submit"
    ENDORSE = "endorse"
    SEND_BACK = "send_back"
    DISPATCH = "dispatch"
    REDISPATCH = "redispatch"
    ADD_JOINT = "add_joint"
    RELEASE_JOINT = "release_joint"
    SIGN_FOR = "sign_for"
    CONTACT = "contact"
    START = "start"
    HAND_DOWN = "hand_down"
    INNER_REPLY = "inner_reply"
    PROGRESS = "progress"
    REPLY = "reply"
    RETURN = "return"
    UPHOLD_RETURN = "uphold_return"
    REFUSE_RETURN = "refuse_return"
    PLEAD = "plead"
    UPHOLD_PLEA = "uphold_plea"
    REFUSE_PLEA = "refuse_plea"
    ASK_ARBITRATION = "ask_arbitration"
    ARBITRATE_KEEP = "arbitrate_keep"
    ARBITRATE_MOVE = "arbitrate_move"
    OFFER_LEAD = "offer_lead"
    ACCEPT_LEAD = "accept_lead"
    DECLINE_LEAD = "decline_lead"
    ASK_EXTENSION = "ask_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    ASK_PAUSE = "ask_pause"
    APPROVE_PAUSE = "approve_pause"
    REFUSE_PAUSE = "refuse_pause"
    RESUME = "resume"
    PASS = "pass"
    REWORK = "rework"
    BEGIN_FOLLOW_UP = "begin_follow_up"
    TRY_CITIZEN = "try_citizen"
    CITIZEN_SAYS = "citizen_says"
    RATE = "rate"
    CLOSE = "close"
    REOPEN = "reopen"
    ASK_ENDING = "ask_ending"
    SHELVE = "shelve"
    TERMINATE = "terminate"
    REFUSE_ENDING = "refuse_ending"
    REVISIT = "revisit"
    MERGE = "merge"
    UNMERGE = "unmerge"
    MAIN_ANSWERED = "main_answered"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"
    HAND_BACK = "hand_back"
    RESULT_BACK = "result_back"
    ARCHIVE = "archive"
    URGE = "urge"
    REMIND = "remind"
    PRESS = "press"
    SUPERVISE = "supervise"
    ESCALATE = "escalate"
    PHONE_UNANSWERED = "phone_unanswered"
    RAISE_FINDING = "raise_finding"
    ANSWER_FINDING = "answer_finding"
    DECIDE_FINDING = "decide_finding"
    REFER_FINDING = "refer_finding"
    ASK_STRIKE = "ask_strike"
    DECIDE_STRIKE = "decide_strike"
    UNMASK = "unmask"
    NAME_PERSON = "name_person"
    RECKON_ANEW = "reckon_anew"


OVER = frozenset({State.ARCHIVED})
UNIT_PHASE = frozenset({State.DISPATCHED, State.SIGNED, State.HANDLING, State.RETURNED, State.PLEADED,
                        State.ARBITRATION, State.REPLIED})
CHINESE_KIND = {
    Kind.UNTOLD: "未定", Kind.INQUIRY: "咨询", Kind.HELP: "求助", Kind.COMPLAINT: "投诉", Kind.REPORT: "举报",
    Kind.SUGGESTION: "建议", Kind.PRAISE: "表扬",
}
CHINESE_STATE = dict(zip(State, (
    "已受理", "直接答复", "不予受理", "异议复核", "待签批", "已签批", "已派单", "已签收", "办理中", "退单待审",
    "派错申诉", "待裁定", "待改派", "单位办结", "退出协办", "已审核", "回访中", "已结案", "重办", "挂账", "终结",
    "已并单", "已撤回", "已移交", "已归档"), strict=True))
CHINESE_DO = dict(zip(Do, (
    "受理", "分类", "定为举报", "备注", "直接答复", "不予受理", "提出异议", "维持不受理", "撤销不受理", "送签",
    "签批", "退回重拟", "派单", "改派", "增派协办", "撤销协办", "签收", "联系诉求人", "开始办理", "转办", "内部回复",
    "办理进展", "办结回复", "退单", "同意退单", "驳回退单", "派错申诉", "申诉成立", "申诉驳回", "提请裁定", "裁定维持",
    "裁定改派", "移交主办", "接受主办", "不接主办", "申请延期", "批准延期", "驳回延期", "申请暂停", "批准暂停",
    "驳回暂停", "恢复计时", "审核通过", "退回重办", "开始回访", "回访呼叫", "回访结果", "即时评价", "结案", "重启",
    "申请挂账或终结", "批准挂账", "批准终结", "驳回", "挂账复查", "并单", "拆单", "主单已答复", "诉求人撤回", "移交",
    "移交退回", "移交结果", "归档", "市民催单", "提醒", "催办", "督办", "报值班领导", "值班电话未接", "发现疑似问题",
    "单位说明", "认定", "移送纪检", "申请剔除", "剔除决定", "查看隐去信息", "指定知情人", "重算时限"), strict=True))
CHINESE_ROLE = dict(zip(Role, (
    "坐席", "班长", "派单审核", "质检", "承办人员", "承办负责人", "专家", "值班领导", "代签领导", "督查", "纪检监察",
    "管理员", "审计", "其他系统", "市民", "系统"), strict=True))
CHINESE_DESK = {
    "dispatch": "派单席", "reception": "受理席", "second_look": "复核席", "duty_leader": "值班领导",
    "return_review": "退单审核席", "review": "办结审核席", "follow_up": "回访席", "archive": "归档席",
    "coordination": "协调席",
}
