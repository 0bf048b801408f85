"""Words from templates: ``[a|b]`` is a choice, ``{slot}`` is filled in. The same random source gives the same words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_LONG = ("三天", "五天", "一周", "十来天", "半个月", "二十多天", "一个月", "一个多月", "两个月", "三个月", "半年")
_WHEN = ("22时", "23时", "凌晨一点", "凌晨两点", "零点", "23时30分")
_SHOPS = ("好再来", "老地方", "福满", "鑫源", "悦来", "小渔村", "百味", "金谷", "顺发", "云上", "一家亲", "佳乐")
_TRADES = ("饭店", "烧烤店", "超市", "面馆", "水果店", "茶楼", "熟食店", "便利店", "家具城", "火锅店")
_SUMS = (30, 48, 68, 99, 120, 180, 260, 300, 399, 480, 600, 800, 1200, 1580, 2000, 2980, 3600, 5000, 8000, 12000)


def say(templates: Sequence[str], rng: Random, slots: Mapping[str, str]) -> str:
    """Return one of the templates with its choices made and its slots filled; an unknown slot is a KeyError."""
    text = rng.choice(templates)
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), text)
    return _SLOT.sub(lambda found: slots.get(found[1]) or _made_up(found[1], rng), text)


def _made_up(slot: str, rng: Random) -> str:
    """Return what has nothing to do with the place: times, sums, counts, shops, bus lines."""
    if slot == "count":
        return str(rng.randint(2, 12))
    if slot == "sum":
        return str(rng.choice(_SUMS))
    if slot == "line":
        return f"{rng.randint(1, 138)}路"
    if slot == "shop":
        return rng.choice(_SHOPS) + rng.choice(_TRADES)
    return rng.choice({"long": _LONG, "when": _WHEN}[slot])
