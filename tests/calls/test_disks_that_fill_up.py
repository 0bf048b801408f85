"""A disk that is really full under a live talk: it goes on, what is lost is said, and what can wait waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bridge.recording import Part, verify
from core.secrets import load_secrets
from routing.directory import load_directory
from tests.calls.test_talks import begin
from tests.conftest import settings_for
from tests.support.small_disk import SmallDisk, small_disk
from tests.support.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
DEADLINE = 60.0  # s on a machine that does much else
MB = 1_000_000
Disks = dict[str, SmallDisk]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def disks(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Town, Disks]]:
    """A town whose recordings and whose journal have a small disk each."""
    home = tmp_path_factory.mktemp("small") / "home"
    settings = settings_for(home)
    with small_disk(settings.recordings_dir, 6) as recordings, small_disk(settings.journal_dir, 8) as journal:
        town = Town(settings, load_secrets(settings), load_directory(settings.directory))
        try:
            await town.start()
            await town.start_controller()
            yield town, {"recordings": recordings, "journal": journal}
        finally:
            await town.stop()


@pytest.fixture(scope="module")
def town(disks: tuple[Town, Disks]) -> Town:
    """The town of these disks, for what every test of this folder does before and after."""
    return disks[0]


async def test_recordings_that_find_no_room_are_said_to_fail_and_begun_anew_when_there_is_room(
    disks: tuple[Town, Disks],
) -> None:
    town, disk = disks[0], disks[1]["recordings"]
    talk = await begin(town)
    mixed = town.settings.recordings_dir / f"{talk.key}-mixed.alaw"
    await town.until(lambda: mixed.exists() and mixed.stat().st_size > 0, DEADLINE, "nothing is recorded")
    disk.fill()
    full_at = time.time()
    failing = await talk.fact("recording.failing", DEADLINE, party="")
    await talk.fact("alarm", DEADLINE, what="recording_failing", raised=True)
    print(f"said to fail {failing.at - full_at:.1f} s after the disk was full")  # up to 4.1 s of it are in hand
    assert (await town.call(talk.key))["state"] == "room"
    await talk.agent.last.until_heard("citizen", 10)  # they hear each other all the same
    assert not [one for one in town.facts("recording.part", talk.mark) if one.call == talk.key]  # not in vain

    disk.empty()
    anew = await talk.fact("recording.part", DEADLINE, party="", part=2)
    await talk.fact("recording.well", DEADLINE, party="")
    await talk.fact("alarm", DEADLINE, what="recording_failing", raised=False)
    assert (await town.call(talk.key))["unrecorded"] == {}
    await talk.citizen.hang_up()
    over, answered = await talk.fact("call.hung_up", DEADLINE), await talk.fact("call.answered")
    parts = [Part("", 2, anew.at)]

    def gaps() -> dict[str, str]:
        files = verify(town.settings.recordings_dir, talk.key, answered.at, over.at, (), parts)
        return {one.path.removeprefix(f"{talk.key}-"): one.gap for one in files}

    await town.until(lambda: not gaps()["mixed.part2.alaw"], DEADLINE, "the further file is short")
    assert all(gap.startswith("short by") for name, gap in gaps().items() if "part2" not in name)
    assert not any(gap for name, gap in gaps().items() if "part2" in name)


async def test_a_journal_whose_disk_others_have_filled_still_writes_each_fact_of_a_call(
    disks: tuple[Town, Disks],
) -> None:
    town, disk = disks[0], disks[1]["journal"]
    assert town.journal is not None
    await (await begin(town)).citizen.hang_up()  # a segment is in use, and holds room
    await town.nothing_left(DEADLINE)
    disk.fill()
    try:
        with pytest.raises(OSError, match="No space"):
            (disk.folder / "anything").write_bytes(b"x" * 4096)
        talk = await begin(town)  # reads the facts from the files
        await talk.citizen.hang_up()
        await talk.fact("call.hung_up", DEADLINE)
        assert town.journal.health().ok
    finally:
        disk.empty()
        (disk.folder / "anything").unlink(missing_ok=True)


async def test_a_journal_that_cannot_write_stops_no_call_and_writes_all_of_it_later_once(
    disks: tuple[Town, Disks],
) -> None:
    town, disk = disks[0], disks[1]["journal"]
    assert town.journal is not None
    journal, mark = town.journal, town.journal.seq
    disk.fill()
    try:
        for number in range(3_500):  # what it held is used up
            journal.append("menu.step", "", None, None, step="x" * 1000, n=number)
        await town.until(lambda: not journal.health().ok, DEADLINE, "the journal does not notice")
        await town.ready("a1001")
        citizen = await town.city.citizen()
        await town.until(lambda: citizen.is_up, DEADLINE, "nobody answers")
        await citizen.until_heard("agent", 30)
        told = [one["what"] for one in await town.control.do("alarms.list")]
        assert "journal_failing" in told
        assert journal.health().pending > 0
        await citizen.hang_up()
        await town.nothing_left(DEADLINE)
    finally:
        disk.empty()
    last = journal.append("menu.step", n=-1)
    assert last
    assert await asyncio.to_thread(journal.wait_synced, last.seq, DEADLINE)
    assert journal.health().shed == {}
    seqs = [fact.seq for fact in town.facts("", mark)]
    assert seqs == list(range(mark + 1, seqs[-1] + 1))  # each of them, once, in order
    kinds = {fact.kind for fact in town.facts("", mark)}
    assert {"call.answered", "party.joined", "call.hung_up"} <= kinds
