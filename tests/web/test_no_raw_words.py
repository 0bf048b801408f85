"""No page shows a place of a sentence that nobody filled: ``{why}`` in a menu tells nobody anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from httpx import AsyncClient

from tests.api.house import ANSWERS
from tests.people.staff import Staff
from tests.web.http import signed_on
from tests.web.test_wall import AGENT
from web.nav import PLACES
from web.texts import LANGUAGES
from workorders.life.words import Role

PEOPLE = ((Role.AGENT, "", "a1004"), (Role.TEAM_LEADER, "", "a1005"), (Role.ADMIN, "", ""),
          (Role.UNIT_LEAD, "housing", ""), (Role.BACK_OFFICE, "", ""), (Role.QUALITY, "", ""),
          (Role.DUTY_LEADER, "", ""), (Role.SUPERVISION, "", ""))
SHOWN = frozenset({"title", "aria-label", "placeholder", "alt"})
_RAW = re.compile(r"\{\w+\}")


class Reader(HTMLParser):
    """Gathers what a person reads of a page: its text, and the words of its attributes; no script, no data."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.said += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def raw_in(html: str) -> list[str]:
    """Return the pieces of a page in which a place stands unfilled."""
    reader = Reader()
    reader.feed(html)
    return [" ".join(piece.split()) for piece in reader.said if _RAW.search(piece)]


def test_a_place_in_a_text_or_a_label_is_found_and_one_in_a_script_is_not() -> None:
    page = '<button title="{n} 条">好</button><p>{why}</p><script>"{why}"</script><p data-body=\'{"a": 1}\'>好</p>'
    assert raw_in(page) == ["{n} 条", "{why}"]


async def raw_at(client: AsyncClient, path: str, language: str) -> list[str]:
    client.cookies.set("hotline_language", language)
    answer = await client.get(path, follow_redirects=True)
    return raw_in(answer.text) if "html" in answer.headers.get("content-type", "") else []


@pytest.fixture
def at_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller knows of an agent with a page, on a break for another reason."""
    monkeypatch.setitem(ANSWERS, "agents.list", [AGENT | {"state": "break", "why": "other", "call": "", "choice": ""}])


async def test_no_place_that_anybody_can_open_shows_a_word_that_was_not_filled(
        staff: Staff, at_the_desk: None) -> None:
    found, seen = [], set()
    for n, (role, unit, agent) in enumerate(PEOPLE):
        client = await signed_on(staff, f"reader{n}", role, unit=unit, agent=agent)
        for place in PLACES:
            if (await client.get(place.href)).status_code != 200 or place.key in seen:
                continue
            seen.add(place.key)
            for language in LANGUAGES:
                found += [f"{place.href} {language}: {one}" for one in await raw_at(client, place.href, language)]
    assert found == []
    assert seen == {place.key for place in PLACES}
