"""What a policy asks a unit's reply to bring: said by name, counted once, and only from the unit that answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.life.lives import DEFAULT, HOUSING, HOUSING_LEAD, OFFICE, OFFICE2, STREET, WATER, WATER_LEAD, Life, when
from workorders.life.bring import brought_for
from workorders.life.errors import NeedsMore
from workorders.life.offers import open_acts
from workorders.life.policy import BringRule, Media, Policy, Rules, When
from workorders.life.words import Do, Kind, State

PHOTO = BringRule(name="整改后的照片", when=When(kinds=(Kind.COMPLAINT,), fields=("城市管理",)), media=("picture",))
CLASSED = {"kind": "complaint", "classification": {"first": "城市管理", "second": "市政", "third": "井盖"}}


def asking(*rules: BringRule) -> Rules:
    return replace(DEFAULT, policy=Policy(bring=rules))


def file(media_type: str = "image/jpeg", n: int = 1) -> dict[str, Any]:
    return {"id": f"att-{n:016x}", "media_type": media_type, "sha256": "0" * 64}


def test_a_reply_without_the_photograph_is_refused_by_its_name_and_with_it_goes() -> None:
    life = Life(CLASSED, rules=asking(PHOTO)).dispatched().handling()
    said = life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    assert said == "按政策“整改后的照片”，报称已解决的答复须附图片，本单位还没有上传"
    life.do(Do.NOTE, HOUSING, file=file("application/pdf")).no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.do(Do.NOTE, HOUSING, file=file()).do(Do.REPLY, HOUSING_LEAD, solved=True)
    assert life.state is State.REPLIED


@pytest.mark.parametrize("matter", [{"kind": "inquiry", "classification": CLASSED["classification"]},
                                    {"kind": "complaint", "classification": {"first": "通信"}}, {"kind": "complaint"}])
def test_what_no_rule_names_brings_nothing(matter: dict[str, Any]) -> None:
    assert Life(matter, rules=asking(PHOTO)).dispatched().replied().state is State.REPLIED
    assert Life(CLASSED).dispatched().replied().state is State.REPLIED


def test_a_rule_may_name_the_second_level_and_ask_every_reply() -> None:
    rule = BringRule(name="现场记录", when=When(matters=("市政",)), only_solved=False)
    life = Life(CLASSED, rules=asking(rule)).dispatched().handling()
    refused = life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=False)
    assert refused == "按政策“现场记录”，答复须附附件，本单位还没有上传"
    life.do(Do.NOTE, HOUSING, file=file("text/plain")).do(Do.REPLY, HOUSING_LEAD, solved=False)


def test_a_unit_that_could_not_solve_it_has_nothing_to_photograph() -> None:
    life = Life(CLASSED, rules=asking(PHOTO)).dispatched().handling()
    assert life.do(Do.REPLY, HOUSING_LEAD, solved=False).state is State.REPLIED


def test_files_of_others_do_not_count_and_those_of_a_unit_handed_down_to_do() -> None:
    life = Life(CLASSED, rules=asking(PHOTO)).dispatched(joint=["water"]).handling()
    life.do(Do.NOTE, OFFICE, file=file(n=1)).do(Do.NOTE, WATER, file=file(n=2))
    life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.do(Do.SIGN_FOR, WATER_LEAD).do(Do.REPLY, WATER_LEAD, solved=True)
    life.do(Do.HAND_DOWN, HOUSING_LEAD, unit="street", due=when("2026-03-04 09:00"))
    life.do(Do.NOTE, STREET, file=file(n=3)).do(Do.REPLY, HOUSING_LEAD, solved=True)


def test_a_joint_unit_brings_its_own() -> None:
    life = Life(CLASSED, rules=asking(PHOTO)).dispatched(joint=["water"]).do(Do.SIGN_FOR, WATER_LEAD)
    life.do(Do.NOTE, HOUSING, file=file()).no(NeedsMore, Do.REPLY, WATER_LEAD, solved=True)


def test_what_was_sent_back_is_not_shown_done_by_the_same_picture() -> None:
    life = Life(CLASSED, rules=asking(PHOTO)).dispatched().do(Do.NOTE, HOUSING, file=file()).replied()
    life.do(Do.REWORK, OFFICE2).no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.do(Do.NOTE, HOUSING, file=file(n=2)).do(Do.REPLY, HOUSING_LEAD, solved=True)


def test_every_rule_that_fits_is_asked_for_and_the_offer_says_which_is_there() -> None:
    film = PHOTO.model_copy(update={"name": "施工视频", "media": ("film", "sound")})
    life = Life(CLASSED, rules=asking(PHOTO, film)).dispatched().handling().do(Do.NOTE, HOUSING, file=file())
    assert "施工视频" in life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    offer = next(one for one in open_acts(life.order, HOUSING_LEAD, life.rules, life.now) if one.do is Do.REPLY)
    assert [(one.says, one.there) for one in offer.brings] == [
        ("按政策“整改后的照片”，报称已解决的答复须附图片", True),
        ("按政策“施工视频”，报称已解决的答复须附视频或录音", False)]


@pytest.mark.parametrize(("media_type", "media"), [
    ("image/heic", "picture"), ("video/mp4", "film"), ("audio/amr", "sound"), ("application/pdf", "document"),
    ("text/plain", "document")])
def test_a_file_is_a_picture_a_film_a_sound_or_a_document(media_type: str, media: Media) -> None:
    life = Life(CLASSED, rules=asking(PHOTO.model_copy(update={"media": (media,)}))).dispatched()
    life.do(Do.NOTE, HOUSING, file=file(media_type))
    leading = life.order.leading
    assert leading is not None
    assert [one.there for one in brought_for(life.order, leading, life.rules.policy)] == [True]
