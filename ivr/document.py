"""Read a YAML or JSON text into plain data that remembers its lines.

Stricter than YAML on purpose: no aliases (a small file could become a giant one), no keys given twice, no tags,
bounded size and depth, and every plain scalar stays a string, so that ``17:00``, ``012`` and ``no`` mean what they
look like. What type a value should have is the schema's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from ivr.errors import Finding, FlowError

MAX_BYTES = 4_000_000
MAX_DEPTH = 12
Path = tuple[str, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = ("", "~", "null")


@dataclass(slots=True)
class Document:
    """`data` made of dict, list, str and None; `lines` the 1-based line of each key or list item by its path."""

    name: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: Path) -> str:
        """Return ``file:line a.b.c`` for a path; the line is that of the nearest part that exists."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known, 1)
        return f"{self.name}:{line} {'.'.join(path)}".rstrip()


def read_document(raw: bytes, name: str, limit: int = MAX_BYTES) -> Document:
    """Parse `raw`. Raises FlowError if it cannot be read at all; keys given twice are findings of the document."""
    if len(raw) > limit:
        raise _refuse(name, 1, "too-big", f"文件有 {len(raw)} 字节，超过 {limit} 字节", "请拆分或删减流程")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refuse(name, line, "not-utf8", f"第 {line} 行不是 UTF-8 文字", "请用 UTF-8 编码另存文件") from error
    document = Document(name)
    try:
        _Reader(document, yaml.parse(text, Loader=_LOADER)).read()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = f"第 {line} 行读不懂：{error.problem}"
        raise _refuse(name, line, "syntax", why, "请检查缩进、引号和冒号后的空格") from error
    except yaml.YAMLError as error:
        raise _refuse(name, 1, "syntax", f"读不懂：{error}", "请删除文件中的控制字符") from error
    return document


def _refuse(name: str, line: int, code: str, problem: str, fix: str) -> FlowError:
    return FlowError([Finding(f"{name}:{line}", code, problem, fix)])


class _Reader:
    def __init__(self, document: Document, events: Iterator[Any]) -> None:
        self.document = document
        self.events = events

    def read(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.document.data = self._value(next(self.events), ())
                break
        if any(isinstance(event, yaml.DocumentStartEvent) for event in self.events):
            raise self._stop(1, "two-documents", "文件中有两个文档", "请只保留一个，删除多余的 ---")

    def _value(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line + 1
        if len(path) > MAX_DEPTH:
            raise self._stop(line, "too-deep", f"嵌套超过 {MAX_DEPTH} 层", "请减少嵌套")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._stop(line, "alias", "不支持 YAML 的 & 和 * 引用", "请把内容直接写出来")
        self.document.lines.setdefault(path, line)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return _scalar(event)

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stop(line, "bad-key", "键必须是文字", "请把键写成一个词")
            key = str(event.value)
            here = (*path, key)
            if key in found:
                self._twice(here, line)
            self.document.lines[here] = line
            found[key] = self._value(next(self.events), here)
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, str(len(found)))))
        return found

    def _twice(self, path: Path, line: int) -> None:
        first = self.document.lines[path]
        place = f"{self.document.name}:{line} {'.'.join(path)}"
        problem = f"{path[-1]!r} 写了两次（第 {first} 行和第 {line} 行）"
        self.document.findings.append(Finding(place, "twice", problem, "请删除其中一个"))

    def _stop(self, line: int, code: str, problem: str, fix: str) -> FlowError:
        return _refuse(self.document.name, line, code, problem, fix)


def _scalar(event: Any) -> str | None:
    value = str(event.value)
    return None if event.implicit[0] and value in _NULLS else value
