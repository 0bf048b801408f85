"""Every sentence stands in both catalogues, each once, and none anywhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.wording.sentences import catalogue as refusals
from bridge import reasons
from core.settings import PROJECT
from tests.api.refusals import said
from web.desk.bar import ALLOWED, FILL, PLACES
from web.desk.routes import BREAKS, DISPOSITIONS, KINDS
from web.nav import PLACES as NAV
from web.texts import LANGUAGES, catalogue

WEB = PROJECT / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static" / "src").rglob("*.ts"))
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_HALF_WIDE = re.compile(r"[\u3400-\u9fff」』》）][,:;!?(]|[,:;!?)][\u3400-\u9fff「『《（]")  # GB/T 15834: 全角标点
_TAKES = re.compile(r"\{(\w+)\}")
_TEMPLATE_KEY = re.compile(r"""\bt(?:\.either)?\((?:'([\w.-]+)'|"([\w.-]+)")(?:, "([\w.-]+)")?[,)]""")
_SCRIPT_KEY = re.compile(r'"(js\.[\w.]+)"')
_MADE = re.compile(r"""["'`]((?:\w+\.)+)(?:["'] ~|\$?\{)""")  # the beginning of a key that is put together


def name_of(path: Path) -> str:
    return path.name


def used_in(path: Path) -> set[str]:
    """Return the keys that a template or script names whole."""
    text = path.read_text("utf-8")
    if path.suffix == ".ts":
        return set(_SCRIPT_KEY.findall(text))
    return {key for found in _TEMPLATE_KEY.findall(text) for key in found if key}


def made() -> set[str]:
    """Return the keys that are put together from what the code lists."""
    acts = {act.id for place in PLACES for act in place}
    words = {name: value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    return {*(f"state.{state}" for state in ALLOWED), *(f"act.{act}" for act in acts),
            *(f"not_now.{act}" for act in acts), "not_now.answer_plain", "not_now.decline_plain",
            *(f"why.{why}" for why in BREAKS), *(f"kind.{kind}" for kind in KINDS),
            *(f"disposition.{word}" for word in DISPOSITIONS), *(f"urgency.{n}" for n in range(3)),
            *(f"nav.{place.key}" for place in NAV),
            *(f"failed.{word}" for word in words.values())}


def test_both_catalogues_have_the_same_keys_and_none_is_empty() -> None:
    chinese, english = (catalogue(language) for language in LANGUAGES)
    assert set(chinese) == set(english)
    assert [key for key in chinese if not chinese[key].strip() or not english[key].strip()] == []


def test_no_key_stands_in_two_parts_of_a_catalogue() -> None:
    for language in LANGUAGES.values():
        parts = [path.read_text("utf-8") for path in (WEB / "locale" / language).glob("*.po")]
        keys = [key for part in parts for key in re.findall(r'^msgid "(.+)"$', part, re.MULTILINE)]
        assert sorted(keys) == sorted(set(keys))


def test_a_sentence_takes_the_same_values_in_both_languages() -> None:
    chinese, english = (catalogue(language) for language in LANGUAGES)
    # a date may leave the clock out, or a part of it, or call its month by name
    said = {key for key in chinese if key.startswith("calendar.said.")}
    dates = {"time.this_year", "time.date", "calendar.day"} | said
    assert [key for key in chinese
            if key not in dates and set(_TAKES.findall(chinese[key])) != set(_TAKES.findall(english[key]))] == []


def test_the_chinese_is_chinese_and_the_english_is_not() -> None:
    chinese, english = (catalogue(language) for language in LANGUAGES)
    own_name = {"look.language.zh-CN"}
    assert [key for key in english if _CHINESE.search(english[key]) and key not in own_name] == []
    same = {key for key in chinese if not _CHINESE.search(chinese[key])}
    assert same <= {"look.language.en", "why.said", "invited.and", "list.and", "refused.whole", "unit.aka"}


def test_the_chinese_is_written_with_chinese_marks() -> None:
    spoken = [*catalogue("zh-CN").values(), *refusals("zh-CN").values(), *refusals("en"), *(text for _, text in said())]
    assert [one for one in spoken if _HALF_WIDE.search(one)] == []


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=name_of)
def test_what_a_page_says_stands_in_the_catalogue(path: Path) -> None:
    assert used_in(path) - set(catalogue("zh-CN")) == set()


def test_what_the_code_puts_together_stands_in_the_catalogue() -> None:
    assert made() - set(catalogue("zh-CN")) == set()


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=name_of)
def test_no_sentence_stands_outside_the_catalogue(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.suffix == ".ts":
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
        literals = [a or b for a, b in re.findall(r'"([^"\n]*)"|`([^`]*)`', text)]
        assert [one for one in literals if _CHINESE.search(one)] == []
        assert [one for one in literals if re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", one)] == []
        return
    text = re.sub(r"\{% block (script|body_class) %\}.*?\{% endblock %\}", "", text)
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<script.*?</script>|<[^>]*>|&\w+;", "\n", text, flags=re.DOTALL)
    said = [line.strip() for line in bare.splitlines() if re.search(r"[A-Za-z\u3400-\u9fff]{2}", line)]
    assert [line for line in said if line not in ("Esc", "Enter", "Shift+Enter")] == []


def test_every_refusal_of_the_house_has_both_languages() -> None:
    """One raised in Chinese stands in api/wording/locale/en, one raised in English in api/wording/locale/zh_CN."""
    known = {text for language in LANGUAGES for source in refusals(language)
             for text in (source, _TAKES.sub("{}", source))}
    assert sorted({f"{text} ({where})" for where, text in said() if text not in known}) == []


def test_every_sentence_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in [*TEMPLATES, *SCRIPTS, *WEB.rglob("*.py")])
    prefixes = set(_MADE.findall(code))
    unused = [key for key in catalogue("zh-CN")
              if f'"{key}"' not in code and f"'{key}'" not in code and not any(key.startswith(p) for p in prefixes)]
    assert unused == []


def test_every_state_has_a_fill() -> None:
    assert set(FILL) == set(ALLOWED)
