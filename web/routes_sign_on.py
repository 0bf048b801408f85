"""Signing on and off, changing the password, and the first page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import needs, who
from api.calls import control
from api.people.caller import Caller
from api.people.routes_people import set_password
from api.people.routes_session import log_in, log_out
from api.people.schemas import LogInIn, PasswordIn
from api.problems import Problem
from api.wire.once import OnceIfAsked
from core.control import ControlError
from core.log import get_logger
from web.nav import places_for
from web.site import page, texts_of

router = APIRouter(route_class=OnceIfAsked)  # what is called here works in the request's turn
log = get_logger(__name__)
Field = Annotated[str, Form(max_length=1000)]


@router.get("/", dependencies=[needs("self")])
async def first(request: Request) -> Response:
    """Lead whoever is signed on to their work."""
    return RedirectResponse(home_of(who(request)), 303)


def home_of(caller: Caller) -> str:
    """Return the page a person works at."""
    if caller.agent and caller.may("agents.act"):
        return "/desk"
    if caller.may("people.write"):
        return "/people"
    return next((place.href for place in places_for(caller)), "/home")


@router.get("/home", dependencies=[needs("self")])
async def home(request: Request) -> HTMLResponse:
    """Say who is signed on, for whom there is no desk yet."""
    return page(request, "home.html")


@router.get("/sign-on", dependencies=[needs("public")])
async def sign_on_page(request: Request, next: str = "") -> HTMLResponse:
    """Ask for login and password."""
    return page(request, "sign_on.html", login="", next=_inside(next), fault="")


@router.post("/sign-on", dependencies=[needs("public")])
async def sign_on(request: Request, login: Field = "", password: Field = "", next: Field = "") -> Response:
    """Sign on; whoever must change the password is led there by the page they ask for."""
    answer = RedirectResponse(_inside(next) or "/", 303)
    try:
        await log_in(request, answer, LogInIn(login=login or " ", password=password or " "))
    except Problem as problem:
        return page(request, "sign_on.html", problem.status, login=login, next=_inside(next),
                    fault=_fault(request, problem))
    return answer


@router.get("/password", dependencies=[needs("self")])
async def password_page(request: Request) -> HTMLResponse:
    """Ask for a new password."""
    return page(request, "password.html", fault="")


@router.post("/password", dependencies=[needs("self")])
async def change_password(request: Request) -> Response:
    """Change one's own password (old, new, again). Asked by htmx, which brings the CSRF token along."""
    await request.body()  # kept, so that the turn can read it too
    form = await request.form(max_files=0, max_fields=10)
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    if new != again:
        return page(request, "password.html", 422, fault=texts_of(request)("password.differ"))
    done = Response(None, 204, {"HX-Redirect": "/"})
    try:
        await set_password(request, done, who(request).id, PasswordIn(old=old or " ", new=new or " "))
    except Problem as problem:
        return page(request, "password.html", problem.status, fault=_fault(request, problem))
    return done


@router.post("/sign-off", dependencies=[needs("self")])
async def sign_off(request: Request) -> Response:
    """Sign off: the telephone in the page is closed first, so that nobody is rung there."""
    caller = who(request)
    if caller.agent:
        try:
            await control(request).do("phone.close", agent=caller.agent)
        except ControlError as error:  # away, or a plain telephone: nothing to close
            log.info("no phone closed", agent=caller.agent, error=str(error))
    answer = Response(None, 204, {"HX-Redirect": "/sign-on"})
    await log_out(request, answer)
    return answer


def _inside(target: str) -> str:
    """Return an address of this site, or "": nobody is led elsewhere by a link."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else ""


def _fault(request: Request, problem: Problem) -> str:
    seconds = problem.more.get("retry_after", 0)
    return texts_of(request).either(f"refused.{problem.code}", "refused.other", code=problem.code, seconds=seconds)
