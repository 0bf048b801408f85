"""The three processes meet over one socket; none of them can slow or stop the controller."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.control import ControlClient, ControlDown, ControlRefused, ControlServer
from core.journal import Journal

DEADLINE = 10


class House:
    """A control server over a real journal, and what its handlers were asked."""

    def __init__(self, home: Path) -> None:
        self.path = home / "run" / "controller.sock"
        self.journal = Journal.open(home / "journal")
        self.server = ControlServer(self.path, {"echo": self.echo, "refuse": self.refuse, "break": self.broken,
                                                "hang": self.hang}, self.journal)
        self.client = ControlClient(self.path, timeout=2.0)

    async def echo(self, *, id: str, private: bool = False) -> dict[str, object]:
        return {"id": id, "private": private}

    async def refuse(self) -> None:
        raise ControlRefused("busy", "该单位正忙", "稍后再试")

    async def broken(self) -> None:
        raise KeyError("a bug")

    async def hang(self) -> None:
        await asyncio.Event().wait()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    await made.server.start()
    yield made
    await made.server.stop()
    made.journal.close()


async def test_a_verb_is_done_and_its_result_comes_back(house: House) -> None:
    assert await house.client.do("echo", id="住建局", private=True) == {"id": "住建局", "private": True}


async def test_a_refusal_says_why_and_what_to_do(house: House) -> None:
    with pytest.raises(ControlRefused) as caught:
        await house.client.do("refuse")
    assert (caught.value.code, caught.value.message, caught.value.fix) == ("busy", "该单位正忙", "稍后再试")


@pytest.mark.parametrize(("verb", "args", "code"), [("nope", {}, "unknown_verb"), ("echo", {}, "bad_arguments"),
                                                    ("echo", {"id": "1", "x": 1}, "bad_arguments"),
                                                    ("break", {}, "internal")])
async def test_what_cannot_be_done_is_refused_and_the_socket_lives_on(
        house: House, verb: str, args: dict[str, object], code: str) -> None:
    with pytest.raises(ControlRefused) as caught:
        await house.client.do(verb, **args)
    assert caught.value.code == code
    assert await house.client.do("echo", id="1")


async def test_a_handler_that_hangs_is_given_up_by_its_asker_alone(house: House) -> None:
    patient = ControlClient(house.path, timeout=0.2)
    with pytest.raises(ControlDown):
        await patient.do("hang")
    assert await house.client.do("echo", id="1")


async def test_an_absent_controller_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ControlDown, match="does not answer"):
        await ControlClient(tmp_path / "none.sock").do("ping")


async def test_ping_tells_how_the_journal_is(house: House) -> None:
    house.journal.append("a")
    answer = await house.client.do("ping")
    assert answer["journal"]["ok"]
    assert answer["journal"]["seq"] == 1


async def test_a_home_with_a_very_long_name_works_all_the_same(tmp_path: Path) -> None:
    far = tmp_path / ("长" * 40) / ("x" * 90)
    far.mkdir(parents=True)
    journal = Journal.open(far / "journal")
    server = ControlServer(far / "run" / "controller.sock", {}, journal)
    await server.start()
    assert (await ControlClient(far / "run" / "controller.sock").do("ping"))["pid"]
    await server.stop()
    journal.close()


async def test_facts_are_replayed_from_an_offset_and_then_live(house: House) -> None:
    for n in range(700):
        house.journal.append("old", n=n)
    seen: list[int] = []
    async with asyncio.timeout(DEADLINE):
        async for fact in house.client.facts(after=3):
            seen.append(fact.seq)
            if fact.seq == 700:
                house.journal.append("live")
            if fact.kind == "live":
                break
    assert seen == list(range(4, 702))


async def test_facts_older_than_memory_come_from_the_files_without_gap_or_double(house: House) -> None:
    for n in range(6000):
        house.journal.append("old", n=n)
    house.journal.wait_synced(6000, 5)
    seen: list[int] = []
    async with asyncio.timeout(DEADLINE):
        async for fact in house.client.facts(after=0):
            seen.append(fact.seq)
            if len(seen) in (100, 3000):
                house.journal.append("meanwhile")
            if fact.seq == 6002:
                break
    assert seen == list(range(1, 6003))


async def test_from_now_on_means_only_what_comes(house: House) -> None:
    house.journal.append("old")
    stream = house.client.facts(after=-1)
    first = asyncio.ensure_future(anext(stream))
    async with asyncio.timeout(DEADLINE):
        while not first.done():
            house.journal.append("new")
            await asyncio.sleep(0.01)
    assert first.result().kind == "new"
    await stream.aclose()


async def test_an_offset_from_another_life_is_refused(house: House) -> None:
    with pytest.raises(ControlRefused, match="offset_ahead"):
        await anext(house.client.facts(after=99))


async def test_a_reader_that_stops_reading_is_cut_off_and_nobody_notices(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.control._READER_PATIENCE", 0.2)
    _, writer = await asyncio.open_unix_connection(house.path, limit=1024)
    writer.write(json.dumps({"id": 1, "do": "facts", "args": {"after": 0}}).encode() + b"\n")
    async with asyncio.timeout(DEADLINE):
        while house.server._clients:
            for _ in range(100):
                house.journal.append("menu.step", text="x" * 2000)
            await asyncio.sleep(0.01)
            if len(house.server._clients) == 0:
                break
    assert await house.client.do("echo", id="1")
    writer.close()


@pytest.mark.parametrize("junk", [b"\n", b"[1]\n", b"\xff\xfe\n", b"{" * 5000 + b"\n", b"x" * (2 << 20), b'{"do":'])
async def test_junk_on_the_socket_disturbs_nobody(house: House, junk: bytes) -> None:
    _, writer = await asyncio.open_unix_connection(house.path)
    writer.write(junk)
    assert await house.client.do("echo", id="1")
    writer.close()


async def test_a_new_controller_takes_over_the_socket_of_a_dead_one(tmp_path: Path) -> None:
    path = tmp_path / "controller.sock"
    path.write_text("left behind")
    journal = Journal.open(tmp_path / "journal")
    server = ControlServer(path, {}, journal)
    await server.start()
    assert await ControlClient(path).do("ping")
    await server.stop()
    assert not path.exists()
    journal.close()
