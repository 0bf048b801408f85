"""What a broken, slow or hostile server can do to us: nothing that lasts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

import bridge.ami
from bridge.ami import Ami, AmiBadValue, AmiDown, AmiEvent, AmiRefused, AmiTimeout
from tests.ami.fake_server import FakeServer, Peer
from tests.ami.listener import Listener
from tests.support.waiting import LATE, until


@asynccontextmanager
async def connected(server: FakeServer, listener: Listener, **more: Any) -> AsyncIterator[Ami]:
    ami = listener.ami(server.port, **more)
    await ami.start()
    try:
        await until(lambda: listener.ups)
        yield ami
    finally:
        await ami.close()


async def test_an_action_without_a_connection_is_refused_at_once(free_port: Callable[[], int]) -> None:
    ami = Listener().ami(free_port())
    await ami.start()
    began = time.monotonic()
    with pytest.raises(AmiDown):
        await ami.action("Ping")
    assert time.monotonic() - began < 1
    await until(lambda: "no connection" in ami.problem)
    assert not ami.up
    await ami.close()


async def test_an_action_that_was_under_way_when_the_connection_went_is_never_sent_again() -> None:
    async def cut(peer: Peer, action: dict[str, str]) -> None:
        server.cut()

    listener = Listener()
    async with FakeServer(cut) as server, connected(server, listener) as ami:
        with pytest.raises(AmiDown):
            await ami.action("Originate", {"Channel": "Local/1@x"})
        await until(lambda: listener.ups == 2)
        await ami.action("Ping")
        assert server.sent("Originate") == 1
        assert listener.downs == 1


async def test_a_deadline_passes_and_the_late_answer_belongs_to_nobody() -> None:
    async def late(peer: Peer, action: dict[str, str]) -> None:
        if action["Action"] == "Originate":
            waiting.append(action)
            return
        peer.answer(waiting.pop(), "Message: late")
        peer.answer(action, "Value: mine")

    waiting: list[dict[str, str]] = []
    listener = Listener()
    async with FakeServer(late) as server, connected(server, listener) as ami:
        with pytest.raises(AmiTimeout):
            await ami.action("Originate", timeout=0.1)
        assert (await ami.action("Getvar", {"Variable": "X"})).get("Value") == "mine"
        assert ami.late_answers == 1
        assert listener.downs == 0


async def test_an_error_of_a_list_action_is_told_at_once() -> None:
    async def refuse(peer: Peer, action: dict[str, str]) -> None:
        peer.answer(action, "Message: Permission denied", response="Error")

    async with FakeServer(refuse) as server, connected(server, Listener()) as ami:
        with pytest.raises(AmiRefused) as caught:
            await ami.listing("Status")
        assert caught.value.message == "Permission denied"


async def test_a_list_broken_off_in_the_middle_is_an_error_not_a_short_list() -> None:
    async def half(peer: Peer, action: dict[str, str]) -> None:
        peer.answer(action, "EventList: start")
        peer.send("Event: Status", f"ActionID: {action['ActionID']}", "Channel: A")

    async with FakeServer(half) as server, connected(server, Listener()) as ami:
        with pytest.raises(AmiTimeout):
            await ami.listing("Status", timeout=0.1)


async def test_a_refused_value_sends_nothing() -> None:
    async with FakeServer() as server, connected(server, Listener()) as ami:
        with pytest.raises(AmiBadValue):
            await ami.action("Hangup", {"Channel": "x\r\nAction: Originate"})
        assert server.sent("Hangup") == server.sent("Originate") == 0


async def test_one_name_can_not_be_under_way_twice() -> None:
    async def never(peer: Peer, action: dict[str, str]) -> None:
        pass

    async with FakeServer(never) as server, connected(server, Listener()) as ami:
        first = asyncio.create_task(ami.action("Originate", {"ActionID": "leg-1"}, timeout=1))
        await until(lambda: server.sent("Originate"))
        with pytest.raises(AmiBadValue):
            await ami.action("Originate", {"ActionID": "leg-1"})
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_a_wrong_secret_is_said_loudly_and_tried_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge.ami, "RETRY_REFUSED", 0.6)
    listener = Listener()
    async with FakeServer(secret="right") as server:
        ami = listener.ami(server.port)
        await ami.start()
        await until(lambda: "login refused" in ami.problem)
        first = server.logins
        await until(lambda: server.logins > first)
        assert server.logins == 2
        assert (ami.up, listener.ups, listener.downs) == (False, 0, 0)
        await ami.close()


async def test_a_server_that_is_no_switch_is_not_believed() -> None:
    async with FakeServer(banner=b"HTTP/1.1 200 OK\r\n") as server:
        ami = Listener().ami(server.port)
        await ami.start()
        await until(lambda: ami.problem not in ("", "not started"))
        assert not ami.up
        await ami.close()


async def test_a_mute_switch_is_noticed_within_ten_seconds() -> None:
    listener = Listener()
    async with FakeServer() as server, connected(server, listener):
        server.mute = True
        began = time.monotonic()
        await until(lambda: listener.downs)
        assert time.monotonic() - began < 10 + LATE


async def test_back_off_grows_and_is_not_the_same_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    listener = Listener()
    ami = listener.ami(1)
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr("bridge.ami.asyncio.sleep", counted)
    await ami.start()
    while len(waits) < 12:
        await sleep(0)
    await ami.close()
    assert waits[0] <= 0.2
    assert all(1.5 <= wait <= 3.0 for wait in waits[6:12])
    assert len(set(waits)) == len(waits)


async def test_the_switchs_shutdown_is_the_end_of_the_session() -> None:
    listener = Listener()
    async with FakeServer() as server, connected(server, listener):
        server.hearer().send("Event: Shutdown", "Shutdown: Cleanly")
        await until(lambda: listener.downs)
        await until(lambda: listener.ups == 2)
        names = [item if isinstance(item, str) else item.name for item in listener.story]
        assert set(names[2:4]) == {"down", "Shutdown"}
        assert names[:2] == names[4:] == ["FullyBooted", "up"]


async def test_an_exception_of_a_listener_neither_stops_events_nor_the_connection() -> None:
    class Clumsy(Listener):
        def on_event(self, event: AmiEvent) -> None:
            super().on_event(event)
            raise RuntimeError(event.name)

    listener = Clumsy()
    async with FakeServer() as server, connected(server, listener) as ami:
        for n in range(3):
            server.hearer().send("Event: UserEvent", f"N: {n}")
        await until(lambda: len(listener.named("UserEvent")) == 3)
        assert ami.callback_errors == 4  # FullyBooted too
        assert listener.downs == 0


async def test_events_wait_until_the_rebuild_is_done_and_keep_their_order() -> None:
    class Slow(Listener):
        async def on_up(self) -> None:
            await super().on_up()
            for n in range(50):
                server.hearer().send("Event: UserEvent", f"N: {n}")
            await asyncio.sleep(0.1)
            self.story.append("rebuilt")

        async def on_event(self, event: AmiEvent) -> None:  # type: ignore[override]
            await asyncio.sleep(0)
            super().on_event(event)

    listener = Slow()
    async with FakeServer() as server, connected(server, listener):
        await until(lambda: len(listener.named("UserEvent")) == 50)
        rebuilt = listener.story.index("rebuilt")
        after = [item for item in listener.story[rebuilt + 1 :] if isinstance(item, AmiEvent)]
        assert [event.get("N") for event in after] == [str(n) for n in range(50)]


async def test_a_rebuild_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge.ami, "REBUILD_AGAIN", 0.05)

    class Failing(Listener):
        async def on_up(self) -> None:
            await super().on_up()
            if self.ups < 3:
                raise AmiTimeout("no answer")

    listener = Failing()
    async with FakeServer() as server, connected(server, listener):
        await until(lambda: listener.ups == 3)
        await asyncio.sleep(0.1)
        assert listener.ups == 3


async def test_a_slow_listener_loses_what_matters_least_first_and_then_rebuilds() -> None:
    gate = asyncio.Event()

    class Stuck(Listener):
        async def on_event(self, event: AmiEvent) -> None:  # type: ignore[override]
            super().on_event(event)
            if event.name == "UserEvent":
                await gate.wait()

    listener = Stuck()
    async with FakeServer() as server, connected(server, listener, queue_limit=100) as ami:
        server.hearer().send("Event: UserEvent", "N: first")
        await until(lambda: listener.named("UserEvent"))
        for n in range(300):
            server.hearer().send("Event: Unimportant", f"N: {n}")
        for n in range(40):
            server.hearer().send("Event: Hangup", f"N: {n}")
        await until(lambda: ami.dropped_low == 250)
        await until(lambda: ami.queued == 90)
        assert ami.overflow == 0  # nothing that matters is lost yet
        for n in range(40, 100):
            server.hearer().send("Event: Hangup", f"N: {n}")
        await until(lambda: ami.overflow == 50)
        assert ami.longest_queue <= 101
        gate.set()
        await until(lambda: listener.ups == 2)
        hangups = [event.get("N") for event in listener.named("Hangup")]
        assert hangups == [str(n) for n in range(50)]
        assert listener.story[-1] == "up"  # the rebuild stands where the loss was
        server.hearer().send("Event: Hangup", "N: after")
        await until(lambda: listener.named("Hangup")[-1].get("N") == "after")
        assert listener.downs == 0


async def test_a_switch_that_does_not_read_is_left_rather_than_buffered_for() -> None:
    async def deaf(peer: Peer, action: dict[str, str]) -> None:
        await asyncio.sleep(3600)

    listener = Listener()
    async with FakeServer(deaf) as server, connected(server, listener) as ami:
        text = {f"X{n}": "x" * 1000 for n in range(100)}
        tasks = [asyncio.create_task(ami.action("Setvar", text, timeout=5)) for _ in range(200)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, AmiDown) for result in results)
        assert listener.downs == 1


async def test_closing_leaves_nothing_behind() -> None:
    before = len(asyncio.all_tasks())
    listener = Listener()
    async with FakeServer() as server, connected(server, listener) as ami:
        await ami.action("Ping")
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert listener.downs == 1
    with pytest.raises(AmiDown):
        await ami.action("Ping")
