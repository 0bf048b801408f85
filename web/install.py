"""Adds the pages to the application."""

from __future__ import annotations

from fastapi import FastAPI

from core.log import get_logger
from core.settings import Settings
from routing.directory import InForce
from web import errors
from web.admin import calendar, classification, people, phones, phrases, policy, units
from web.built import Built
from web.desk import answers as desk_answers
from web.desk import classes as desk_classes
from web.desk import knowledge as desk_knowledge
from web.desk import routes as desk
from web.desk.people import Invitables
from web.directory import routes as directory_pages
from web.followup import routes as followup
from web.headers import SafeHeaders
from web.knowledge import routes as knowledge
from web.lines import routes as lines
from web.live import Live
from web.menu import routes as menu
from web.menu_days import routes as menu_days
from web.menu_figures import routes as menu_figures
from web.menu_numbers import routes as menu_numbers
from web.orders import routes as orders
from web.quality import routes as quality
from web.quality import rules as quality_rules
from web.recordings import routes as recordings
from web.reports import briefs
from web.reports import routes as reports
from web.roster import routes as roster
from web.routes_sign_on import router as sign_on
from web.routes_telephone import router as telephone
from web.routes_wall import router as wall
from web.routes_wall_day import Day
from web.routes_wall_day import router as wall_day
from web.site import DIST, make_site

log = get_logger(__name__)
_PAGES = (  # one line a part, in the order of the bar
    sign_on,
    desk.router,
    desk_knowledge.router,
    desk_classes.router,
    desk_answers.router,
    orders.router,
    followup.router,
    roster.router,
    lines.router,
    recordings.router,
    reports.router,
    briefs.router,
    quality_rules.router,
    knowledge.router,
    quality.router,
    wall,
    wall_day,
    menu.router,
    menu_days.router,
    menu_numbers.router,
    menu_figures.router,
    people.router,
    units.router,
    directory_pages.router,
    policy.router,
    classification.router,
    phrases.router,
    phones.router,
    calendar.router,
)


def install(app: FastAPI, settings: Settings, directory: InForce) -> None:
    """Add every page. `app` is what api.app.create_app has made."""
    app.state.site, app.state.directory = make_site(settings, directory), directory
    app.state.wall_day, app.state.live, app.state.invitables = Day(), Live(), Invitables()
    if not (DIST / "base.js").exists():
        log.error("the pages' scripts are not built; run: make setup")
    for router in (*_PAGES, *((telephone,) if settings.demo_phone else ())):
        app.include_router(router, include_in_schema=False)
    app.mount("/static", Built(directory=DIST, check_dir=False), name="static")
    errors.install(app)
    app.add_middleware(SafeHeaders)
