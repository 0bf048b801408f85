"""Puts the pages onto the HTTP interface: templates, languages, static files, and how a page is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.access import COOKIE, now_of
from api.people import sessions
from api.people.caller import ANYBODY, Caller
from api.wording.sentences import say
from core.settings import Settings
from routing.directory import Directory, InForce
from web import times
from web.drawn import Drawn
from web.nav import places_for
from web.templating import Templates
from web.texts import DEFAULT, Texts, every_language
from workorders.keeping.shares import NEVER

HERE = Path(__file__).resolve().parent
DIST = HERE / "static" / "dist"
THEMES: Final = ("auto", "light", "dark")
SIZES: Final = ("normal", "large")
# cookie that keeps a choice → what may stand in it, the first being the default; "" for the language: the setting
CHOICES: Final = {"hotline_theme": THEMES, "hotline_size": SIZES}
LANGUAGE_COOKIE: Final = "hotline_language"


@dataclass(frozen=True, slots=True)
class Site:
    """What pages are made of."""

    settings: Settings
    known: InForce
    languages: Mapping[str, Texts]
    script_texts: Mapping[str, Markup]  # by language: what scripts say, as it stands in every page
    templates: Mapping[str, Templates]  # by language
    version: str
    drawn: Drawn

    @property
    def directory(self) -> Directory:
        """The directory in force."""
        return self.known.now()

    @property
    def zone(self) -> ZoneInfo:
        """The city's clock."""
        return ZoneInfo(self.settings.timezone)


def make_site(settings: Settings, directory: InForce) -> Site:
    """Read templates and catalogues."""
    languages = every_language()
    templates = {language: Templates(HERE / "templates", texts) for language, texts in languages.items()}
    for one in templates.values():
        one.filters["reading"] = times.number_for_reading
        one.globals["never"] = NEVER
    script_texts = {language: for_script(texts.below("js.")) for language, texts in languages.items()}
    return Site(settings, directory, languages, script_texts, templates, _version(DIST), Drawn())


def _version(folder: Path) -> str:
    """Return a word that changes with the built files, so that browsers may keep them."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def site_of(request: Request) -> Site:
    """Return the site."""
    site: Site = request.app.state.site
    return site


def caller_of(request: Request) -> Caller:
    """Return who asks, or ANYBODY on pages for everybody."""
    found: Caller = getattr(request.state, "caller", ANYBODY)
    return found


def texts_of(request: Request) -> Texts:
    """Return the sentences in the language of whoever asks."""
    site = site_of(request)
    wanted = request.cookies.get(LANGUAGE_COOKIE, site.settings.language)
    return site.languages.get(wanted) or site.languages[DEFAULT]


def look_of(request: Request) -> dict[str, str]:
    """Return the chosen theme and size; anything odd in a cookie is the default."""
    return {name.removeprefix("hotline_"): value if (value := request.cookies.get(name, "")) in allowed else allowed[0]
            for name, allowed in CHOICES.items()}


def for_script(sentences: Mapping[str, Any]) -> Markup:
    """Return sentences, or other data, as JSON that may stand in a page: no "<" that could end the element."""
    return Markup(json.dumps(sentences, ensure_ascii=False).replace("<", "\\u003c"))


def part(request: Request, template: str, content: Hashable, values: Callable[[], Mapping[str, Any]]) -> Markup:
    """Return a part of a page that is the same for everybody who reads it in one language (see web.drawn)."""
    site, texts = site_of(request), texts_of(request)
    return site.drawn.part(site.templates[texts.language], texts, template, content, values)


def aka(site: Site, texts: Texts, unit: str) -> str:
    """Return the usual short name of somebody of the directory as it follows their name in a list, or ""."""
    short = site.directory.shorts.get(unit, "")
    return texts("unit.aka", short=short) if short else ""


def unit_options(request: Request, units: Iterable[tuple[str, str]], chosen: str = "") -> Markup:
    """Return units, (id, name) each, as the options of a field, with their short names; `chosen` is selected."""
    site, texts, listed = site_of(request), texts_of(request), tuple(units)
    return part(request, "parts/unit_options.html", (listed, chosen, *site.directory.shorts.items()), lambda: {
        "units": [(unit, name, aka(site, texts, unit)) for unit, name in listed], "chosen": chosen})


def page(request: Request, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
    """Make a page or a part of one. What every template knows stands in `known`."""
    site, texts = site_of(request), texts_of(request)
    now, token = now_of(request), request.cookies.get(COOKIE, "")
    known = {
        "t": texts, "look": look_of(request), "caller": caller_of(request),
        "city": site.settings.city_in(texts.language), "zone": site.settings.timezone,
        "csrf": sessions.csrf_of(token) if token else "", "now": now, "version": site.version,
        "duration": lambda seconds: times.duration(texts, seconds),
        "places": places_for(caller_of(request)),
        "term": lambda seconds: times.term(texts, seconds),
        "moment": lambda at: times.moment(texts, at, now, site.zone),
        "exact": lambda at: times.exact(at, site.zone),
        "iso": lambda at: times.iso(at, site.zone),
        "told": lambda sentence: say(sentence, texts.language),
        "unit_options": lambda units, chosen="": unit_options(request, units, chosen),
        "script_texts": site.script_texts[texts.language],
    }
    body = site.templates[texts.language].get_template(template).render(known | values)
    return HTMLResponse(body, status, {"Cache-Control": "no-store"})
