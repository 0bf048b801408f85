"""Flow documents for tests: small texts with one fault each, and flows made at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ivr.flow import compile_flow, parse_flow
from ivr.release import Release

HEAD = """\
release: 7
languages: [zh-CN, en]
entry: welcome
person: person
prompts:
  hello: {zh-CN: 您好, en: Hello}
  wrong: {zh-CN: 按键有误, en: Wrong key}
"""


def text(steps: str, head: str = HEAD) -> bytes:
    """A document with these steps (indented by two) and a person."""
    return f"{head}steps:\n{steps}\n  person: {{verb: service, skill: general}}\n".encode()


def release(steps: str, head: str = HEAD) -> Release:
    """The release of such a document; prompts are called what they are."""
    return compile_flow(parse_flow(text(steps, head), "test.yaml"), lambda name, lang, said: name)


PROMPTS = {"prompts": ["hello"]}


@st.composite
def random_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Documents of the right shape that may still be wrong as a whole: circles, dead ends, unknown steps.

    Most ways lead forward, most ends are a person: otherwise next to none would be accepted.
    """
    count = draw(st.integers(1, 7))
    names = [f"s{number}" for number in range(count)]
    wild = draw(st.sampled_from([False, False, False, True]))
    steps = {}
    for number, name in enumerate(names):
        ways = [*names, "nowhere"] if wild else [*names[number + 1:], "bye", *names[: number + 1]][:count + 1]
        steps[name] = draw(_step(st.sampled_from(["person", "person", *ways])))
    return {
        "release": 1, "languages": ["zh-CN"], "entry": "s0", "person": "person",
        "max_steps": draw(st.sampled_from([20, 50])), "silence": draw(st.sampled_from(["person", "any"])),
        "prompts": {"hello": {"zh-CN": "您好"}},
        "calendars": {"office": {"weekly": [{"days": "mon-fri", "from": "09:00", "to": "17:00"}]}},
        "steps": {**steps, "bye": {"verb": "hang_up"}, "person": {"verb": "service", "skill": "general"}},
    }


@st.composite
def _step(draw: st.DrawFn, target: st.SearchStrategy[str]) -> dict[str, Any]:
    maybe = st.one_of(st.none(), st.none(), target)
    makers: list[st.SearchStrategy[dict[str, Any]]] = [
        st.fixed_dictionaries({"verb": st.just("menu"), "choices": st.dictionaries(
            st.sampled_from("0123456789*#"), target, min_size=1, max_size=4), "on_time_out": maybe, "on_retries": maybe,
            "retries": st.integers(0, 3), "barge_in": st.booleans()}),
        st.fixed_dictionaries({"verb": st.just("menu"), "choices": st.dictionaries(
            st.sampled_from("123456789"), target, min_size=1, max_size=4), "repeat_key": st.just("*")}),
        st.fixed_dictionaries({"verb": st.just("say"), "then": target, "barge_in": st.booleans()}),
        st.fixed_dictionaries({"verb": st.just("collect"), "variable": st.just("digits"), "max": st.just(4),
                               "then": target, "on_time_out": maybe}),
        st.fixed_dictionaries({"verb": st.just("information"), "then": target}),
        st.fixed_dictionaries({"verb": st.just("record"), "then": target}),
    ]
    silent = [
        st.fixed_dictionaries({"verb": st.just("hours"), "calendar": st.just("office"), "open": target,
                               "closed": target}),
        st.fixed_dictionaries({"verb": st.just("set"), "values": st.just({"digits": "1"}), "then": target}),
        st.fixed_dictionaries({"verb": st.just("branch"), "variable": st.just("caller"),
                               "cases": st.just({"": "person"}), "otherwise": target}),
    ]
    chosen = draw(st.one_of(*makers, makers[1], makers[1], *silent))
    plain = {name: value for name, value in chosen.items() if value is not None}
    return plain if chosen["verb"] in ("hours", "set", "branch") else {**plain, **PROMPTS}


LONG = "您好" * 30  # more than ten seconds


@st.composite
def documents_with_waits(draw: st.DrawFn) -> dict[str, Any]:
    """Random documents with long prompts, two calendars, numbers of their own and branches on what was collected."""
    document = draw(random_documents())
    document["prompts"] = {"hello": {"zh-CN": "您好"}, "long": {"zh-CN": LONG}}
    document["calendars"]["night"] = {"weekly": [{"days": "mon-sun", "from": "20:00", "to": "06:00"}],
                                      "special": {"2026-12-31": [{"from": "00:00", "to": "24:00"}]}}
    names = list(document["steps"])
    for step in document["steps"].values():
        if "prompts" in step and draw(st.sampled_from([False, False, True])):
            step["prompts"] = ["long"]
        if step["verb"] == "hours":
            step["calendar"] = draw(st.sampled_from(["office", "night"]))
        if step["verb"] == "branch" and draw(st.booleans()):
            step["variable"] = draw(st.sampled_from(["caller", "called", "lang"]))
            cases = st.sampled_from(["12319", "110", "zh-CN", "13800000000"])
            step["cases"] = draw(st.dictionaries(cases, st.sampled_from(names), min_size=1, max_size=2))
    if draw(st.booleans()):
        entry = draw(st.sampled_from(names))
        document["numbers"] = {"12319": {"name": "城管热线", "entry": entry, "greeting": "hello"}}
    return document
