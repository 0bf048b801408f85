"""A brief for 110: words to read aloud in one breath a line, and the same as data. No web link: the police network
opens none.

Order of the lines as a call-taker needs them: what and how bad, where, who and how to reach them, what was done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workorders.life.order import Order
from workorders.life.words import CHINESE_KIND, CHINESE_STATE, Asker, Urgency

_LINK = re.compile(r"(?:https?|ftp)://\S+|www\.\S+", re.IGNORECASE)
_DIGITS = dict(zip("0123456789", "零幺二三四五六拐八九", strict=True))  # as numbers are spoken on a line: 1 幺, 7 拐
URGENT = {Urgency.NORMAL: "一般", Urgency.URGENT: "紧急", Urgency.EMERGENCY: "危急，可能危及人身安全"}
_SPOKEN = 200  # characters of the citizen's words that are read; the rest stands in the data


@dataclass(frozen=True, slots=True)
class Brief:
    """The text to read and the data to keep."""

    text: str
    data: Mapping[str, Any]


def without_links(text: str) -> str:
    """Return text with every web address taken out."""
    return _LINK.sub("（网址略）", text)


def spoken_number(number: str) -> str:
    """Return a number as it is said on a line, digit by digit, in groups of three or four."""
    digits = [_DIGITS.get(digit, digit) for digit in number if digit.isalnum() or digit == "+"]
    groups = [digits[:3], *(digits[place:place + 4] for place in range(3, len(digits), 4))]
    return " ".join("".join(group) for group in groups if group)


def brief(order: Order, words: Mapping[str, str], zone: ZoneInfo, unit: str = "") -> Brief:
    """Return the brief of an order. `words`: what may be told (`telling.visible`); `unit`: who handles it now."""
    clean = {name: without_links(value) for name, value in words.items()}
    return Brief("\n".join(_lines(order, clean, zone, unit)), _data(order, clean, unit))


def _lines(order: Order, words: Mapping[str, str], zone: ZoneInfo, unit: str) -> Iterator[str]:
    matter = order.matter
    when = datetime.fromtimestamp(order.accepted_at, zone)
    path = "，".join(word for word in (matter.classification.first, matter.classification.second,
                                       matter.classification.third) if word)
    yield f"12345 热线移交，编号 {spoken_number(order.number)}。"
    yield f"{CHINESE_KIND[matter.kind]}，{URGENT[matter.urgency]}。{f'类别：{path}。' if path else ''}"
    where = matter.place.district + matter.place.street + words.get("address", "")
    yield f"地点：{where}。" if where else "地点：诉求人未说明。"
    if words.get("summary"):
        yield f"诉求：{words['summary'][:_SPOKEN]}。".replace("。。", "。")
    yield _who(matter.asker, words)
    yield f"{when.month}月{when.day}日{when.hour}点{when.minute:02d}分受理，目前{CHINESE_STATE[order.state]}。"
    yield f"现由{unit}办理。" if unit else "尚未派单。"
    yield "请记录贵方编号并告知，办理结果请回告 12345。"


def _who(asker: Asker, words: Mapping[str, str]) -> str:
    name, number = words.get("name", ""), words.get("number", "")
    who = "企业" if asker is Asker.ENTERPRISE else "市民"
    if not name and not number:
        return f"{who}身份不便告知，需要联系时请拨 12345 转接。"
    return f"{who}{name}，电话 {spoken_number(number)}。" if number else f"{who}{name}，没有留电话。"


def _data(order: Order, words: Mapping[str, str], unit: str) -> dict[str, Any]:
    matter = order.matter
    return {"number": order.number, "accepted_at": order.accepted_at, "state": order.state.value,
            "kind": matter.kind.value, "urgency": int(matter.urgency), "first": matter.classification.first,
            "second": matter.classification.second, "third": matter.classification.third,
            "district": matter.place.district, "street": matter.place.street, "unit": unit, "due": order.round.due,
            **words}
