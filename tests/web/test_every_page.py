"""Every page of a house that is lived in: as wide as its screen, clean for axe, drawn if asked. None is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest
from fastapi.routing import APIRoute
from playwright.async_api import Page

from core.secrets import Secrets
from core.settings import Settings
from routing.directory import Directory
from tests.api.house import ANSWERS
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.conftest import staffed
from tests.web.lived_in import live_in
from tests.web.people_at_pages import AtPages
from tests.web.pictures import ASKED, THEMES, TOO_WIDE, draw, look
from tests.web.test_wall import AGENT
from tests.web.test_wall import CALL as TALK
from web.install import _PAGES
from web.routes_telephone import router as telephone
from workorders.life.words import Role

# route → what stands in its picture's name, who looks, the address
PAGES: Final[dict[str, tuple[str, str, str]]] = {
    "/home": ("home", "chief", "/home"), "/sign-on": ("sign-on", "stranger", "/sign-on"),
    "/password": ("password", "office", "/password"),
    "/orders": ("orders", "office", "/orders?box=all"), "/orders/{number}": ("order", "office", "/orders/{number}"),
    "/orders/print": ("orders-print", "lead", "/orders/print?number={number}"),
    "/orders/{number}/print": ("order-print", "lead", "/orders/{number}/print"),
    "/follow-up": ("follow-up", "office", "/follow-up"), "/roster": ("roster", "lead", "/roster"),
    "/lines": ("lines", "lead", "/lines"), "/recordings": ("recordings", "judge", "/recordings"),
    "/reports": ("reports", "office", "/reports?span=quarter&day=2026-08-01"),
    "/briefs": ("briefs", "office", "/briefs"),
    "/briefs/new": ("brief-new", "office", "/briefs/new"),
    "/briefs/{report_id}": ("brief", "lead", "/briefs/{report_id}"),
    "/briefs/{report_id}/edit": ("brief-edit", "office", "/briefs/{draft_report}/edit"),
    "/quality/rules": ("quality-rules", "chief", "/quality/rules"),
    "/quality/rules/{kind}/{version}": ("quality-rules-version", "chief", "/quality/rules/sampling/1"),
    "/knowledge": ("knowledge", "office", "/knowledge"), "/knowledge/new": ("knowledge-new", "lead", "/knowledge/new"),
    "/knowledge/told": ("knowledge-told", "office", "/knowledge/told"),
    "/knowledge/{number}": ("knowledge-article", "office", "/knowledge/{article}"),
    "/knowledge/{number}/edit": ("knowledge-edit", "lead", "/knowledge/{article}/edit"),
    "/knowledge/{number}/compare": ("knowledge-compare", "office", "/knowledge/{article}/compare?old=1&new=2"),
    "/quality": ("quality", "judge", "/quality"), "/quality/clips": ("quality-clips", "judge", "/quality/clips"),
    "/quality/{check}": ("quality-check", "judge", "/quality/{check}"), "/wall": ("wall", "shift", "/wall"),
    "/menu": ("menu", "chief", "/menu"), "/menu/drafts/{draft}": ("menu-editor", "chief", "/menu/drafts/{draft}"),
    "/notices": ("notices", "chief", "/notices"), "/numbers": ("numbers", "chief", "/numbers"),
    "/menu/figures": ("menu-figures", "chief", "/menu/figures?days=30"),
    "/menu/calls/{key}": ("menu-call", "shift", "/menu/calls/{call}"),
    "/people": ("people", "chief", "/people"), "/people/{person_id}": ("person", "chief", "/people/{person}"),
    "/units": ("units", "chief", "/units"), "/units/{unit}": ("unit-history", "chief", "/units/housing"),
    "/directory": ("directory", "chief", "/directory"),
    "/directory/new": ("directory-new", "chief", "/directory/new?kind=units"),
    "/directory/{kind}/{name}": ("directory-entry", "chief", "/directory/units/housing"),
    "/policy": ("policy", "chief", "/policy"),
    "/policy/versions/{version}": ("policy-version", "chief", "/policy/versions/{policy}"),
    "/classification": ("classification", "chief", "/classification"),
    "/classification/versions/{version}": ("classification-version", "chief", "/classification/versions/1"),
    "/phrases": ("phrases", "office", "/phrases"),
    "/phrases/{owner}/{version}": ("phrases-version", "office", "/phrases/-/1"),
    "/phones": ("phones", "chief", "/phones"), "/calendar": ("calendar", "chief", "/calendar"),
    "/telephone": ("telephone", "stranger", "/telephone"),
    "/calendar/versions/{version}": ("calendar-version", "chief", "/calendar/versions/{calendar}"),
}
# parts of pages, files, and ways on
NO_PAGE: Final = {"/", "/telephone/call", "/orders/counts", "/orders/{number}/version", "/wall/figures", "/wall/day",
                  "/numbers/template.csv"}
LANGUAGES: Final = ("zh-CN", "en") if ASKED else ("zh-CN",)
SEEN_IN: Final = THEMES if ASKED else ("dark",)  # the light one's contrasts are computed: tests/web/test_tokens.py
MAIN: Final = ("orders", "order", "reports", "wall", "menu-editor")  # at other sizes too
LARGE = {"width": 1920, "height": 1080}
ZOOMED = {"width": 683, "height": 384}  # 1366 × 768 at 200 percent


def test_no_page_is_forgotten() -> None:
    routes = {route.path for router in (*_PAGES, telephone) for route in router.routes
              if isinstance(route, APIRoute) and "GET" in route.methods}
    desk = {one for one in routes if one.startswith("/desk")}  # needs a switch: tests/web/test_screenshots.py
    assert routes - desk - NO_PAGE - set(PAGES) == set(), "a new page: add it to PAGES; a part of one: to NO_PAGE"
    assert set(PAGES) <= routes


@pytest.fixture
def talking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller knows of one talk."""
    call = TALK | {"unrecorded": {}}
    for verb, answer in (("calls.list", [call]), ("agents.list", [AGENT]), ("calls.get", call)):
        monkeypatch.setitem(ANSWERS, verb, answer)


