"""A template says in each language what it would say if every call were asked for and escaped one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import UndefinedError
from markupsafe import Markup, escape

from web.templating import Templates, escaped
from web.texts import Texts

SAID = {"a.name": "名 & \"字\" <1>", "a.of": "第 {n} 个", "a.one": "壹"}


def made(folder: Path, source: str, language: str = "zh-CN", **sentences: str) -> Templates:
    (folder / "it.html").write_text(source, encoding="utf-8")
    return Templates(folder, Texts(language, SAID | sentences))


def shown(folder: Path, source: str, **values: Any) -> str:
    texts = Texts("zh-CN", SAID)
    return made(folder, source).get_template("it.html").render(t=texts, **values)


def test_a_sentence_is_escaped_wherever_it_stands(tmp_path: Path) -> None:
    page = shown(tmp_path, "<i title=\"{{ t('a.name') }}\">{{ t('a.name') }}"
                           "{% set kept = t('a.name') %}{{ kept }}</i>")
    safe = "名 &amp; &#34;字&#34; &lt;1&gt;"
    assert page == f'<i title="{safe}">{safe}{safe}</i>'


def test_places_in_a_sentence_are_filled_when_it_is_shown_and_what_was_typed_is_escaped(tmp_path: Path) -> None:
    page = shown(tmp_path, "{{ t('a.of', n=name) }}{{ t('a.' ~ which) }}", name="<b>", which="one")
    assert page == "第 &lt;b&gt; 个壹"


def test_each_language_has_its_own(tmp_path: Path) -> None:
    english = made(tmp_path, "{{ t('a.one') }}", "en", **{"a.one": "one"})
    assert english.get_template("it.html").render(t=Texts("en", {})) == "one"
    assert shown(tmp_path, "{{ t('a.one') }}") == "壹"


def test_a_sentence_that_is_missing_is_refused_where_it_is_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    assert shown(tmp_path, "{% if ask %}{{ t('a.none') }}{% endif %}", ask=False) == ""
    with pytest.raises(KeyError):
        shown(tmp_path, "{{ t('a.none') }}")


def test_a_dict_gives_what_it_holds_and_its_methods_are_still_called(tmp_path: Path) -> None:
    row = {"number": "1", "items": "held", "copy": "held"}
    assert shown(tmp_path, "{{ row.number }}{% for key, value in row.items() %}{{ key }}{% endfor %}"
                           "{{ row.get('none', '-') }}", row=row) == "1numberitemscopy-"
    with pytest.raises(UndefinedError):
        shown(tmp_path, "{{ row.none }}", row=row)


def test_macros_loops_and_blocks_are_called_as_before(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("<{% block one %}base{% endblock %}>", encoding="utf-8")
    source = ("{% extends 'base.html' %}{% block one %}{{ super() }}"
              "{% macro it(x) %}<b>{{ x }}</b>{{ caller() }}{% endmacro %}"
              "{% for n in (1, 2) %}{% call it(n) %}{{ loop.cycle('a', 'b') }}{{ t('a.one') }}{% endcall %}{% endfor %}"
              "{% endblock %}")
    assert shown(tmp_path, source) == "<base<b>1</b>a壹<b>2</b>b壹>"


class _Said:
    def __html__(self) -> str:
        return "<b>as it is</b>"


class _Word(str):
    __slots__ = ()


_ANYTHING = st.one_of(st.text(), st.text(alphabet="&<>\"'a李"), st.integers(), st.floats(), st.none(), st.booleans(),
                      st.text().map(Markup), st.text().map(_Word), st.lists(st.text()), st.just(_Said()))


@given(_ANYTHING)
def test_what_stands_in_a_page_is_what_escaping_it_gives(value: object) -> None:
    assert str(escaped(value)) == str(escape(value))
    assert isinstance(escaped(value), str)


def test_a_value_that_is_not_there_is_refused_when_it_is_shown(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        shown(tmp_path, "{{ nobody }}")
    with pytest.raises(UndefinedError):
        shown(tmp_path, "{{ row.none }}", row=object())


def test_a_part_that_is_taken_in_sees_what_stands_around_it_and_stays_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "part.html").write_text("[{{ one }}{{ outer }}]", encoding="utf-8")
    (tmp_path / "base.html").write_text("{% block head %}{% endblock %}-{% block main %}{% endblock %}", "utf-8")
    source = ("{% extends 'base.html' %}{% block head %}{% set outer = '<i>' %}"
              "{% for one in rows %}{% include 'part.html' %}{% endfor %}{% endblock %}"
              "{% block main %}{% set kept %}{% for one in rows %}{% include 'part.html' %},{% endfor %}{% endset %}"
              "{{ kept }}{{ kept | length }}{% endblock %}")
    page = shown(tmp_path, source, rows=["1", "<"], outer="&")
    assert page == "[1&lt;i&gt;][&lt;&lt;i&gt;]-[1&amp;],[&lt;&amp;],21"


def test_a_block_within_a_macro_s_buffer_is_in_its_place(tmp_path: Path) -> None:
    source = ("{% macro twice(word) %}<{{ word }}>{% endmacro %}a{% block b %}{{ twice('&') }}{{ self.c() }}"
              "{% endblock %}{% block c %}c{% endblock %}z")
    assert shown(tmp_path, source) == "a<&amp;>ccz"
