"""A call through the FastAGI driver: what it costs, what it leaves behind, what it survives."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.facts import MENU_OUTCOME, MENU_STEP
from core.settings import Settings
from ivr.build import build_due, build_publishing, release_flow
from ivr.drivers.fastagi import MenuService
from ivr.flow import parse_flow
from ivr.prompts import PromptStore
from ivr.publishing import Signed
from ivr.releases import FlowStore, publish
from ivr.upload import take, wav
from tests.ivr.flows import HEAD, release, text
from tests.ivr.phone import HungUp, Phone, Pressed, Voice

KEY = "0123456789abcdef0123456789abcdef"
STEPS = """\
  welcome: {verb: menu, prompts: hello, choices: {"1": second, "2": order, "3": leave}}
  second: {verb: menu, prompts: wrong, choices: {"1": help}}
  order: {verb: collect, prompts: hello, variable: order, max: 4, then: person}
  leave: {verb: record, prompts: hello, then: person}
  help: {verb: service, skill: complaint, unit: housing, urgency: 2, lang: en}
"""


class House:
    """An installation in a temporary folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.alarms: list[tuple[str, str]] = []
        self.facts: list[tuple[str, str, str, dict[str, Any]]] = []
        self.voice = Voice()
        self.prompts = PromptStore(home / "prompts", self.voice, (), lambda what, detail: self.alarm(what, detail))
        self.flows = FlowStore(home / "release", self.alarm)
        self.menu = MenuService(
            self.flows, self.prompts, lambda *fact: self.facts.append(fact), lambda: datetime(2026, 11, 23, 12, 0),
        )

    def alarm(self, what: str, detail: str) -> None:
        self.alarms.append((what, detail))

    def publish(self, steps: str = STEPS, head: str = HEAD) -> str:
        return release_flow(parse_flow(text(steps, head), "t"), self.prompts, self.home / "release").id

    async def call(self, *keys: str, place: str = "", attempt: str = "1", **headers: str) -> Phone:
        phone = Phone(list(keys), (KEY, place, attempt), headers)
        await self.menu.handle(phone)
        return phone


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House(tmp_path)
    found.publish()
    return found


async def test_the_outcome_is_on_the_channel_and_its_marker_is_set_last(house: House) -> None:
    phone = await house.call("1", "1")
    assert phone.variables["HL_SKILL"] == "complaint"
    assert phone.variables["HL_UNIT"] == "housing"
    assert phone.variables["HL_URGENCY"] == "2"
    assert phone.variables["HL_LANG"] == "en"
    assert phone.variables["HL_FLOW"] == house.flows.current().id
    assert phone.order[-1] == "HL_OUTCOME"
    assert phone.variables["HL_OUTCOME"] == "service"


async def test_two_questions_cost_four_round_trips(house: House) -> None:
    assert (await house.call("1", "1")).round_trips == 4


async def test_every_step_is_a_fact_with_a_key_of_its_own(house: House) -> None:
    await house.call("1", "1")
    await house.call("t", attempt="2")
    steps = [fact for fact in house.facts if fact[0] == MENU_STEP]
    assert [fact[3]["step"] for fact in steps] == ["welcome", "second", "help", "welcome", "person"]
    assert len({fact[2] for fact in steps}) == len(steps)
    assert steps[0][3]["pressed"] == "1"
    assert all(not {"kind", "call", "key", "at"} & fact[3].keys() for fact in house.facts)
    assert [fact[3]["outcome"] for fact in house.facts if fact[0] == MENU_OUTCOME] == ["service", "service"]


async def test_a_call_resumes_at_its_question_on_its_own_release(house: House) -> None:
    first = await house.call("1", "1")
    place = first.variables["HL_STEP"]
    old = house.flows.current().id
    house.publish("  welcome: {verb: service, skill: other}")
    resumed = await house.call("1", place=place, attempt="2")
    assert (resumed.variables["HL_SKILL"], resumed.variables["HL_FLOW"]) == ("complaint", old)
    assert (await house.call()).variables["HL_SKILL"] == "other"


async def test_a_controller_that_starts_anew_still_knows_the_release_a_call_began_with(house: House) -> None:
    place = (await house.call("1", "1")).variables["HL_STEP"]
    house.publish("  welcome: {verb: service, skill: other}")
    anew = House(house.home)
    assert (await anew.call("1", place=place, attempt="2")).variables["HL_SKILL"] == "complaint"


async def test_a_place_that_no_release_knows_begins_at_the_beginning(house: House) -> None:
    for place in ("9-ffffffff/gone/fr", "../../etc/passwd", "gone", "//", "1/../x/zh-CN"):
        phone = await house.call("1", "1", place=place, attempt="2")
        assert phone.variables["HL_SKILL"] == "complaint"


async def test_a_call_under_way_keeps_its_release_when_another_is_published(house: House) -> None:
    phone, menu = Phone([], (KEY, "", "1")), house.menu
    keys = iter(["1", "1"])

    async def get_data(prompts: object, timeout_ms: int, max_digits: int) -> object:
        house.publish("  welcome: {verb: service, skill: other}")
        return Pressed(next(keys))

    phone.get_data = get_data  # type: ignore[method-assign, assignment]
    await menu.handle(phone)
    assert phone.variables["HL_SKILL"] == "complaint"


async def test_a_broken_release_raises_an_alarm_and_the_one_in_force_stays(house: House) -> None:
    await house.call()
    (house.home / "release" / "flow.json").write_text('{"format": 1, "steps"')
    assert (await house.call("1", "1")).variables["HL_SKILL"] == "complaint"
    assert [what for what, _ in house.alarms] == ["flow_unreadable"]


