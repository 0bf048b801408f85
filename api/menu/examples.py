"""Examples of the operations on the menu."""

from __future__ import annotations

from typing import Any

from api.wire.examples import Example, Examples

_STEPS = {"welcome": {"verb": "menu", "prompts": ["greeting"], "choices": {"0": "person"}},
          "person": {"verb": "service", "skill": "general"}}
_DOCUMENT = {"release": 1, "languages": ["zh-CN"], "entry": "welcome", "person": "person",
             "prompts": {"greeting": {"zh-CN": "您好，12345热线，转人工请按0或稍候。"}}, "steps": _STEPS}
_SUMMARY: dict[str, Any] = {
    "id": "3f2a9c0d1e5b", "title": "夜间菜单", "based_on": 6, "by": "admin", "version": 4, "made_at": 1795400000.0,
    "changed_at": 1795400300.0, "lock": {"by": "admin", "until": 1795400420.0}, "steps": 2}
_DRAFT = _SUMMARY | {"document": _DOCUMENT, "comments": [], "undo": {"steps": 3, "words": "问候语改短"},
                     "redo": {"steps": 0, "words": ""}}
_ENTRY: dict[str, Any] = {
    "number": 7, "id": "7-1f0c22ab", "title": "夜间菜单", "by": "admin", "why": "问候语改短", "made_at": 1795400400.0,
    "based_on": 6, "state": "published", "steps": 2, "said": ["提示音“greeting”：zh-CN 的文字由 “…” 改为 “…”"],
    "due_at": None, "published_at": 1795400401.0}
_CHANGE = {"path": ["steps", "welcome", "choices", "1"], "kind": "changed",
           "words": "步骤“welcome”：按1 由 “water” 改为 “person”", "before": "water", "after": "person"}
_WAY = {"presses": ["2"], "called": "", "caller": "", "at": "2026-10-01T00:00",
        "lines": ["  0.0 秒 步骤 welcome：按 2 → notice", " 17.6 秒 转人工（技能 general）"]}
_FINDING = {"place": "草稿:1 steps.notice", "path": "steps.notice", "code": "person-far", "warning": False,
            "problem": "在步骤 'notice' 按 1 个键以内最快也要 17.6 秒才到人工，规定 10 秒以内",
            "fix": "请在这一步加一个直接转人工的按键，或缩短、允许打断它的提示音", "way": _WAY}
_NOTICE: dict[str, Any] = {
    "id": "9b1c44d0aa21", "texts": {"zh-CN": "台风红色预警，今天停止现场办理。"},
    "files": {"zh-CN": "p-0a1b2c3d4e5f6071"},
    "begins": 1795400000.0, "ends": 1795443200.0, "closes": ["office"], "by": "admin", "why": "台风应急"}
_TALLY = {"entered": 812, "keys": {"0": 301, "1": 220}, "silent": 240, "wrong": 31, "left": 20, "reached_person": 760,
          "mean_seconds": 6.4, "to": {"person": 541}}
_BEGIN = {"title": "夜间菜单", "release": 0}
_WHY = {"why": "新菜单投诉增多"}
_LINE: dict[str, Any] = {
    "step": "guide", "title": "办事指南", "owner": "housing", "review": "2026-12-31", "languages": ["zh-CN"],
    "texts": {"guide-words": {"zh-CN": "办事大厅在人民路1号。"}}, "recordings": {"guide-words": {}}, "shared": []}
_WORDING: dict[str, Any] = {"why": "大厅搬迁", "seen": 7, "review": "2026-12-31",
                            "texts": {"guide-words": {"zh-CN": "办事大厅在人民路1号。"}}}
