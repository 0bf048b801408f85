"""Who is served next, and by whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.queue import Free, Waiting, estimate_minutes, in_line, match, places

NOW = 1_000.0


def agent(name: str, idle_since: float = 0.0, *skills: str, only_for: str = "") -> Free:
    return Free(name, frozenset(skills or ("general",)), idle_since, only_for)


def test_whoever_queued_first_is_served_first() -> None:
    line = in_line([Waiting("late", 20), Waiting("early", 10)])
    assert [w.call for w in line] == ["early", "late"]


def test_an_emergency_goes_before_everybody_and_a_returning_citizen_before_the_others() -> None:
    line = in_line([
        Waiting("first", 1), Waiting("came back", 5, returning=True), Waiting("emergency", 9, urgency=2),
    ])
    assert [w.call for w in line] == ["emergency", "came back", "first"]


def test_the_longest_idle_agent_is_rung() -> None:
    assert match([Waiting("c", 1)], [agent("new", 50), agent("idle", 10)], NOW) == [("c", "idle")]


def test_a_skill_is_needed_when_asked_for() -> None:
    english = Waiting("c", 1, skill="english")
    assert match([english], [agent("a")], NOW) == []
    assert match([english], [agent("a"), agent("b", 5, "general", "english")], NOW) == [("c", "b")]


def test_after_a_lost_leg_only_the_same_agent_is_rung_for_a_while() -> None:
    citizen = Waiting("c", 1, returning=True, prefer="a", prefer_until=NOW + 10)
    same, other = agent("a", 900, only_for="c"), agent("b", 1)
    assert match([citizen], [other], NOW) == []
    assert match([citizen], [other, same], NOW) == [("c", "a")]
    assert match([citizen], [other, same], NOW + 11) == [("c", "b")]


def test_an_agent_whose_leg_was_lost_is_rung_for_nobody_else() -> None:
    assert match([Waiting("stranger", 1)], [agent("a", 900, only_for="c")], NOW) == []


citizens = st.builds(
    Waiting, call=st.text("abcdef", min_size=3, max_size=8), queued=st.floats(0, 999), urgency=st.integers(0, 2),
    skill=st.sampled_from(["general", "english"]), returning=st.booleans(), ringing=st.booleans(),
)
agents = st.builds(
    agent, st.text("xyz", min_size=2, max_size=6), st.floats(0, 999), st.sampled_from(["general", "english"])
)


@given(st.lists(citizens, unique_by=lambda w: w.call, max_size=12), st.lists(agents, unique_by=lambda a: a.agent))
def test_nobody_is_rung_twice_and_no_able_agent_idles_while_a_citizen_waits(
    waiting: list[Waiting], free: list[Free]
) -> None:
    pairs = match(waiting, free, NOW)
    calls, names = [c for c, _ in pairs], [a for _, a in pairs]
    assert len(set(calls)) == len(calls)
    assert len(set(names)) == len(names)
    idle = [a for a in free if a.agent not in names]
    unserved = [w for w in waiting if w.call not in calls and not w.ringing]
    assert not any(w.skill == "general" or w.skill in a.skills for w in unserved for a in idle)


@given(st.lists(citizens, unique_by=lambda w: w.call, max_size=12))
def test_places_are_one_to_n(waiting: list[Waiting]) -> None:
    assert sorted(places(waiting).values()) == list(range(1, len(waiting) + 1))


def test_an_estimate_is_never_less_than_a_minute_and_grows_with_the_line() -> None:
    assert estimate_minutes(1, 0, 1) == 1
    assert estimate_minutes(6, 2, 120) == 6
