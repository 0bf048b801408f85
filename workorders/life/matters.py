"""What an order is about, apart from who asks it by name: kind, urgency, three-level classification, place, secrecy.

No name, number, address or text stands here: those live with the storage and under its retention.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from workorders.life.errors import BadContent
from workorders.life.words import Asker, Confidentiality, Kind, Urgency

Name = Annotated[str, StringConstraints(max_length=40)]
UnitId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]  # as in routing.directory
Tree = Mapping[str, Mapping[str, Sequence[str]]]
COMPLEX, ON_SITE = "complex", "on_site"  # tags that rules name


class Strict(BaseModel):
    """Data that nobody changes and nobody adds unknown fields to."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Classification(Strict):
    """三级分类: field, matter, detail; empty from the first level that is not told yet."""

    first: Name = ""
    second: Name = ""
    third: Name = ""


class Place(Strict):
    """District and street (区县, 街道乡镇)."""

    district: Name = ""
    street: Name = ""


class Matter(Strict):
    """What rules look at. `complained_of`: the units a report is against; they learn nothing of it."""

    kind: Kind = Kind.UNTOLD
    urgency: Urgency = Urgency.NORMAL
    classification: Classification = Classification()
    place: Place = Place()
    asker: Asker = Asker.CITIZEN
    anonymous: bool = False
    channel: Name = "phone"
    confidentiality: Confidentiality = Confidentiality.OPEN
    complained_of: tuple[UnitId, ...] = Field(default=(), max_length=20)
    kept_from: tuple[UnitId, ...] = Field(default=(), max_length=500)  # those under them
    tags: tuple[Name, ...] = Field(default=(), max_length=20)

    @property
    def is_report(self) -> bool:
        """Tell whether the rules of 举报 hold."""
        return self.kind is Kind.REPORT or self.confidentiality is Confidentiality.REPORT

    @property
    def barred(self) -> frozenset[str]:
        """Return the units that must not learn that this order exists."""
        return frozenset((*self.complained_of, *self.kept_from)) if self.is_report else frozenset()


def check_classification(classification: Classification, tree: Tree) -> None:
    """Refuse a path that the tree does not have. Raises BadContent with what it has there."""
    first, second, third = classification.first, classification.second, classification.third
    levels: list[tuple[str, Sequence[str]]] = [(first, list(tree))]
    levels.append((second, list(tree.get(first, {}))))
    levels.append((third, list(tree.get(first, {}).get(second, ()))))
    told = True
    for word, known in levels:
        if word and (not told or word not in known):
            raise BadContent(f"分类中没有“{word}”这一级", "从这些中选：" + "、".join(known or levels[0][1]))
        told = bool(word)


SEED_TREE: Tree = {  # the ten fields of the memo 《公共服务热线平台建设中暴露的问题亟待完善》; a city edits its own
    "公安": {"治安": ("噪声扰民", "流浪犬", "养犬管理"), "户政": ("身份证", "户口"), "交通管理": ("违停", "信号灯")},
    "行政投诉": {"作风": ("服务态度", "办事拖延"), "审批": ("材料", "时限")},
    "城市管理": {"市容": ("占道经营", "户外广告", "垃圾清运"), "市政": ("道路破损", "井盖", "路灯", "积水"),
                 "施工": ("夜间施工", "扬尘"), "物业": ("电梯", "漏水", "停车收费")},
    "通信": {"资费": ("套餐", "扣费"), "网络": ("信号", "宽带故障")},
    "公用事业": {"供水": ("停水", "水质", "水费"), "供电": ("停电", "电费"), "供气": ("停气", "安检"),
                 "供热": ("温度不达标", "热费")},
    "交通旅游": {"公交": ("线路", "候车"), "出租": ("拒载", "绕路"), "旅游": ("合同", "景区")},
    "新闻": {"报料": ("核实", "更正")},
    "金融": {"融资": ("贷款", "担保"), "保险": ("理赔", "退保")},
    "卫生": {"医疗": ("就诊", "收费"), "食品": ("卫生", "中毒"), "防疫": ("接种", "疫情")},
    "法律": {"劳动": ("欠薪", "社保", "工伤"), "援助": ("咨询", "申请"), "消费": ("退换货", "预付卡")},
}
