"""What is drawn once is drawn of its content alone, in the reader's language, and never of who asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2.exceptions import UndefinedError

from web.drawn import Drawn
from web.templating import Templates
from web.texts import Texts

ZH, EN = Texts("zh-CN", {"a": "甲"}), Texts("en", {"a": "A"})


def templates(folder: Path, source: str, texts: Texts = ZH) -> Templates:
    (folder / "it.html").write_text(source, encoding="utf-8")
    return Templates(folder, texts)


def test_the_same_content_is_drawn_once_and_another_anew(tmp_path: Path) -> None:
    drawn, asked = Drawn(), list[str]()

    def part(content: str) -> str:
        def values() -> dict[str, Any]:
            asked.append(content)
            return {"n": content}
        return drawn.part(templates(tmp_path, "{{ t('a') }}{{ n }}"), ZH, "it.html", content, values)

    assert [part("<1>"), part("2"), part("<1>")] == ["甲&lt;1&gt;", "甲2", "甲&lt;1&gt;"]
    assert asked == ["<1>", "2"]


def test_each_language_is_drawn_for_itself(tmp_path: Path) -> None:
    drawn = Drawn()
    for texts, said in ((ZH, "甲"), (EN, "A"), (ZH, "甲")):
        assert drawn.part(templates(tmp_path, "{{ t('a') }}", texts), texts, "it.html", 1, dict) == said


def test_a_part_that_asks_who_reads_it_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        Drawn().part(templates(tmp_path, "{{ caller.name }}"), ZH, "it.html", 1, dict)


def test_what_was_looked_at_longest_ago_is_forgotten_first(tmp_path: Path) -> None:
    drawn, made, asked = Drawn(most=4), templates(tmp_path, "{{ n }}"), list[int]()

    def values(n: int) -> dict[str, Any]:
        asked.append(n)
        return {"n": n}

    for n in (1, 2, 1, 3, 1, 2):
        drawn.part(made, ZH, "it.html", n, lambda n=n: values(n))
    assert asked == [1, 2, 3, 2]
