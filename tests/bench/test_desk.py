"""The benchmarks of the desks: their parts do what they say, not how fast anything is."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import select

from bench.__main__ import BENCHMARKS, GROUPS, wanted
from bench.desk import static_page
from bench.desk.answer import VOICE, is_voice
from bench.desk.events import took_of
from bench.desk.own import OWN, own
from bench.desk.pages import opener
from bench.desk.statements import Recorder, again, bare_cursor, count
from bench.desk.static_page import lay_down
from bench.figures import BenchError
from bench.rtp import PACKET, tone
from core.db import Database, insert_into, migrate
from core.facts import Fact
from ivr.sound import to_alaw
from tests.postgres import SCRIPTS
from web.nav import PLACES
from web.site import DIST
from workorders.models import Offset


def test_every_place_of_the_bar_is_measured_as_somebody_sees_it_who_may_go_there() -> None:
    logins = {place.key: opener(place) for place in PLACES}
    assert {logins["desk"], logins["people"], logins["orders"]} == {"agent1", "admin1", "back_office1"}


def test_a_group_stands_for_its_benchmarks() -> None:
    assert wanted(["menu", "desk"]) == ["menu", *GROUPS["desk"]]
    assert set(GROUPS["desk"]) <= set(wanted([])) == set(BENCHMARKS)


def test_an_event_is_timed_from_its_fact_and_one_that_was_not_seen_voids_the_run() -> None:
    told = [Fact(n, 100.0 + n, "agent.state", "", "", {"state": state}) for n, state in enumerate(("break", "ready"))]
    assert took_of(told, [("break", 100_020.0), ("ready", 101_050.0)]) == [20.0, 50.0]
    with pytest.raises(BenchError):
        took_of(told, [("break", 100_020.0)])


def test_the_page_that_does_nothing_has_the_desk_s_scripts_and_never_runs_them(tmp_path: Path) -> None:
    lay_down(tmp_path, '<p hx-get="/desk/recent" hx-trigger="load, recent">…</p>')
    for name in static_page.SCRIPTS:
        laid, built = (tmp_path / "static" / name).read_text("utf-8"), (DIST / name).read_text("utf-8")
        assert laid.startswith("async function never() {")
        assert built.partition("export")[0] in laid
        assert len(laid) - len(built) < 50
    assert "hx-" not in (tmp_path / "index.html").read_text("utf-8")


def test_the_agent_s_voice_is_told_from_music_and_from_silence() -> None:
    assert is_voice(tone(VOICE))
    assert not is_voice(tone(VOICE + 100))
    assert not is_voice(bytes([0xD5] * PACKET))
    assert not is_voice(to_alaw(0.2 * np.random.default_rng(1).uniform(-1, 1, PACKET)))


async def test_what_is_written_down_is_asked_again_with_its_values_and_nothing_else(tmp_path: Path) -> None:
    url, number = f"sqlite:///{tmp_path / 'hotline.db'}", random.randrange(9)
    migrate(url, SCRIPTS)
    db = Database(url)
    recorder = Recorder(db)
    try:
        async with db.writing() as session:
            await session.execute(insert_into(session, Offset).values(
                [{"name": name, "position": number} for name in ("one", "two", "three")]))
        with recorder.writing() as asked:
            async with db.reading() as session:
                await session.execute(select(Offset).where(Offset.name != "two", Offset.position == number))
    finally:
        await db.close()
    assert count(asked) == 1
    assert [asked[0][0], asked[-1][0]] == ["BEGIN", "COMMIT"]
    with bare_cursor(url) as cursor:
        assert again(cursor, asked) == 2


def test_of_what_a_page_asks_only_what_it_needs_is_its_baseline_each_as_often_as_it_is_named() -> None:
    who, row = ("SELECT a FROM person JOIN person_session ON 1 = 1", ()), ("SELECT b FROM rule_version", (1,))
    name = ("SELECT c FROM person WHERE id IN (?)", ("x",))
    asked = [("BEGIN", ()), who, ("COMMIT", ()), ("BEGIN", ()), row, row, ("COMMIT", ()), ("BEGIN", ()), name,
             ("SELECT d FROM elsewhere", ()), ("COMMIT", ())]
    assert own("/calendar", asked) == [("BEGIN", ()), who, ("COMMIT", ()), ("BEGIN", ()), row, name, ("COMMIT", ())]
    assert own("/nowhere", [who, row, ("COMMIT", ())]) == [who, ("COMMIT", ())]


def test_every_page_that_is_named_with_its_queries_is_there() -> None:
    places = {place.href for place in PLACES}
    assert {name for name in OWN if " " not in name and name.count("/") == 1} <= places
