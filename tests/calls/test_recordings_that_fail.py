"""A recording that fails during a call: the talk goes on, the journal says so in seconds and says when it is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.recording import Part, verify
from core.space import Bounds
from hotline import minding
from tests.calls.test_talks import begin
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
DEADLINE = 40.0  # s on a machine that does much else; on one that does not it takes 1 to 9


async def citizens_channel(town: Town) -> str:
    channels = (await town.switch.rx("core show channels concise")).splitlines()
    return next(line.split("!")[0] for line in channels if line.startswith("PJSIP/network"))


async def test_a_monitor_that_is_stopped_is_noticed_and_begun_anew_while_the_talk_goes_on(town: Town) -> None:
    talk = await begin(town)
    await town.switch.rx(f"mixmonitor stop {await citizens_channel(town)}")
    failing = await talk.fact("recording.failing", DEADLINE, party="")
    assert (failing.call, failing.data["role"], failing.data["why"]) == (talk.key, "citizen", "torn")
    alarm = await talk.fact("alarm", DEADLINE, what="recording_failing", raised=True)
    assert talk.key in alarm.data["detail"]
    assert (await town.call(talk.key))["unrecorded"] == {"": "torn"}
    assert [one["what"] for one in await town.control.do("alarms.list")] == ["recording_failing"]
    assert (await town.call(talk.key))["state"] == "room"  # nobody was moved
    assert town.controller is not None
    await town.controller._on_up()  # the connection to the switch was lost and is back: the board is made anew
    await town.controller.minding.recordings()
    assert (await town.call(talk.key))["unrecorded"] == {"": "torn"}
    anew = await talk.fact("recording.part", DEADLINE, party="", part=2)
    await talk.fact("recording.well", DEADLINE, party="")
    await talk.fact("alarm", DEADLINE, what="recording_failing", raised=False)
    assert await town.control.do("alarms.list") == []
    assert (await town.call(talk.key))["state"] == "room"
    await talk.citizen.hang_up()
    over = await talk.fact("call.hung_up", DEADLINE)
    answered = await talk.fact("call.answered")
    parts = [Part("", 2, anew.at)]
    await town.until(lambda: not _lost_after(town, talk.key, answered.at, over.at, parts), DEADLINE, "a short part")
    files = verify(town.settings.recordings_dir, talk.key, answered.at, over.at, (), parts)
    lost = {one.path.removeprefix(talk.key): one.gap for one in files}
    assert lost.keys() == {f"-{side}{part}.alaw" for side in ("mixed", "citizen", "heard") for part in ("", ".part2")}
    assert all(gap.startswith("short by") for name, gap in lost.items() if "part2" not in name)  # what was lost
    assert not any(gap for name, gap in lost.items() if "part2" in name)


def _lost_after(town: Town, key: str, began: float, ended: float, parts: list[Part]) -> list[str]:
    files = verify(town.settings.recordings_dir, key, began, ended, (), parts)
    return [one.path for one in files if one.gap and "part2" in one.path]


async def test_where_nothing_can_be_written_the_talk_goes_on_and_each_recording_is_missed(town: Town) -> None:
    folder = town.settings.recordings_dir
    aside = folder.with_name("recordings-aside")
    folder.rename(aside)
    folder.write_text("a file where the folder should be: not even root can write below it")
    try:
        talk = await begin(town)
        failing = await talk.fact("recording.failing", DEADLINE, party="", why="missing")
        assert failing.call == talk.key
        own = await talk.fact("recording.failing", DEADLINE, role="agent", why="missing")
        assert own.data["who"] == "a1001"
        await talk.agent.last.until_heard("citizen", 10)  # they hear each other all the same
    finally:
        folder.unlink()
        aside.rename(folder)


async def test_a_disk_with_little_room_is_an_alarm_that_takes_itself_back(
    town: Town, monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert town.controller is not None
    mark = town.journal.seq if town.journal else 0
    free, real = {"now": 900}, minding.room_at
    monkeypatch.setattr(minding, "room_at", lambda folder: replace(real(folder), free=free["now"]))
    monkeypatch.setattr(town.controller.minding, "_bounds", Bounds(low=1000, full=100))
    await town.controller.minding.disks()
    await town.fact("alarm", DEADLINE, mark, what="disk_low_recordings", raised=True)
    free["now"] = 50
    await town.controller.minding.disks()
    await town.fact("alarm", DEADLINE, mark, what="disk_full_recordings", raised=True)
    await town.fact("alarm", DEADLINE, mark, what="disk_low_recordings", raised=False)
    free["now"] = 5000
    await town.controller.minding.disks()
    await town.fact("alarm", DEADLINE, mark, what="disk_full_recordings", raised=False)
    assert town.facts("alarm", mark)[-1].data["raised"] is False
    assert not [one for one in town.facts("alarm", mark) if "journal" in one.data["what"]]  # one disk is told once