EXAMPLES: Examples = {
    "GET /api/menu/lines": Example({"release": 7, "lines": [_LINE]}),
    "GET /api/menu/lines/{step}": Example(_LINE | {"release": 7, "history": [
        {"number": 7, "at": 1795400401.0, "by": "lead", "why": "大厅搬迁", "review": "2026-12-31",
         "texts": _LINE["texts"], "recordings": _LINE["recordings"]}]}),
    "PUT /api/menu/lines/{step}": Example(_ENTRY, _WORDING),
    "POST /api/menu/lines/{step}/sounds/{lang}": Example({
        "name": "u-6b5c4980ca319a91", "lang": "zh-CN", "seconds": 1.56}, "(wav)", 201),
    "GET /api/menu/lines/{step}/sounds/{lang}/{name}": Example("(wav)", media="audio/wav"),
    "POST /api/menu/lines/{step}/heard": Example("(wav)", {"text": "办事大厅在人民路1号。", "lang": "zh-CN"},
                                                 media="audio/wav"),
    "GET /api/menu/drafts": Example({"drafts": [_SUMMARY]}),
    "POST /api/menu/drafts": Example(_DRAFT, _BEGIN, 201),
    "GET /api/menu/drafts/{draft}": Example(_DRAFT),
    "DELETE /api/menu/drafts/{draft}": Example(status=204),
    "POST /api/menu/drafts/{draft}/lock": Example(_SUMMARY, {"over": False}),
    "DELETE /api/menu/drafts/{draft}/lock": Example(status=204),
    "POST /api/menu/drafts/{draft}/operations": Example(_DRAFT, {
        "version": 3, "words": "按 1 转人工",
        "edits": [{"path": ["steps", "welcome", "choices", "1"], "value": "person"}]}),
    "POST /api/menu/drafts/{draft}/undo": Example(_DRAFT, {"version": 4}),
    "POST /api/menu/drafts/{draft}/redo": Example(_DRAFT, {"version": 4}),
    "POST /api/menu/drafts/{draft}/comments": Example(
        {"comments": [{"id": "1a2b3c4d", "by": "admin", "at": 1795400000.0, "path": "steps.welcome", "text": "太长"}]},
        {"path": "steps.welcome", "text": "太长"}, 201),
    "GET /api/menu/drafts/{draft}/check": Example({
        "ok": False, "findings": [_FINDING], "rows": [{"step": "welcome", "depth": 0, "by": ""}]}),
    "GET /api/menu/drafts/{draft}/difference": Example({"changes": [_CHANGE]}),
    "POST /api/menu/drafts/{draft}/publish": Example(_ENTRY, {"why": "问候语改短"}, 201),
    "POST /api/menu/drafts/{draft}/walk": Example({
        "moves": [], "seconds": 0.0, "step": "welcome", "lines": ["  0.0 秒 在步骤 welcome 等待按键"], "outcome": None,
        "variables": {}, "asked": {"prompts": ["greeting"], "lang": "zh-CN", "texts": ["您好，12345热线。"],
                  "files": ["zh-CN/p-0a1b2c3d4e5f6071"], "kind": "keys"}}, {"presses": [], "at": "2026-11-25T03:00"}),
    "POST /api/menu/drafts/{draft}/sound": Example("(wav)", {"presses": ["3"]}, media="audio/wav"),
    "POST /api/menu/drafts/{draft}/ring": Example(
        {"trial": "47e9dc92acc548f891a23a728acaeb29", "phone": "6001", "kind": "plain"}, status=202),
    "POST /api/menu/drafts/{draft}/numbers": Example({
        "words": "共 1 行：新增 1，更新 0，拒绝 0", "version": 5,
        "lines": [{"line": 2, "number": "12319", "result": "taken", "problem": "", "fix": ""}]}, "(xlsx)"),
    "GET /api/menu/drafts/{draft}/file": Example("release: 1\nlanguages:\n- zh-CN\n", media="application/yaml"),
    "POST /api/menu/imports": Example(_DRAFT, "(yaml)", 201),
    "GET /api/menu/releases": Example({"current": 7, "releases": [_ENTRY], "acts": [
        {"at": 1795400401.0, "act": "publish", "number": 7, "by": "admin", "why": "问候语改短"}]}),
    "GET /api/menu/releases/{number}": Example(_ENTRY | {"document": _DOCUMENT}),
    "GET /api/menu/releases/{number}/difference": Example({"changes": [_CHANGE]}),
    "POST /api/menu/releases/{number}/rollback": Example(_ENTRY, _WHY | {"expected": 8}),
    "POST /api/menu/releases/{number}/withdraw": Example(_ENTRY | {"state": "withdrawn"}, _WHY),
    "POST /api/menu/sounds/{lang}": Example({
        "name": "u-6b5c4980ca319a91", "lang": "zh-CN", "seconds": 1.56,
        "url": "/api/menu/sounds/zh-CN/u-6b5c4980ca319a91"}, "(wav)", 201),
    "GET /api/menu/sounds/{lang}/{name}": Example("(wav)", media="audio/wav"),
    "POST /api/menu/speech": Example("(wav)", {"text": "您好，12345热线。", "lang": "zh-CN"}, media="audio/wav"),
    "GET /api/menu/notices": Example({"notices": [_NOTICE | {"lasts": True}]}),
    "POST /api/menu/notices": Example(_NOTICE, {
        "texts": _NOTICE["texts"], "ends": 1795443200.0, "closes": ["office"], "why": "台风应急"}, 201),
    "DELETE /api/menu/notices/{notice}": Example(status=204),
    "GET /api/menu/figures": Example({
        "since": 1794800000.0, "until": 1795400000.0, "calls": 1204, "whole": True,
        "releases": {"7-1f0c22ab": {"welcome": _TALLY}}, "called": {"12345": 1100, "12319": 104}}),
    "GET /api/menu/calls/{key}/trace": Example({
        "call": "47e9dc92acc548f891a23a728acaeb29", "called": "12345", "answered_at": 1795400000.0,
        "outcome": "service", "lines": [{
            "at": 1795400004.2, "release": "7-1f0c22ab", "step": "welcome", "verb": "menu", "heard": ["greeting"],
            "pressed": "2", "why": "key", "to": "complaint", "lang": "zh-CN",
            "words": "步骤 主菜单：按 2 → 投诉", "title": "主菜单", "texts": ["您好，12345热线。"]}]}),
    "POST /api/menu/drafts/{draft}/replay": Example({
        "calls": 2000, "same": 1963, "worse": 37,
        "words": "重放 2000 通来电，37 通的结果不同，其中 37 通原来转到人工、现在转不到",
        "differences": [{
            "before": "转到人工（技能 water）", "after": "被挂断", "hours": "在工作时间内", "calls": 37, "of": 2000,
            "examples": ["47e9dc92acc548f891a23a728acaeb29"],
            "words": "原来转到人工（技能 water）的 2,000 位来电人中，有 37 位现在在工作时间内被挂断"}]},
        {"last": 2000}),
}
