"""Orders on paper: one sheet each, as a page that any browser prints. Everything that somebody typed is escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

from workorders.life.words import CHINESE_KIND

_ENVIRONMENT: Final = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_URGENCY: Final = ("普通", "紧急", "危急")
_CLOCKS: Final = {"answer": "答复诉求人", "close": "结案", "sign": "签收", "contact": "联系", "reply": "办结",
                  "inner": "内部", "desk": "热线岗位"}
_WHOM: Final = {"citizen": "诉求人"}
_STYLE: Final = """
@page { size: A4; margin: 18mm }
body { font: 11pt/1.5 "Noto Serif CJK SC", SimSun, serif } section { break-after: page }
table { border-collapse: collapse; table-layout: fixed; width: 100%; overflow-wrap: anywhere }
td, th { border: 1px solid #444; padding: 4px 6px; text-align: left }
th { width: 6em; font-weight: normal; background: #f2f2f2 } h1 { font-size: 16pt; text-align: center }
.text { white-space: pre-wrap; min-height: 6em } footer { font-size: 9pt; color: #555; margin-top: 6px }
"""
# the one page with a style of its own: the browser is told its digest, so that no other is taken for it
POLICY: Final = ("default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"
                 + b64encode(sha256(_STYLE.encode()).digest()).decode() + "'")
_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>工单</title><style>{{ style }}</style></head><body>
{% for order in orders %}
<section><h1>12345 热线工单</h1>
<table>
<tr><th>编号</th><td>{{ order.number }}</td><th>状态</th><td>{{ order.state_name }}</td></tr>
<tr><th>类别</th><td>{{ kinds[order.kind] }}</td><th>紧急程度</th><td>{{ urgency[order.urgency] }}</td></tr>
<tr><th>分类</th><td>{{ [order.first, order.second, order.third] | select | join(" / ") }}</td>
<th>区县街道</th><td>{{ order.district }} {{ order.street }}</td></tr>
<tr><th>诉求人</th><td>{{ order.name }}</td><th>电话</th><td>{{ order.caller }}</td></tr>
<tr><th>地址</th><td colspan="3">{{ order.address }}</td></tr>
<tr><th>诉求内容</th><td colspan="3" class="text">{{ order.summary }}</td></tr>
<tr><th>主办</th><td>{{ unit(order.lead) }}</td><th>首接</th><td>{{ unit(order.first_responder) }}</td></tr>
<tr><th>受理时间</th><td>{{ when(order.created_at) }}</td><th>答复时限</th><td>{{ when(order.answer_due) }}</td></tr>
{% for clock in order.clocks or [] if clock.stopped is none and not clock.void %}
<tr><th>{{ clocks[clock.name] }}</th><td>{{ unit(clock.whom) }}</td><th>时限</th><td>{{ when(clock.due) }}</td></tr>
{% endfor %}
{% if order.reply %}<tr><th>{{ "当场答复" if order.reply.do == "answer" else "办理结果" }}</th>
<td colspan="3" class="text">{{ order.reply.text }}</td></tr>{% endif %}
<tr><th>领导签批</th><td colspan="3" class="text"></td></tr>
</table>
<footer>{{ who }} 于 {{ when(now) }} 打印 · 第 {{ order.version }} 版</footer></section>
{% endfor %}
</body></html>
"""


def printed(orders: Sequence[Mapping[str, Any]], who: str, now: float, zone: ZoneInfo,
            names: Mapping[str, str]) -> str:
    """Return the page for these orders (as shown.shown_order gives them), one sheet each. `names`: unit → name."""
    def when(moment: float) -> str:
        return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M")

    def unit(whom: str) -> str:
        plain = whom.removeprefix("unit:")
        return names.get(plain, _WHOM.get(plain, "热线" if plain.startswith("desk:") else plain))

    page = _ENVIRONMENT.from_string(_PAGE)
    return page.render(orders=orders, who=who, now=now, when=when, unit=unit, style=Markup(_STYLE),
                       kinds={kind.value: name for kind, name in CHINESE_KIND.items()}, urgency=_URGENCY,
                       clocks=_CLOCKS)
