"""Examples of the operations on the directory."""

from __future__ import annotations

from typing import Any

from api.wire.examples import Example, Examples

_AGENT: dict[str, Any] = {"name": "王敏", "phone": "6001", "kind": "web", "skills": ["general"]}
_UNIT: dict[str, Any] = {"name": "住房和城乡建设局", "aliases": ["住建局"], "duties": "物业、房屋质量",
         "phones": [{"number": "66010001", "label": "值班室", "order": 1, "accept": False}]}
_HEAD = {"version": 2, "by": "u-5f1c", "by_name": "陈立", "why": "值班室换号", "at": 1795400000.0}


def _whole(kind: str, name: str, entry: dict[str, Any] | None) -> dict[str, Any]:
    kept = None if entry is None else {"id": name} | entry
    return _HEAD | {"kind": kind, "id": name, "entry": kept, "history": [_HEAD | {"entry": kept}]}


EXAMPLES: Examples = {
    "GET /api/directory": Example({
        "agents": [{"id": "a1001", "version": 1} | _AGENT],
        "units": [{"id": "housing", "version": 2} | _UNIT],
        "experts": [], "leaders": [], "emergency": [], "gone": [
            {"kind": "units", "id": "heating", "name": "供热办", "version": 3}]}),
    "GET /api/directory/{kind}/{name}": Example(_whole("units", "housing", _UNIT)),
    "PUT /api/directory/agents/{name}": Example(
        _whole("agents", "a1001", _AGENT), {"entry": _AGENT, "why": "新来的坐席"}),
    "PUT /api/directory/{kind}/{name}": Example(
        _whole("units", "housing", _UNIT), {"entry": _UNIT, "why": "值班室换号"}),
    "DELETE /api/directory/{kind}/{name}": Example(_whole("units", "housing", None)),
}
