"""要情专报: written, signed by another, sent as signed, receipted by each; its history shows any change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.people.staff import Staff
from workorders.life.acts import Actor
from workorders.life.errors import BadContent, LifeError, NeedsMore, NotYours, WrongStep
from workorders.life.words import Role
from workorders.reports.importance import (
    At,
    Deed,
    Entry,
    Report,
    Wanted,
    apply,
    broken_at,
    decide,
    entry_from,
    fold,
    plain,
)

WRITER, LEADER = Actor("p-writer", Role.BACK_OFFICE), Actor("p-leader", Role.DUTY_LEADER)
WATER, MAYOR = Actor("p-water", Role.UNIT_LEAD, "water"), Actor("p-mayor", Role.DUTY_LEADER)
WORDS = {"title": "城西停水", "text": "三日内一百二十起停水来电。", "receivers": ["water", "p-mayor"]}


class Story:
    """A report that is moved step by step, one second a step."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.report: Report | None = None

    def do(self, deed: Deed, by: Actor, why: str = "", **words: object) -> Report:
        entry = decide(self.report, Wanted(deed, by, 1_800_000_000.0 + len(self.entries), why, words))
        self.entries.append(entry)
        self.report = apply(self.report, entry)
        return self.report


@pytest.fixture
def signed() -> Story:
    story = Story()
    story.do(Deed.WRITE, WRITER, **WORDS)
    story.do(Deed.SUBMIT, WRITER)
    story.do(Deed.SIGN, LEADER)
    return story


def test_a_report_goes_from_draft_to_the_last_receipt(signed: Story) -> None:
    signed.do(Deed.SEND, WRITER)
    assert signed.do(Deed.RECEIPT, WATER).at is At.SENT
    done = signed.do(Deed.RECEIPT, MAYOR)
    assert (done.at, done.owing) == (At.RECEIPTED, ())
    assert done.receipts["water"][0] == "p-water"
    assert fold(entry_from(plain(entry)) for entry in signed.entries) == done


def test_whoever_wrote_it_does_not_sign_it() -> None:
    story = Story()
    both = Actor("p-both", Role.BACK_OFFICE)
    story.do(Deed.WRITE, both, **WORDS)
    story.do(Deed.SUBMIT, both)
    with pytest.raises(NotYours, match="须由另一人签发"):
        story.do(Deed.SIGN, Actor("p-both", Role.DUTY_LEADER))


@pytest.mark.parametrize(("deed", "by", "error"), [
    (Deed.RECEIPT, WATER, WrongStep), (Deed.WRITE, WRITER, WrongStep), (Deed.WITHDRAW, WRITER, NotYours),
    (Deed.WITHDRAW, LEADER, NeedsMore), (Deed.SIGN, LEADER, WrongStep)])
def test_after_the_signature_nothing_but_sending_or_the_leaders_withdrawal(
        signed: Story, deed: Deed, by: Actor, error: type[LifeError]) -> None:
    with pytest.raises(error):
        signed.do(deed, by, **(WORDS if deed is Deed.WRITE else {}))
    assert len(signed.entries) == 3


def test_a_receipt_counts_once_and_only_for_whom_it_was_sent_to(signed: Story) -> None:
    signed.do(Deed.SEND, WRITER)
    signed.do(Deed.RECEIPT, WATER)
    for stranger in (WATER, Actor("p-else", Role.UNIT_LEAD, "gas"), Actor("p-x", Role.SUPERVISION, "water")):
        with pytest.raises(NotYours, match="没有报送给你"):
            signed.do(Deed.RECEIPT, stranger)


@pytest.mark.parametrize("words", [{}, {**WORDS, "receivers": []}, {**WORDS, "title": "x" * 101},
                                   {**WORDS, "text": "a\x00b"}, {**WORDS, "other": 1}])
def test_what_cannot_be_a_report_is_refused_with_the_place(words: dict[str, object]) -> None:
    with pytest.raises(BadContent):
        Story().do(Deed.WRITE, WRITER, **words)


def test_one_changed_byte_of_the_history_is_found(signed: Story) -> None:
    assert broken_at(signed.entries) == 0
    forged = list(signed.entries)
    forged[0] = replace(forged[0], words={**forged[0].words, "text": "三日内一百二十一起停水来电。"})
    assert broken_at(forged) == 1


async def test_a_report_exists_for_its_receivers_from_the_moment_it_was_sent(staff: Staff) -> None:
    office = await staff.signed_on("office", Role.BACK_OFFICE)
    leader = await staff.signed_on("leader", Role.DUTY_LEADER)
    water = await staff.signed_on("water", Role.UNIT_LEAD, unit="water")
    gas = await staff.signed_on("gas", Role.UNIT_LEAD, unit="gas")
    made = await office.post("/api/reports", json=WORDS | {"receivers": ["water"]}, headers={"Idempotency-Key": "w"})
    assert made.status_code == 201, made.text
    where = f"/api/reports/{made.json()['id']}"

    async def step(who: object, name: str, why: str = "") -> int:
        answer = await who.post(f"{where}/{name}", json={"why": why}, headers={"Idempotency-Key": name})  # type: ignore[attr-defined]
        return int(answer.status_code)

    assert (await office.put(where, json=WORDS | {"receivers": ["water"], "text": "四日内。"})).status_code == 200
    assert await step(office, "submit") == 200
    assert await step(office, "sign") == 403  # not their office
    assert await step(leader, "send-back") == 409  # without a reason
    assert await step(leader, "sign") == 200
    assert (await office.put(where, json=WORDS)).status_code == 409  # what was signed is not changed
    for unit in (water, gas):
        assert (await unit.get(where)).status_code == 404
        assert (await unit.get("/api/reports")).json()["reports"] == []
    assert await step(office, "send") == 200
    assert (await gas.get(where)).status_code == 404
    assert (await water.get(where)).json()["text"] == "四日内。"
    assert await step(gas, "receipt") == 404
    assert await step(water, "receipt") == 200
    found = (await leader.get(where)).json()
    assert (found["state"], found["owing"]) == ("receipted", [])
    assert [one["deed"] for one in found["history"]] == ["write", "write", "submit", "sign", "send", "receipt"]
    async with staff.db.writing() as session:
        await session.execute(text("UPDATE important_entry SET body = replace(body, 'back_office', 'team_leader')"))
    assert (await leader.get(where)).status_code == 500  # changed afterwards: it is not shown as if nothing were wrong
    assert (await leader.get(where)).json()["code"] == "broken_history"
