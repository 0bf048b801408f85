"""What of an order another platform may be told, and what it may give us: scopes and secrecy, decided in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workorders.exchange.documents import Content
from workorders.exchange.errors import OutOfScope
from workorders.exchange.partners import Partner, Scope, Takes, spoken_to
from workorders.life.confidential import level_of, may_be_told
from workorders.life.order import Order
from workorders.life.words import CHINESE_KIND, Confidentiality, Kind, Urgency

PERSONAL = ("name", "number", "address")


def may_hand_over(order: Order, partner: Partner) -> None:
    """Refuse a hand-over that scopes or secrecy forbid. Raises OutOfScope."""
    matter = order.matter
    if not partner.sends() or not partner.address:
        raise OutOfScope(f"不向 {partner.name} 移交工单", "检查该平台的方向、地址和启用状态")
    if partner.unit and not may_be_told(partner.unit, order):
        raise OutOfScope("不能移交给被举报单位", "改走其他渠道")
    if level_of(order) is Confidentiality.REPORT and Scope.REPORTS not in partner.scopes:
        raise OutOfScope(f"不能把举报移交给 {partner.name}", "由值班领导决定办理渠道")
    _fits(partner.takes, matter.kind, matter.classification.first, f"{partner.name} 不接收这类事项")


def may_tell_result(order: Order, partner: Partner) -> bool:
    """Tell whether a partner may be told what came of an order, which may have become a report in the meantime."""
    if partner.unit and not may_be_told(partner.unit, order):
        return False
    return level_of(order) is not Confidentiality.REPORT or Scope.REPORTS in partner.scopes


def may_give(content: Content, partner: Partner) -> None:
    """Refuse what a partner may not hand over to us. Raises OutOfScope."""
    if not partner.receives():
        raise OutOfScope("本平台不接收你方移交的工单", "与本平台热线办公室联系")
    if content.kind is Kind.REPORT and Scope.REPORTS not in partner.scopes:
        raise OutOfScope("举报不能由此渠道移交", "请诉求人直接拨打 12345，或由专人当面移交")
    if content.urgency is Urgency.EMERGENCY:
        return  # whatever was agreed: where life is in danger it is taken first and sorted out afterwards
    _fits(partner.gives, content.kind, content.first, "本平台不接收这类事项")


def _fits(takes: Takes, kind: Kind, first: str, what: str) -> None:
    if takes.kinds and kind not in takes.kinds:
        can = "、".join(CHINESE_KIND[one] for one in takes.kinds)
        raise OutOfScope(f"{what}：{CHINESE_KIND[kind]}", f"可移交：{can}")
    if takes.fields and first not in takes.fields:
        raise OutOfScope(f"{what}：{first or '未分类'}", "可移交：" + "、".join(takes.fields))


def told(order: Order, partner: Partner, words: Mapping[str, str]) -> dict[str, Any]:
    """Return what a partner is told, in its words. `words`: summary, address, name, number as they are kept."""
    matter = order.matter
    content: dict[str, Any] = {
        "kind": matter.kind.value, "urgency": int(matter.urgency), "first": matter.classification.first,
        "second": matter.classification.second, "third": matter.classification.third,
        "district": matter.place.district, "street": matter.place.street, "asker": matter.asker.value,
        "anonymous": matter.anonymous, **visible(order, partner.scopes, words)}
    return spoken_to(partner.mapping, content)


def visible(order: Order, scopes: frozenset[Scope], words: Mapping[str, str]) -> dict[str, str]:
    """Return the words a partner may read; a citizen who is hidden stays hidden whatever the scopes say."""
    allowed = {"summary": Scope.SUMMARY, "address": Scope.ADDRESS, "name": Scope.CONTACT, "number": Scope.CONTACT}
    hidden = PERSONAL if level_of(order) is not Confidentiality.OPEN else ()
    return {name: words.get(name, "") for name, scope in allowed.items()
            if scope in scopes and name not in hidden and words.get(name)}
