"""The call bar, decided from what the controller says: which state, what may be done, in which place."""

from __future__ import annotations

from typing import Any

import pytest

from web.desk.bar import ALLOWED, PLACES, SHAPE, Bar, bar_of

KEY = "0" * 32
NAMES = {"a1": "赵倩", "housing": "住建局", "66010001": "值班室"}


def agent(state: str = "talking", **more: Any) -> dict[str, Any]:
    return {"agent": "a1", "state": state, "since": 100.0, "until": 0, "why": "", "call": KEY, "missed": 0,
            "kind": "web"} | more


def leg(who: str, role: str = "agent", state: str = "room", **more: Any) -> dict[str, Any]:
    return {"party": f"p-{who}", "role": role, "who": who, "phone": "1", "kind": "web", "state": state, "muted": False,
            "invitation": "", "joined_at": 101.0} | more


def call(*legs: dict[str, Any], state: str = "room", invitations: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"call": KEY, "state": state, "since": 102.0, "answered_at": 90.0, "caller": "13800001234",
            "direction": "in", "parties": list(legs), "invitations": list(invitations)}


def allowed(bar: Bar) -> list[str]:
    return [button.id for button in bar.buttons if button.allowed]


@pytest.mark.parametrize(("found", "live", "state"), [
    (agent("offline", call=""), None, "offline"),
    (agent("ready", call=""), None, "ready"),
    (agent("ringing"), call(leg("a1", state="ringing"), state="waiting"), "ringing"),
    (agent(), call(leg("a1")), "talking"),
    (agent(), call(leg("a1"), leg("housing", "unit")), "three"),
    (agent(), call(leg("a1"), leg("housing", "unit", state="ringing")), "talking"),
    (agent(), call(leg("a1", state="side"), state="held"), "hold"),
    (agent(), call(leg("a1", state="side"), leg("housing", "unit", state="side"), state="held"), "consult"),
    (agent(), call(leg("a1"), leg("housing", "unit", state="held")), "three"),
    (agent(), call(leg("a1", state="side"), leg("housing", "unit", state="held"), state="held"), "hold"),
    (agent(), call(leg("a1", state="held", held_at=103.0), leg("housing", "unit")), "away"),
    (agent(), call(leg("a1"), state="dialled"), "dialling"),
    (agent("lost"), call(state="waiting"), "lost"),
    (agent(), None, "lost"),
    (agent("wrap_up"), None, "wrap_up"),
    (agent("something_new"), None, "unknown"),
])
def test_the_state_follows_from_agent_and_call(found: dict[str, Any], live: dict[str, Any] | None, state: str) -> None:
    assert bar_of(found, live, NAMES).state == state


@pytest.mark.parametrize("state", ["offline", "break", "ready", "wrap_up"])
def test_a_talk_that_goes_on_without_who_was_cut_off_is_offered_on_the_key_that_answers(state: str) -> None:
    bar = bar_of(agent(state, call="", rejoin=KEY), None, NAMES)
    (first,) = [button for button in bar.buttons if button.key == "F2"]
    assert (first.id, first.allowed, first.path) == ("rejoin", True, f"/desk/rejoin/{KEY}")
    assert bar.state == state
    ringing = bar_of(agent("ringing", rejoin=KEY), call(leg("a1", state="ringing"), state="waiting"), NAMES)
    assert [button.id for button in ringing.buttons if button.key == "F2"] == ["answer"]
    assert ringing.rejoin == ""


def test_buttons_never_change_place_and_never_disappear() -> None:
    bars = [bar_of(agent("ready", call=""), None, NAMES), bar_of(agent(), call(leg("a1")), NAMES),
            bar_of(agent("wrap_up"), None, NAMES)]
    assert {len(bar.buttons) for bar in bars} == {len(PLACES)}
    for bar in bars:
        assert all(button.id in {act.id for act in place} for button, place in zip(bar.buttons, PLACES, strict=True))


def test_a_talk_of_two_can_be_held_muted_widened_and_finished_but_not_left() -> None:
    bar = bar_of(agent(), call(leg("a1")), NAMES)
    assert allowed(bar) == ["hold", "mute", "add", "finish"]
    assert bar.buttons[2].path == f"/api/calls/{KEY}/hold"


def test_who_is_not_alone_with_the_citizen_may_leave() -> None:
    bar = bar_of(agent(), call(leg("a1"), leg("housing", "unit")), NAMES)
    assert "leave" in allowed(bar)
    assert [person.name for person in bar.people] == ["", "赵倩", "住建局"]
    assert [person.removable for person in bar.people] == ["", "", "p-housing"]