@pytest.fixture
async def city(home: Settings, secrets: Secrets, directory: Directory) -> AsyncIterator[Staff]:
    """A house with every page, the newcomers' telephone too."""
    async with staffed(home.model_copy(update={"demo_phone": True}), secrets, directory) as made:
        yield made


async def at_every_size(page: Page, name: str) -> None:
    """Draw a page on a large screen, in large touch at both ends, and at 200 percent."""
    await page.evaluate("document.documentElement.dataset.theme = 'dark'")
    for what, size, view in (("1920", "normal", LARGE), ("large-1366", "large", {"width": 1366, "height": 768}),
                             ("large-390", "large", {"width": 390, "height": 844}), ("zoomed", "normal", ZOOMED)):
        await page.evaluate("size => { document.documentElement.dataset.size = size }", size)
        await page.set_viewport_size(view)  # type: ignore[arg-type]
        assert not await page.evaluate(TOO_WIDE), f"{name} {what}"
        await draw(page, f"{name}-{what}", whole=what.endswith("390"))
    assert await faults(page) == [], name
    await page.evaluate("document.documentElement.dataset.size = 'normal'")


@pytest.mark.slow
async def test_every_page_can_be_read_at_every_width(city: Staff, chromium: str, talking: None) -> None:
    made = await live_in(city)
    await city.person("shift", Role.TEAM_LEADER)
    async with AtPages(city, chromium) as pages:
        windows = {who: await pages.stranger() if who == "stranger" else await pages.sign_on(who)
                   for who in {who for _, who, _ in PAGES.values()}}
        for name, who, address in PAGES.values():
            page = windows[who]
            for language in LANGUAGES:
                await page.context.add_cookies([
                    {"name": "hotline_language", "value": language, "url": str(city.house.client.base_url)}])
                answer = await page.goto(address.format_map(made.names))
                assert answer is not None
                assert answer.ok, f"{address}: {answer.status}"
                await look(page, f"{language}-page-{name}", themes=SEEN_IN)
                if name in MAIN and language == LANGUAGES[0]:
                    await at_every_size(page, f"{language}-page-{name}")
    assert pages.loud == []
