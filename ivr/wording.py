"""What a fault of shape is called in Chinese, and what to do about it. One row for each kind that pydantic knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

_KEYS = "0 到 9、* 或 #"
_ROWS: dict[str, tuple[str, str]] = {
    "missing": ("缺少必填的字段", "请补上"),
    "extra_forbidden": ("不认识的字段", "请检查拼写或删除；可用的字段：{fields}"),
    "string_type": ("这里应是一段文字，写的是 {input}", "请写成文字"),
    "string_too_short": ("不能为空", "请填写"),
    "string_too_long": ("太长，最多 {max_length} 个字", "请缩短"),
    "string_pattern_mismatch": ("{input} 的写法不对，应符合 {pattern}", "请修改"),
    "int_parsing": ("{input} 不是整数", "请写一个整数"),
    "int_type": ("{input} 不是整数", "请写一个整数"),
    "float_parsing": ("{input} 不是数字", "请写一个数字"),
    "float_type": ("{input} 不是数字", "请写一个数字"),
    "bool_parsing": ("{input} 不是是非值", "请写 true 或 false"),
    "bool_type": ("{input} 不是是非值", "请写 true 或 false"),
    "greater_than_equal": ("{input} 太小，至少 {ge}", "请改大"),
    "less_than_equal": ("{input} 太大，最多 {le}", "请改小"),
    "too_long": ("有 {actual_length} 项，最多 {max_length} 项", "请删减，或分到下一级菜单"),
    "too_short": ("至少要有 {min_length} 项", "请补上"),
    "literal_error": ("{input} 不可用", "请用其中之一：{expected}"),
    "dict_type": ("这里应是“键：值”的列表", "请每行写一个“键：值”"),
    "tuple_type": ("这里应是一个列表", "请写成 [a, b] 或每行一个“- 项”"),
    "date_from_datetime_parsing": ("{input} 不是日期", "请写成 2026-10-01"),
    "date_parsing": ("{input} 不是日期", "请写成 2026-10-01"),
    "value_error": ("{input} 的写法不对（{error}）", "请修改"),
}
_OTHER = ("{input} 的写法不对", "请修改")
_LONGEST = 40


def shape_fault(kind: str, context: Mapping[str, Any], given: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Return (problem, fix) for one pydantic fault of `model`; `given` is the refused value, cut when long."""
    problem, fix = _ROWS.get(kind, _OTHER)
    shown = repr(given)
    shown = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
    if context.get("pattern") == "^[0-9*#]$":
        problem, fix = "{input} 不是按键", f"请用 {_KEYS}"
    words = {**context, "input": shown, "fields": "、".join(_field_names(model))}
    return problem.format_map(_Lenient(words)), fix.format_map(_Lenient(words))


def _field_names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