def test_who_has_a_telephone_on_the_desk_answers_there_and_does_the_rest_on_the_page() -> None:
    bar = bar_of(agent("ringing", kind="plain"), call(leg("a1", state="ringing"), state="waiting"), NAMES)
    assert allowed(bar) == []
    assert "finish" in allowed(bar_of(agent(kind="plain"), call(leg("a1")), NAMES))


def test_a_muted_agent_sees_how_to_speak_again_in_the_same_place() -> None:
    plain, muted = (bar_of(agent(), call(leg("a1", muted=one)), NAMES) for one in (False, True))
    assert [plain.buttons[3].id, muted.buttons[3].id] == ["mute", "unmute"]
    assert muted.muted


def test_the_phones_of_a_unit_are_shown_by_their_names_with_what_each_does() -> None:
    ringing = {"invitation": "i1", "role": "unit", "who": "housing", "name": "住建局", "state": "ringing",
               "private": False, "phones": [{"phone": "66010001", "state": "ringing"},
                                             {"phone": "66010002", "state": "gone"}],
               "failures": [{"phone": "66010002", "why": "busy"}]}
    bar = bar_of(agent(), call(leg("a1"), invitations=(ringing,)), NAMES)
    assert bar.invited[0].phones == (("值班室", "ringing"),)
    assert bar.invited[0].failures == (("66010002", "busy"),)


def test_only_the_last_failure_stays_and_only_until_the_next_ring() -> None:
    def one(name: str, state: str) -> dict[str, Any]:
        return {"invitation": name, "role": "unit", "who": name, "name": name, "state": state, "private": False,
                "phones": [], "failures": [{"phone": "1", "why": "rang_out"}]}

    bar = bar_of(agent(), call(leg("a1"), invitations=(one("first", "failed"), one("second", "failed"))), NAMES)
    assert [invited.who for invited in bar.invited] == ["second"]
    bar = bar_of(agent(), call(leg("a1"), invitations=(one("first", "failed"), one("second", "taken"))), NAMES)
    assert bar.invited == ()


def test_a_unit_that_is_taken_out_of_the_directory_while_it_rings_is_marked_and_cannot_be_rung_again() -> None:
    ringing = {"invitation": "i1", "role": "unit", "who": "housing", "name": "住建局", "state": "ringing",
               "private": False, "phones": [], "failures": []}
    for names, known in ((NAMES | {"housing": "住建局"}, True), ({}, False)):
        bar = bar_of(agent(), call(leg("a1"), invitations=(ringing,)), names)
        assert (bar.invited[0].name, bar.invited[0].known) == ("住建局", known)
    inside = call(leg("a1"), leg("housing", "unit"), invitations=(ringing | {"state": "taken"},))
    assert [one.name for one in bar_of(agent(), inside, {}).people if one.role == "unit"] == ["住建局"]


def test_every_state_says_by_a_shape_what_it_says_by_colour() -> None:
    fills = {bar_of(agent(state), None, NAMES).fill for state in ALLOWED if state != "talking"}
    assert fills <= set(SHAPE)
    assert len(set(SHAPE.values())) == len(SHAPE)


def test_each_person_has_hold_and_who_is_held_has_back_and_since_when() -> None:
    bar = bar_of(agent(), call(leg("a1"), leg("housing", "unit", state="held", held_at=107.0, joined_at=105.0)), NAMES)
    assert [(one.hold.removeprefix(f"/api/calls/{KEY}"), one.can_hold, one.held_at, one.key) for one in bar.people] == [
        ("/hold", True, 0.0, ""), ("/parties/p-a1/hold", False, 0.0, ""),
        ("/parties/p-housing/back", True, 107.0, "Shift+F8")]


def test_aside_the_only_agent_cannot_be_held_and_the_unit_can() -> None:
    bar = bar_of(agent(), call(leg("a1", state="side"), leg("housing", "unit", state="side"), state="held"), NAMES)
    assert [one.can_hold for one in bar.people] == [True, False, True]
    assert bar.people[0].hold.endswith("/resume")


def test_an_agent_on_hold_comes_back_by_the_key_of_hold_and_may_end_the_talk() -> None:
    bar = bar_of(agent(), call(leg("a1", state="held", held_at=103.0), leg("housing", "unit")), NAMES)
    assert allowed(bar) == ["back", "finish"]
    assert (bar.buttons[2].key, bar.since) == ("F4", 103.0)


def test_a_page_that_was_reloaded_goes_on_counting_from_the_talk_s_begin() -> None:
    again = leg("a1", joined_at=150.0, talk_since=101.0)
    assert bar_of(agent(), call(again), NAMES).talk_since == 101.0
    assert bar_of(agent(), call(leg("a1")), NAMES).talk_since == 101.0  # told by a controller that knows of one leg
