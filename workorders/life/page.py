"""The life of an order on a page: its tables as Markdown, made from the rules themselves, so that no document differs.

`fill` puts each table between its marks (``<!-- steps -->`` … ``<!-- /steps -->``) in a document written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from workorders.life import bring
from workorders.life.acceptance import DOORS
from workorders.life.assessment import FORMULAS
from workorders.life.calendar import Term, Unit
from workorders.life.checks import CHECKS, Check
from workorders.life.confidential import HIDDEN, OPEN_TO
from workorders.life.findings import CHINESE_FINDING
from workorders.life.needs import Need
from workorders.life.policy import SEED_DESK, SEED_LADDER, SEED_TERMS, Policy
from workorders.life.shapes import FindingKind
from workorders.life.states import OWNERS, STEPS, Go, Of, Step
from workorders.life.words import (
    CHINESE_DESK,
    CHINESE_DO,
    CHINESE_ROLE,
    CHINESE_STATE,
    Confidentiality,
    Role,
    State,
)

_UNITS = {Unit.MINUTES: "分钟", Unit.HOURS: "小时", Unit.WORKING_HOURS: "工作小时", Unit.WORKING_DAYS: "工作日"}
_OF = {Of.ORDER: "", Of.PART: "（任一承办单位）", Of.LEAD: "（主办）", Of.JOINT: "（协办）", Of.BELOW: "（被转办单位）"}
_GO = {Go.STAY: "不变", Go.BACK: "回到原状态"}
LIMITS = {
    "close_margin": "从承诺的答复到结案", "return_within": "退单时限，自派单起",
    "plead_within": "派错申诉、提请裁定的时限", "most_returns": "一张工单可同意的主办退单次数",
    "most_extensions": "延期次数，每次不超过原时限", "most_pauses": "暂停次数", "longest_pause": "一次暂停最长",
    "object_within": "对不予受理提出异议的时限", "reopen_within": "重启时限，自结案起",
    "longest_shelving": "挂账到下次复查最长", "calls_to_reach": "平台拨打几次不通算无法联系",
    "follow_up_share": "回访比例", "refusal_review_share": "不予受理抽查比例", "unhappy_at_most": "几分及以下算不满意",
    "least_reply": "答复至少几个有内容的字", "text_limit": "一段文字最长几个字",
}
RAISED: dict[FindingKind, str] = {
    "inaction": "超过签收时限没有签收", "slow": "超过办结时限（或内部时限）没有办结",
    "sham": "报称已解决或已联系，诉求人说没有", "buck_passing": "退单或派错申诉被驳回", "wrong": "只由人提出",
}
_SAID = {  # by checks that say more than one thing
    Need.LAWFUL_GROUND: ("不受理的理由不成立", "受理并派单，或换一个成立的法定理由"),
    Need.FILES_BROUGHT: ("按政策“…”，答复须附图片（视频、录音、文件），本单位还没有上传", bring.FIX)}
_MARKED = re.compile(r"<!-- (\w+) -->\n.*?<!-- /\1 -->", re.DOTALL)


def fill(document: str) -> str:
    """Return the document with each marked table made anew. Raises KeyError for a mark that means no table."""
    return _MARKED.sub(lambda found: f"<!-- {found[1]} -->\n{TABLES[found[1]]()}\n<!-- /{found[1]} -->", document)


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _states() -> str:
    held = "承办单位"
    return _table("state | Chinese | whose desk | its time (seed)", (
        (f"`{state.value}`", CHINESE_STATE[state], CHINESE_DESK.get(OWNERS.get(state, ""), held),
         term(SEED_DESK[state]) if state in SEED_DESK else "单位自己的时限" if state not in OWNERS else "—")
        for state in State))


def _steps() -> str:
    return _table("from | who | act | to | needs | why", (_row(step) for step in STEPS))


def _row(step: Step) -> tuple[str, ...]:
    to = CHINESE_STATE[step.to] if isinstance(step.to, State) else _GO[step.to]
    needs = " ".join(f"`{need.value}`" for need in step.needs)
    return _from(step) + _OF[step.of], _who(step), CHINESE_DO[step.do], to, needs, step.why


def _from(step: Step) -> str:
    starts = [state for state in State if state in step.frm]
    missing = [state for state in State if state not in step.frm and state is not State.RELEASED]
    if None in step.frm:
        return "（新）"
    if len(missing) < len(starts):
        return "除" + "、".join(CHINESE_STATE[state] for state in missing) + "外" if missing else "任何状态"
    return "、".join(CHINESE_STATE[state] for state in starts)


def _who(step: Step) -> str:
    missing = [role for role in Role if role not in step.who]
    if len(missing) == 1:
        return f"除{CHINESE_ROLE[missing[0]]}外"
    return "、".join(CHINESE_ROLE[role] for role in Role if role in step.who)


def _needs() -> str:
    return _table("need | what is said without it | what to do", ((f"`{need.value}`", *_said(need)) for need in Need))


def _said(need: Need) -> tuple[str, str]:
    check = CHECKS[need]
    return (check.message, check.fix) if isinstance(check, Check) else _SAID[need]


def term(length: Term) -> str:
    """Return a term as people write it."""
    return f"{length.amount} {_UNITS[length.unit]}"


def _terms() -> str:
    return _table("matter | sign for | contact | reply = the promise", (
        (rule.name, term(rule.terms.sign), term(rule.terms.contact), term(rule.terms.reply)) for rule in SEED_TERMS))


def _limits() -> str:
    policy = Policy()
    return _table("setting | meaning | seed", (
        (f"`{name}`", said, _value(getattr(policy, name))) for name, said in LIMITS.items()))


def _value(value: object) -> str:
    return term(value) if isinstance(value, Term) else f"{value:.0%}" if isinstance(value, float) else str(value)


def _ladder() -> str:
    return _table("rung | of the clock | at the latest, after it is due", (
        (CHINESE_DO[rung.do], f"{rung.share:.0%}", term(rung.within) if rung.within else "—") for rung in SEED_LADDER))


def _findings() -> str:
    return _table("kind | suspected | raised when", (
        (f"`{kind}`", said, RAISED[kind]) for kind, said in CHINESE_FINDING.items()))


def _formulas() -> str:
    return _table("measure | Chinese | numerator | denominator | period of", (
        (f"`{measure.value}`", one.chinese, one.numerator, one.denominator, one.moment)
        for measure, one in FORMULAS.items()))


def _doors() -> str:
    return _table("ground | Chinese | the door | source", (
        (f"`{ground.value}`", door.chinese, f"{door.door} {door.phone}".strip(), door.source)
        for ground, door in DOORS.items()))


def _sight() -> str:
    hidden = HIDDEN[Confidentiality.REPORT]
    return _table("office | an ordinary order | a report, not being named", (
        (CHINESE_ROLE[role], _fields(OPEN_TO[role]),
         _fields(frozenset() if role in (Role.EXPERT, Role.API_CLIENT) else OPEN_TO[role] - hidden))
        for role in Role if role is not Role.SYSTEM))


def _fields(fields: frozenset[str]) -> str:
    return " ".join(f"`{field}`" for field in sorted(fields)) or "—"


TABLES: dict[str, Callable[[], str]] = {
    "states": _states, "steps": _steps, "needs": _needs, "terms": _terms, "limits": _limits, "ladder": _ladder,
    "findings": _findings, "formulas": _formulas, "doors": _doors, "sight": _sight,
}