async def test_without_any_release_the_caller_gets_a_person(tmp_path: Path) -> None:
    phone = await House(tmp_path).call("1")
    assert (phone.variables["HL_OUTCOME"], phone.variables["HL_SKILL"]) == ("service", "general")


async def test_a_branch_knows_who_called_which_number(house: House) -> None:
    house.publish('  welcome: {verb: branch, variable: called, cases: {"12319": water}, otherwise: night}\n'
                  '  night: {verb: branch, variable: caller, cases: {"": hidden}, otherwise: person}\n'
                  "  water: {verb: service, skill: water}\n  hidden: {verb: service, skill: hidden}")
    assert (await house.call(agi_dnid="12319", agi_callerid="unknown")).variables["HL_SKILL"] == "water"
    assert (await house.call(agi_dnid="12345", agi_callerid="unknown")).variables["HL_SKILL"] == "hidden"
    assert (await house.call(agi_dnid="12345", agi_callerid="13800001111")).variables["HL_SKILL"] == "general"


async def test_hanging_up_leaves_a_last_line_and_no_outcome(house: House) -> None:
    with pytest.raises(HungUp):
        await house.call("1", "h")
    assert [fact[3]["why"] for fact in house.facts] == ["key", "broken_off"]


async def test_a_vanished_prompt_is_spoken_again_once_for_all_who_wait(house: House) -> None:
    said = len(house.voice.said)
    for file in (house.home / "prompts").rglob("*.alaw"):
        file.unlink()
    phones = await asyncio.gather(*(house.call("t") for _ in range(5)))
    assert all(phone.heard for phone in phones)
    assert house.voice.said[said:] == ["您好"]
    assert {len(phone.heard) for phone in phones} == {1}
    assert house.alarms[0][0] == "prompt_vanished"


async def test_a_prompt_that_cannot_be_spoken_is_passed_over_and_its_keys_still_work(house: House) -> None:
    for file in (house.home / "prompts").rglob("*.alaw"):
        file.unlink()
    house.voice.speak = lambda text, lang: b""  # type: ignore[method-assign]
    phone = await house.call("1", "1")
    assert phone.heard == []
    assert phone.variables["HL_SKILL"] == "complaint"
    assert {what for what, _ in house.alarms} == {"prompt_vanished", "prompt_lost"}


async def test_a_message_is_named_by_the_call_key(house: House) -> None:
    phone = await house.call("3", "#")
    assert phone.heard[-1] == str(house.home / "recordings" / f"{KEY}-message-1")


SET = {"HL_FLOW", "HL_SKILL", "HL_UNIT", "HL_URGENCY", "HL_LANG", "HL_DRIVER", "HL_OUTCOME", "HL_STEP"}
HOSTILE = ["${SHELL(id)}", '"; SET VARIABLE X 1', "a\r\nSET VARIABLE X 1", "😀" * 1000, "%s{0}", "' OR 1=1 --"]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_callers_name_and_number_never_reach_the_channel(house: House, name: str) -> None:
    phone = await house.call("2", "12", agi_callerid=name, agi_calleridname=name, agi_dnid=name)
    assert set(phone.variables) <= SET
    assert not any(name in value for value in phone.variables.values())


async def test_a_session_without_a_call_key_is_sent_away(house: House) -> None:
    for args in ((), ("../x", "", "1"), (KEY.upper(), "", "1")):
        phone = Phone([], args)
        await house.menu.handle(phone)
        assert phone.round_trips == 0


async def test_old_releases_are_kept_for_calls_but_not_for_ever(house: House) -> None:
    for number in range(15):
        publish(release(STEPS, HEAD.replace("release: 7", f"release: {number + 1}")), house.home / "release")
        house.flows.current()
    assert len(list((house.home / "release").glob("flow-*.json"))) == 10


async def test_a_prompt_whose_recording_is_gone_as_well_is_spoken_from_its_text(tmp_path: Path) -> None:
    house, uploads = House(tmp_path), tmp_path / "uploads"
    house.prompts = PromptStore(tmp_path / "prompts", house.voice, (uploads,), house.alarm)
    house.menu.prompts = house.prompts
    taken = take(wav(0.3 * np.sin(np.arange(16000) / 5), 16000), "zh-CN", uploads)
    house.publish("  welcome: {verb: menu, prompts: hello, choices: {\"1\": person}}",
                  HEAD.replace("{zh-CN: 您好", f"{{recording: {{zh-CN: {taken.name}}}, zh-CN: 您好"))
    assert "您好" not in house.voice.said
    for file in [*(tmp_path / "prompts").rglob("*.alaw"), *uploads.rglob("*.wav")]:
        file.unlink()
    assert (await house.call("1")).heard
    assert house.voice.said[-1] == "您好"
    assert (house.alarms[0][0], house.alarms[0][1].split("/")[0]) == ("prompt_vanished", "zh-CN")


async def test_a_release_whose_time_has_come_is_put_in_force(home: Settings) -> None:
    publishing = build_publishing(home)
    publishing.prompts._speech = Voice()
    flow = parse_flow(text("  welcome: {verb: menu, prompts: hello, choices: {\"1\": person}}", HEAD), "t")
    first = publishing.publish(flow, Signed("wang", "开通"))
    later = publishing.publish(flow, Signed("wang", "晚些", due_at=time.time() + 3600))
    due, store = build_due(home), FlowStore(home.release_dir)
    await due()
    assert store.current().id == first.id
    at_once = publishing.publish(flow, Signed("wang", "现在", due_at=time.time() - 1))
    await due()
    assert store.current().id == at_once.id
    assert publishing.shelf.index().entry(later.number).state == "checked"
