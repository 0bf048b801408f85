"""The city telephones as a city does. Here it rings itself: citizens call the city's own numbers."""

from __future__ import annotations

import socket

import pytest

from tests.support.city import City, CityError, RefusedError, TooLateError, largest_gap

pytestmark = pytest.mark.switch

DUTY = "66010001"
SECOND = "66010002"
OPTIONS = (
    b"OPTIONS sip:12345@127.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK1\r\n"
    b"From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:12345@127.0.0.2>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
    b"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


async def test_both_ends_of_a_call_hear_the_other_one_and_only_the_other_one(lone_city: City) -> None:
    call = await lone_city.citizen(called=DUTY)
    leg = await lone_city.phone(DUTY).answered(5)
    await call.until_heard("unit", 8)
    await call.hang_up()
    await leg.until_ended(5)
    await call.until_ended(5)
    assert set(call.heard()) == {"unit"}
    assert set(leg.heard()) == {"citizen"}
    assert largest_gap(call.heard_file, 1100) < 0.03
    assert leg.caller == "13800001234"


@pytest.mark.parametrize(("name", "cause", "sip"), [
    ("busy", 17, "486"), ("declines", 21, "403"), ("congestion", 34, "503"), ("no_such_number", 1, "404"),
])
async def test_a_phone_that_does_not_answer_says_why(lone_city: City, name: str, cause: int, sip: str) -> None:
    await lone_city.set_behaviour(DUTY, name)
    with pytest.raises(RefusedError):
        await lone_city.citizen(called=DUTY)
    leg = await lone_city.phone(DUTY).ended(3)
    call = lone_city.calls[-1]
    assert (call.cause, str(call.technical)) == (cause, sip)
    assert leg.answered_at is None


async def test_a_number_that_nobody_has_is_refused(lone_city: City) -> None:
    with pytest.raises(RefusedError, match="404"):
        await lone_city.citizen(called="99999999")


@pytest.mark.parametrize("name", ["rings_out", "silent", "hears_first"])
async def test_a_phone_that_is_never_answered_goes_on_until_the_caller_gives_up(lone_city: City, name: str) -> None:
    await lone_city.set_behaviour(DUTY, name)
    with pytest.raises(TooLateError):
        await lone_city.citizen(called=DUTY, wait=0.8)
    assert lone_city.phone(DUTY).is_ringing
    await lone_city.calls[-1].hang_up()
    await lone_city.phone(DUTY).ended(3)
    assert not lone_city.phone(DUTY).is_ringing


async def test_keys_arrive_as_pressed_and_the_tone_goes_on_after_them(lone_city: City) -> None:
    call = await lone_city.citizen(called=DUTY)
    leg = await lone_city.phone(DUTY).answered(5)
    await call.press("2*#0")
    await leg.until_heard("citizen", 8, 1.5)
    assert leg.keys_heard == "2*#0"


async def test_whoever_must_accept_presses_1_by_himself(lone_city: City) -> None:
    await lone_city.set_behaviour(SECOND, "presses_1", after=0.0, press=0.5)
    call = await lone_city.citizen(called=SECOND)
    await call.until_heard("unit2", 8, 1.5)
    assert call.keys_heard == "1"


async def test_a_phone_that_hangs_up_ends_the_call(lone_city: City) -> None:
    await lone_city.set_behaviour(DUTY, "hangs_up", after=0.0, end=1.0)
    call = await lone_city.citizen(called=DUTY)
    await call.until_ended(4)
    assert call.cause == 16


async def test_a_citizen_can_fall_silent_and_speak_again(lone_city: City) -> None:
    call = await lone_city.citizen(called=DUTY)
    leg = await lone_city.phone(DUTY).answered(5)
    await leg.until_heard("citizen", 8)
    await call.mute_tone()
    await call.until_heard("unit", 10, call.heard().get("unit", 0.0) + 2.0)  # the silence lasts two seconds or more
    await call.speak()
    await call.until_heard("unit", 10, call.heard()["unit"] + 2.0)
    await call.hang_up()
    await leg.until_ended(3)
    assert largest_gap(leg.heard_file, 520) > 1.0
    assert leg.spans()["citizen"].seconds > 2.0


async def test_a_phone_may_wait_to_be_picked_up_by_hand(lone_city: City) -> None:
    await lone_city.set_behaviour(DUTY, "rings_out")
    call = await lone_city.citizen(called=DUTY, wait=0)
    await lone_city.phone(DUTY).rang(3)
    await lone_city.phone(DUTY).pick_up()
    await call.until_answered(3)
    await lone_city.phone(DUTY).hang_up()
    await call.until_ended(3)


async def test_a_frozen_network_answers_nothing_and_thaws(lone_city: City) -> None:
    lone_city.freeze()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.5)
        probe.sendto(OPTIONS, (lone_city.settings.network_address, lone_city.settings.network_port))
        with pytest.raises(TimeoutError):
            probe.recv(2000)
        lone_city.thaw()
        probe.settimeout(3.0)
        assert probe.recv(2000).startswith(b"SIP/2.0 ")


@pytest.mark.parametrize("name", ['王"${EXTEN}\\,;|&', "😀" * 100, "a' OR 1=1 --", "${SHELL(id)}"],
                         ids=["quotes", "emoji", "sql", "function"])
async def test_a_caller_may_have_any_name(lone_city: City, name: str) -> None:
    call = await lone_city.citizen(name=name, called=DUTY)
    assert call.is_up


async def test_a_hidden_caller_is_anonymous(lone_city: City) -> None:
    await lone_city.citizen(hidden=True, called=DUTY)
    assert lone_city.phone(DUTY).last.caller == "anonymous"


async def test_what_cannot_be_pressed_or_named_is_refused(lone_city: City) -> None:
    call = await lone_city.citizen(called=DUTY)
    with pytest.raises(CityError, match="not keys"):
        await call.press("2\r\nAction: Ping")
    with pytest.raises(CityError, match="no behaviour"):
        await lone_city.set_behaviour(DUTY, "dances")
    with pytest.raises(CityError, match="700 bytes"):
        await lone_city.citizen(name="长" * 300, called=DUTY)


async def test_agents_plain_phones_register_at_the_switch(city: City) -> None:
    await city.phones_registered(1)
