"""The columns of an export: a name for programs, a heading for people, and how a value reads to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workorders.life.states import OWNERS
from workorders.life.words import CHINESE_KIND, CHINESE_STATE, Asker, Kind, State
from workorders.models import WorkOrder

Value = str | int | float | bool | None
CHINESE_URGENCY = ("一般", "紧急", "危急")
CHINESE_SECRECY = ("公开", "隐去诉求人", "举报")
CHINESE_ASKER = {Asker.CITIZEN.value: "市民", Asker.ENTERPRISE.value: "企业"}
CHINESE_CHANNEL = {"phone": "电话", "web": "网站", "app": "手机应用", "sms": "短信", "letter": "信件", "weibo": "微博",
                   "open311": "开放接口"}
CHINESE_OUTCOME = {"answered": "直接答复", "solved": "已解决", "done": "已办结", "shelved": "挂账",
                   "terminated": "终结", "refused": "不予受理", "withdrawn": "撤回", "merged": "并单"}
_DESKS = {"dispatch": "派单岗", "reception": "受理岗", "second_look": "复核岗", "duty_leader": "值班领导",
          "return_review": "退单审核岗", "review": "审核岗", "follow_up": "回访岗", "archive": "归档岗",
          "coordination": "协调岗"}
assert set(_DESKS) == set(OWNERS.values())  # a desk without a name would be a hole in the sheet


@dataclass(frozen=True, slots=True)
class Reading:
    """What turns ids and moments into what people read."""

    zone: ZoneInfo
    units: Mapping[str, str]

    def moment(self, at: float | None) -> str:
        """Return a moment on the city's clock, "" for none."""
        return "" if at is None else datetime.fromtimestamp(at, self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def unit(self, unit: str) -> str:
        """Return a unit's name; one that is unknown is shown by its id."""
        return self.units.get(unit, unit)

    def owner(self, owner: str) -> str:
        """Return who must act next."""
        kind, _, name = owner.partition(":")
        return self.unit(name) if kind == "unit" else _DESKS.get(name, name)


@dataclass(frozen=True, slots=True)
class Column:
    """`raw` is for programs; `read` is for people, the raw value where it is None. `width` in characters."""

    name: str
    heading: str
    width: int
    raw: Callable[[WorkOrder, Mapping[str, str]], Value]
    read: Callable[[Reading, Any], str] | None = None


def _plain(name: str, heading: str, width: int, read: Callable[[Reading, Any], str] | None = None) -> Column:
    return Column(name, heading, width, lambda row, _: getattr(row, name), read)


def _words(name: str, heading: str, width: int) -> Column:
    """A column of words, as the reader may see them."""
    return Column(name, heading, width, lambda _, texts: texts[name])


def _from(table: Mapping[Any, str]) -> Callable[[Reading, Any], str]:
    return lambda _, value: table.get(value, str(value))


_KINDS = {kind.value: CHINESE_KIND[kind] for kind in Kind}
_STATES = {state.value: CHINESE_STATE[state] for state in State}
COLUMNS: tuple[Column, ...] = (
    _plain("number", "工单编号", 16), _plain("created_at", "受理时间", 19, Reading.moment),
    _plain("state", "状态", 9, _from(_STATES)), _plain("kind", "诉求类型", 8, _from(_KINDS)),
    _plain("urgency", "紧急程度", 8, lambda _, value: CHINESE_URGENCY[value]),
    _plain("first", "一级分类", 10), _plain("second", "二级分类", 10), _plain("third", "三级分类", 12),
    _plain("district", "区县", 10), _plain("street", "街道乡镇", 12),
    _plain("channel", "渠道", 8, _from(CHINESE_CHANNEL)),
    _plain("asker", "诉求人类别", 10, _from(CHINESE_ASKER)),
    _plain("secrecy", "保密级别", 10, lambda _, value: CHINESE_SECRECY[value]),
    _words("summary", "诉求内容", 60), _words("address", "地址", 30), _words("name", "诉求人", 10),
    _words("caller", "联系电话", 14), _words("reply", "答复", 60),
    _plain("first_responder", "首接单位", 16, Reading.unit), _plain("lead", "主办单位", 16, Reading.unit),
    _plain("owner", "当前办理", 16, Reading.owner), _plain("answer_due", "答复时限", 19, Reading.moment),
    _plain("answered_at", "答复时间", 19, Reading.moment), _plain("closed_at", "结案时间", 19, Reading.moment),
    _plain("outcome", "结果", 10, _from(CHINESE_OUTCOME)), _plain("reopened", "重办次数", 8),
    _plain("urges", "催单次数", 8), _plain("findings", "疑似问题", 8), _plain("version", "步数", 6),
)
