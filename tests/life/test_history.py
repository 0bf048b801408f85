"""The history folds into the order, and shows one changed byte and where it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.life.lives import AGENT, DEFAULT, HOUSING_LEAD, OFFICE, OFFICE2, Life, report
from tests.life.stories import FIVE_DAYS
from workorders.life.acts import Act
from workorders.life.errors import BrokenHistory
from workorders.life.history import (
    STRONG,
    act_fields,
    act_from,
    advance,
    anchor,
    digest_named,
    erase,
    replay,
    seal,
    verify,
)
from workorders.life.words import Do, State


def lived() -> Life:
    """Return a life with most of what an act can carry."""
    life = Life(first_responder="housing").dispatched(on_call=True).do(Do.SIGN_FOR, HOUSING_LEAD).do(
        Do.START, HOUSING_LEAD).do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)
    life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True)
    life.do(Do.REPLY, HOUSING_LEAD, solved=True).follow_up()
    return life.asked(solved=False, satisfaction=1).do(Do.REOPEN, AGENT)


def written(acts: list[Act]) -> list[str]:
    """Return the acts as a store writes them."""
    return [json.dumps(act_fields(act), ensure_ascii=False, separators=(",", ":")) for act in acts]


def broken_at(lines: list[str]) -> int:
    """Read acts as a store does; return the place of the first that is wrong, 0 when all are sound."""
    read = []
    for place, line in enumerate(lines, start=1):
        try:
            read.append(act_from(json.loads(line)))
        except (BrokenHistory, ValueError, TypeError):
            return verify(read).broken_at or place
    return verify(read).broken_at


def test_a_life_written_and_read_back_is_the_same_order() -> None:
    life = lived()
    acts = [act_from(json.loads(line)) for line in written(life.acts)]
    assert acts == life.acts
    assert replay(acts) == life.order
    assert verify(acts).whole


def changed(line: str, at: int) -> str | None:
    """Return the line with one byte changed, None where it is no text any more: the store itself cannot read it."""
    raw = line.encode()
    try:
        return (raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1:]).decode()
    except UnicodeDecodeError:
        return None


def test_one_changed_byte_anywhere_is_found_and_its_place_named() -> None:
    lines = written(lived().acts[:6])  # accepted, dispatched, signed for, begun, extension asked and approved
    tried, missed = 0, []
    for place, line in enumerate(lines, start=1):
        for at in range(len(line.encode())):
            other = changed(line, at)
            if other is not None:
                tried += 1
                if broken_at([*lines[:place - 1], other]) != place:
                    missed.append((place, at, other))
    assert missed == []
    assert tried > 3000


def test_a_changed_byte_is_found_at_its_place_with_all_that_follows() -> None:
    lines = written(lived().acts)
    for place, line in enumerate(lines, start=1):
        other = changed(line, line.index('"by":"') + 6)
        assert other is not None
        assert broken_at([*lines[:place - 1], other, *lines[place:]]) == place


def test_an_act_taken_out_put_in_or_moved_is_found() -> None:
    lines = written(lived().acts)
    assert broken_at([*lines[:3], *lines[4:]]) == 4
    assert broken_at([*lines[:3], lines[2], *lines[3:]]) == 4
    assert broken_at([lines[0], lines[2], lines[1], *lines[3:]]) == 2
    assert broken_at(lines[1:]) == 1


def test_a_cut_off_end_is_found_by_the_anchor_kept_elsewhere() -> None:
    life = lived()
    cut = replay(life.acts[:-1])
    assert verify(life.acts[:-1]).whole
    heads = {"2026-0302-0001": life.order.head, "2026-0302-0002": "sha256:0"}
    assert anchor(heads) != anchor({**heads, "2026-0302-0001": cut.head})
    assert anchor(heads) == anchor(dict(reversed(heads.items())))


def test_a_forger_who_seals_anew_breaks_the_next_act() -> None:
    acts = lived().acts
    forged = seal(replace(acts[2], why="另一个理由"))
    assert verify([*acts[:2], forged, *acts[3:]]).broken_at == 4


def test_a_sealed_act_that_the_table_could_not_have_made_does_not_fold() -> None:
    acts = lived().acts
    forged = seal(replace(acts[1], frm=State.SIGNED, to=State.ARCHIVED))
    assert verify([acts[0], forged]).broken_at == 2
    nonsense = seal(replace(acts[1], data={"unit": "NOT A UNIT"}))
    assert verify([acts[0], nonsense]).broken_at == 2


def test_retention_takes_the_words_and_leaves_the_proof() -> None:
    life = lived()
    acts = [erase(act) for act in life.acts]
    assert all(not act.why and not act.text for act in acts)
    assert verify(acts).whole
    assert replay(acts) == life.order
    some = [erase(act, ("text",)) for act in life.acts]
    assert verify(some).whole
    assert some[0].why
    assert erase(acts[0]) == acts[0]  # twice is once


@pytest.mark.parametrize("fake", [
    {"why": "sha256:" + "0" * 64}, {"why": ""}, {"note": "x"}, {"text": "sha256:" + "0" * 64, "why": "x"}])
def test_a_forged_erasure_is_found(fake: dict[str, str]) -> None:
    acts = lived().acts
    assert verify([*acts[:2], replace(acts[2], erased=fake, why="", text=""), *acts[3:]]).broken_at == 3
    assert verify([*acts[:2], replace(acts[2], erased=fake), *acts[3:]]).broken_at == 3


def test_words_cannot_be_changed_behind_a_true_digest() -> None:
    acts = lived().acts
    gone = erase(acts[2])
    assert verify([*acts[:2], replace(gone, why="换了的理由"), *acts[3:]]).broken_at == 3


@pytest.mark.parametrize("name", [name for name in STRONG if name in hashlib.algorithms_available])
def test_the_digest_is_pluggable(name: str) -> None:
    life = Life()
    order, act = advance(life.order, life.wish(Do.DISPATCH, OFFICE, unit="housing"), DEFAULT, digest_named(name))
    assert order.head.startswith(f"{name}:")
    assert verify([*life.acts, act]).whole  # a chain may change its digest on the way


@pytest.mark.parametrize("name", ["md5", "sha1", "shake_128", "", "sm9"])
def test_a_weak_or_unknown_digest_is_refused_and_not_believed(name: str) -> None:
    with pytest.raises(BrokenHistory) as caught:
        digest_named(name)
    assert caught.value.fix
    acts = lived().acts
    assert verify([replace(acts[0], digest=f"{name}:{'0' * 32}")]).broken_at == 1


def test_an_empty_history_and_a_history_without_a_beginning_are_refused() -> None:
    for acts in ([], lived().acts[1:]):
        with pytest.raises(BrokenHistory):
            replay(acts)
    assert verify([]).whole


@pytest.mark.parametrize("spoil", [
    {"do": "nothing"}, {"role": "king"}, {"to": "heaven"}, {"frm": 3}, {"unsure": None}, {"extra": 1}])
def test_a_record_that_is_no_act_is_refused(spoil: dict[str, Any]) -> None:
    with pytest.raises(BrokenHistory):
        act_from({**act_fields(lived().acts[0]), **spoil})
    short = act_fields(lived().acts[0])
    del short["do"]
    with pytest.raises(BrokenHistory):
        act_from(short)


def test_the_history_says_who_role_when_what_from_to_why_and_for_whom() -> None:
    life = Life(report()).do(Do.SUBMIT, AGENT)
    act = life.acts[1]
    assert (act.by, act.role.value, act.at, act.do.value, act.frm, act.to, act.why, act.on_behalf) == (
        "wang", "agent", life.now, "submit", State.ACCEPTED, State.AWAITING, "因为如此", "")


def test_what_was_promised_does_not_change_with_a_later_policy_or_calendar() -> None:
    life = lived()
    assert replay(life.acts).rounds == life.order.rounds  # neither policy nor calendar is asked
    assert life.do(Do.DISPATCH, OFFICE2, unit="housing").acts[-1].terms["part"]
