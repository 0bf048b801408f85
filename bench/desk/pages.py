"""The server's time for each page against the bare queries it sends.

ours       the page, called in this process as its server calls it: who asks, what they may, the queries, the
           controller, the template, the bytes.
baseline   the statements that the page needs, as bench.desk.own names them by hand, with the values that it sent, on
           a cursor of the driver itself in the same thread, every row taken; and the shell: what an empty page of the
           same stack takes beyond its own query (who is signed on, the templates around a page, headers). Without it a
           page with one quick query would be measured against a tenth of a millisecond, which no page takes;
           the note gives that ratio too.

In turns, so that what else the machine does meets all three; medians.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.people.caller import Caller
from api.people.rights import UNIT_ROLES, allowed
from bench.desk.city import City, city
from bench.desk.own import own
from bench.desk.statements import Asked, Cursor, Recorder, again, bare_cursor, count
from bench.figures import BenchError, median
from bench.house import free_port
from bench.orders.server import database, postgres
from bench.table import Row
from core.settings import Settings
from web.nav import PLACES, Place
from workorders.life.words import Role

WARM, TIMES = 5, 60
_MUST = 3.0
_SHELL = "/home"  # the page that has nothing on it
_UNIT = "housing"
# whoever of these may go to a place opens it, the first first; the login is the seed city's
PEOPLE = (Role.ADMIN, Role.BACK_OFFICE, Role.QUALITY, Role.AGENT, Role.UNIT_LEAD, Role.DUTY_LEADER)
AGENT, OFFICE, HANDLER = "agent1", "back_office1", f"{_UNIT}.handler"


@dataclass(slots=True)
class Asking:
    """A page, who opens it, and what it took (ms): the page, its bare queries."""

    name: str
    path: str
    cookie: str
    asked: Asked = field(default_factory=list)  # what it needs of what it sends
    sent: int = 0
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


async def measure() -> list[Row]:
    """Measure on SQLite and, where there is a server, on PostgreSQL."""
    rows: list[Row] = []
    for kind in ("sqlite", "postgres"):
        with _installation(kind) as settings:
            async with city(settings) as place:
                rows += await _measured(kind, place, settings.database)
    return rows


@contextmanager
def _installation(kind: str) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        settings = Settings(home=Path(folder), directory=Path(folder) / "directory.toml", sip_port=free_port(),
                            ami_port=free_port(), agi_port=free_port(), ws_port=free_port(), web_port=free_port())
        if kind == "sqlite":
            yield settings
        else:
            with postgres() as socket_folder:
                yield settings.model_copy(update={"database_url": database(socket_folder, "city")})


async def _measured(kind: str, place: City, url: str) -> list[Row]:
    recorder, pages = Recorder(place.db), await _pages(place)
    shell, *pages = [await _written(place, recorder, page) for page in pages]
    gc.collect()
    gc.freeze()
    with bare_cursor(url) as cursor:
        for turn in range(WARM + TIMES):
            for page in pages:
                await _turn(place, cursor, (shell, page), counts=turn >= WARM)
    gc.unfreeze()
    return [_row(kind, page, shell) for page in pages]


async def _pages(place: City) -> list[Asking]:
    """Return the empty page, every place of the bar, an order, and the parts that pages ask for as they load."""
    opened = [(one.href, one.href, opener(one)) for one in PLACES]
    cookies = {login: await place.signed_on(login) for login in {AGENT, OFFICE, HANDLER, *(o for *_, o in opened)}}
    number = await place.an_order()
    parts = [("", _SHELL, AGENT), *opened,
             ("/orders of a unit", "/orders", HANDLER), ("/orders of an agent", "/orders", AGENT),
             ("/orders, all", "/orders?box=all", OFFICE),
             ("/orders/{number}", f"/orders/{number}", OFFICE), ("/orders/counts", "/orders/counts", OFFICE),
             ("/desk/bar", "/desk/bar", AGENT), ("/desk/recent", "/desk/recent", AGENT)]
    return [Asking(name, path, cookies[login]) for name, path, login in parts]


def opener(place: Place) -> str:
    """Return the login of whoever opens a place. Raises BenchError when nobody may."""
    for role in PEOPLE:
        unit, agent = _UNIT if role in UNIT_ROLES else "", "a1001" if role is Role.AGENT else ""
        if place.shown(Caller("person", "p", "", allowed((role,)), frozenset({role}), unit=unit, agent=agent)):
            return f"{unit}.lead" if unit else f"{role.value}1"
    raise BenchError(f"bench.desk.pages.PEOPLE has nobody who may go to {place.href}")


async def _written(place: City, recorder: Recorder, page: Asking) -> Asking:
    """Write down what a page asks, once it has what it keeps from one time to the next."""
    await place.ask(page.path, page.cookie)
    with recorder.writing() as asked:
        await place.ask(page.path, page.cookie)
    page.asked, page.sent = own(page.name, asked), count(asked)
    return page


async def _turn(place: City, cursor: Cursor, pages: tuple[Asking, ...], *, counts: bool) -> None:
    for page in pages:
        began = time.perf_counter()
        await place.ask(page.path, page.cookie)
        between = time.perf_counter()
        again(cursor, page.asked)
        ended = time.perf_counter()
        if counts:
            page.ours.append((between - began) * 1000)
            page.bare.append((ended - between) * 1000)


def _row(kind: str, page: Asking, shell: Asking) -> Row:
    ours, bare = median(page.ours), median(page.bare)
    around = max(0.0, median(shell.ours) - median(shell.bare))
    asked = count(page.asked)
    more = f" of {page.sent} sent" if page.sent > asked else ""
    note = (f"{asked} {'query' if asked == 1 else 'queries'}{more}, bare {bare:.2f} ms (ratio {ours / bare:.1f}), "
            f"shell {around:.2f} ms")
    return Row(f"{page.name}, {kind}", ours, bare + around, "ms", must=_MUST, note=note)
