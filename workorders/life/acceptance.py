"""What may not be accepted, by which rule, and through which lawful door it goes; the rest is accepted.

Sources: 国办发〔2020〕53号 (what must go through litigation, arbitration, discipline, reconsideration, disclosure or
has entered petition; secrets and privacy) and 国务院《信访工作条例》 for what belongs to party, congress, courts and
procuratorate. Noise, leaks and parking are accepted wherever an agency has a duty.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workorders.life.policy import sampled


class Ground(StrEnum):
    """Why an appeal is not accepted. There is no ground "too difficult" and none "not ours"."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    DISCIPLINE = "discipline"
    PETITION = "petition"
    DISCLOSURE = "disclosure"
    PARTY = "party"
    CONGRESS = "congress"
    COURTS = "courts"
    PROCURATORATE = "procuratorate"
    ARMY = "army"
    REPEATED = "repeated"
    SECRETS = "secrets"
    PUBLIC_ORDER = "public_order"
    CIVIL = "civil"


@dataclass(frozen=True, slots=True)
class Door:
    """What is told to the citizen: the rule, where to go instead, and the number there if there is one."""

    chinese: str
    door: str
    source: str
    phone: str = ""


_ORDER_53 = "国办发〔2020〕53号"
_PETITION = "信访工作条例"
DOORS: dict[Ground, Door] = {
    Ground.LITIGATION: Door("已经或应当通过诉讼解决", "人民法院诉讼服务", _ORDER_53, "12368"),
    Ground.ARBITRATION: Door("已经或应当通过仲裁解决", "仲裁委员会或劳动人事争议仲裁院", _ORDER_53),
    Ground.RECONSIDERATION: Door("已经或应当通过行政复议解决", "行政复议机关", _ORDER_53),
    Ground.DISCIPLINE: Door("属于纪检监察事项", "纪检监察机关举报电话", _ORDER_53, "12388"),
    Ground.PETITION: Door("已进入信访渠道", "受理该信访事项的信访部门", _ORDER_53),
    Ground.DISCLOSURE: Door("属于政府信息公开申请", "政府信息公开工作机构", _ORDER_53),
    Ground.PARTY: Door("属于党委职权", "相应的党委部门", _PETITION),
    Ground.CONGRESS: Door("属于人大、政协职权", "人大、政协的信访机构", _PETITION),
    Ground.COURTS: Door("属于人民法院职权", "人民法院诉讼服务", _PETITION, "12368"),
    Ground.PROCURATORATE: Door("属于人民检察院职权", "检察服务", _PETITION, "12309"),
    Ground.ARMY: Door("属于军队、武警职权", "军队有关部门", _PETITION),
    Ground.REPEATED: Door("同一事实和理由已经办结并答复", "原工单的答复；有新事实、新理由可再次反映", _PETITION),
    Ground.SECRETS: Door("涉及国家秘密、商业秘密或个人隐私", "有权处理的机关", _ORDER_53),
    Ground.PUBLIC_ORDER: Door("违反社会公序良俗", "去除违法、违俗内容后可重新提出诉求", _ORDER_53),
    Ground.CIVIL: Door("民间纠纷，没有行政机关负有职责", "人民调解委员会", "人民调解法"),
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the call-taker found. `agency`: some agency has a duty in it; `new_reasons`: not the same story again."""

    agency: bool = True
    new_reasons: bool = False
    emergency: bool = False


def obstacle(ground: Ground, found: Circumstances) -> str:
    """Return why this ground does not hold here, "" when it does."""
    if found.emergency:
        return "危急事项先受理或移交110、119、120，不得拒绝"
    if ground is Ground.CIVIL and found.agency:
        return "有行政机关负有职责（噪声、漏水、停车等），应当受理"
    if ground is Ground.REPEATED and found.new_reasons:
        return "有新的事实或理由，应当受理"
    return ""


def second_look(number: str, share: float, *, objected: bool) -> bool:
    """Tell whether a refusal is looked at by a second person: always after an objection, else by sample."""
    return objected or sampled(number, "refusal", share)
