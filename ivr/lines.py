"""Information lines, kept by the units that answer for them: which words are theirs, and what they may change. Pure.

A unit changes the words (or the recordings) that its own line alone says, and the date of the next review; never where
a key leads. So whatever it does, the menu goes the ways that were checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.drafts import Document, Edit, apply
from ivr.errors import Conflict, ReleaseError

Texts = Mapping[str, Mapping[str, str]]  # prompt → language → words


@dataclass(frozen=True, slots=True)
class Line:
    """An information line of a document. `recordings`: prompt → language → name; a recording wins over its words.

    `shared`: prompts that other steps say too; those are the menu's, not the unit's.
    """

    step: str
    title: str
    owner: str
    review: str
    languages: tuple[str, ...]
    texts: Texts
    recordings: Texts
    shared: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a line is to say: all its own words and recordings as they are wished, and the next review ("" for none)."""

    texts: Texts
    recordings: Texts
    review: str


def lines_of(document: Document) -> Iterator[Line]:
    """Yield the information lines of a document, in its order."""
    steps: dict[str, Any] = document.get("steps") or {}
    for name, step in steps.items():
        if step.get("verb") == "information":
            yield _line(document, name, step)


def line_of(document: Document, step: str) -> Line:
    """Return one information line. Raises ReleaseError if there is none of that name."""
    found = next((line for line in lines_of(document) if line.step == step), None)
    if found is None:
        raise ReleaseError(f"使用中的菜单里没有信息线 {step}。请刷新页面")
    return found


def _line(document: Document, name: str, step: Mapping[str, Any]) -> Line:
    prompts, languages = document.get("prompts") or {}, tuple(document.get("languages") or ())
    named = _named(step)
    others = {one for other, said in document["steps"].items() if other != name
              for one in (*_named(said), said.get("wrong_key"))}
    others |= {number.get("greeting") for number in (document.get("numbers") or {}).values()}
    texts = {one: {lang: str((prompts.get(one) or {}).get(lang, "")) for lang in languages} for one in named}
    recordings = {one: _recordings((prompts.get(one) or {}).get("recording"), languages) for one in named}
    return Line(name, str(step.get("title") or name), str(step.get("owner") or ""), str(step.get("review") or ""),
                languages, texts, recordings, frozenset(named) & others)


def _named(step: Mapping[str, Any]) -> list[str]:
    prompts = step.get("prompts") or []
    return [prompts] if isinstance(prompts, str) else list(prompts)


def _recordings(said: Any, languages: tuple[str, ...]) -> dict[str, str]:
    if isinstance(said, str):
        return dict.fromkeys(languages, said)
    return {str(lang): str(name) for lang, name in (said or {}).items()}


def edits_of(line: Line, wish: Wording) -> list[Edit]:
    """Return the edits that make `line` say what is wished. Raises Conflict for words that are not the line's own."""
    edits: list[Edit] = []
    for prompt in {**wish.texts, **wish.recordings}:
        if prompt not in line.texts:
            raise Conflict(f"这条信息线不播报 {prompt}", "请刷新页面")
        if prompt in line.shared:
            raise Conflict(f"{prompt} 也在菜单别处播报", "请管理员修改，或为信息线另设提示音")
    for prompt, texts in wish.texts.items():
        edits += [Edit(("prompts", prompt, lang), text.strip()) for lang, text in texts.items()
                  if lang in line.languages and text.strip() != line.texts[prompt][lang]]
    for prompt, names in wish.recordings.items():
        wanted = {lang: name for lang, name in names.items() if name and lang in line.languages}
        if wanted != line.recordings[prompt]:
            edits.append(Edit(("prompts", prompt, "recording"), wanted or None, gone=not wanted))
    if wish.review != line.review:
        edits.append(Edit(("steps", line.step, "review"), wish.review or None, gone=not wish.review))
    return edits


def carried(document: Document, before: Document, edits: list[Edit]) -> Document:
    """Return another document, a draft, with those edits whose place it has left as it was in `before`."""
    same = [edit for edit in edits if _at(document, edit.path) == _at(before, edit.path)
            and isinstance(_at(document, edit.path[:-1]), dict)]
    return apply(document, same)[0] if same else document


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        document = document.get(part) if isinstance(document, dict) else None
    return document
