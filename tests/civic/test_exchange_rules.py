"""What may be exchanged, told and believed: scopes, secrecy, signatures, words, the brief for 110."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from workorders.exchange import documents, signature, telling
from workorders.exchange.brief import brief, spoken_number
from workorders.exchange.errors import BadDocument, BadSignature, ExchangeError, OutOfScope
from workorders.exchange.partners import Mapped, Partner, Scope, Takes, heard_from, spoken_to
from workorders.exchange.standing import STEPS, Event, Standing, step
from workorders.life.acts import Actor, Wish
from workorders.life.history import advance
from workorders.life.matters import Classification, Matter, Place
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import Asker, Confidentiality, Do, Kind, Role, Urgency

SECRET, NOW, ZONE = "0123456789abcdef0123456789abcdef", 1_800_000_000.0, ZoneInfo("Asia/Shanghai")
WORDS = {"summary": "路灯不亮，见 https://example.org/a?b=1 的照片", "address": "中山路 1 号", "name": "张三",
         "number": "13800001234"}
POLICE = Partner(id="110", name="市公安局110", address="http://10.0.0.1", scopes=frozenset(Scope), unit="police")


def _order(**changes: object) -> Order:
    matter = Matter(kind=Kind.HELP, classification=Classification(first="城市管理", second="市政", third="路灯"),
                    place=Place(district="城东区", street="中山街道"))
    data = {"number": "2027-0115-0042", "matter": matter.model_copy(update=changes).model_dump(mode="json")}
    order, _ = advance(None, Wish(Do.ACCEPT, Actor("a1", Role.AGENT), NOW, data=data), Rules())
    return order


def test_a_signature_holds_for_its_bytes_its_addressee_and_five_minutes() -> None:
    header = signature.sign(SECRET, "m-1", "hotline", b"{}", NOW)
    assert signature.check(SECRET, header, "hotline", b"{}", NOW + 299) == signature.Signed(NOW, "m-1")
    for secret, to, body, now in ((SECRET, "other", b"{}", NOW), (SECRET, "hotline", b"{ }", NOW),
                                  (SECRET[::-1], "hotline", b"{}", NOW), (SECRET, "hotline", b"{}", NOW + 302)):
        with pytest.raises(BadSignature):
            signature.check(secret, header, to, body, now)
    for odd in ("", "v1=abc", header.replace("m-1", "m-2"), header + ",x=1", "t=" + "9" * 400):
        with pytest.raises(BadSignature):
            signature.check(SECRET, odd, "hotline", b"{}", NOW)


def test_a_partner_is_told_what_its_scopes_allow_and_no_more() -> None:
    order = _order()
    assert set(telling.visible(order, frozenset({Scope.SUMMARY}), WORDS)) == {"summary"}
    assert telling.visible(order, frozenset(Scope), WORDS) == WORDS
    bare = telling.told(order, replace_scopes(POLICE, frozenset()), WORDS)
    assert not {"summary", "address", "name", "number"} & bare.keys()


def replace_scopes(partner: Partner, scopes: frozenset[Scope]) -> Partner:
    return partner.model_copy(update={"scopes": scopes})


@pytest.mark.parametrize("level", [Confidentiality.CALLER, Confidentiality.REPORT])
def test_a_citizen_who_is_hidden_stays_hidden_whatever_the_scopes_say(level: Confidentiality) -> None:
    told = telling.told(_order(confidentiality=level), POLICE, WORDS)
    assert not {"address", "name", "number"} & told.keys()
    assert "13800001234" not in json.dumps(told)


def test_a_report_goes_neither_to_whom_it_is_against_nor_to_whom_reports_are_not_given() -> None:
    report = _order(kind=Kind.REPORT, complained_of=("police",))
    with pytest.raises(OutOfScope, match="被举报单位"):
        telling.may_hand_over(report, POLICE)
    province = POLICE.model_copy(update={"unit": "", "scopes": frozenset({Scope.SUMMARY})})
    with pytest.raises(OutOfScope, match="不能把举报移交"):
        telling.may_hand_over(report, province)


def test_what_a_partner_may_give_is_data_but_where_life_is_in_danger_nothing_is_refused() -> None:
    narrow = POLICE.model_copy(update={"gives": Takes(kinds=(Kind.INQUIRY,)), "scopes": frozenset()})
    help_, danger = documents.Content(kind=Kind.HELP), documents.Content(kind=Kind.HELP, urgency=Urgency.EMERGENCY)
    with pytest.raises(OutOfScope, match="不接收这类事项：求助"):
        telling.may_give(help_, narrow)
    telling.may_give(danger, narrow)
    with pytest.raises(OutOfScope, match="举报不能由此渠道"):
        telling.may_give(documents.Content(kind=Kind.REPORT), narrow)
    with pytest.raises(OutOfScope, match="不接收你方移交"):
        telling.may_give(help_, narrow.model_copy(update={"direction": "out"}))


def test_each_side_speaks_its_own_words() -> None:
    mapping = Mapped(names={"kind": "sqlx", "district": "qx"}, values={"kind": {"help": "02", "complaint": "03"}})
    ours = {"kind": "help", "district": "城东区", "first": "城市管理"}
    theirs = spoken_to(mapping, ours)
    assert theirs == {"sqlx": "02", "qx": "城东区", "first": "城市管理"}
    assert heard_from(mapping, theirs) == ours


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 5000, b'{"verb":"hand_over"}',
                                  b"x" * (documents.LIMIT + 1)])
def test_a_document_that_cannot_be_read_is_refused_with_what_to_do(body: bytes) -> None:
    with pytest.raises(BadDocument) as refused:
        documents.decode(body)
    assert refused.value.fix


def test_a_field_we_do_not_know_is_passed_over() -> None:
    document = documents.Document(verb="progress", sender="a", addressee="b", reference="1", at=NOW)
    grown = {**document.model_dump(mode="json"), "newer": True}
    assert documents.decode(json.dumps(grown).encode()) == document


def test_the_brief_for_110_can_be_read_aloud_and_has_no_link() -> None:
    found = brief(_order(urgency=Urgency.URGENT), WORDS, ZONE, "市路灯管理所")
    assert "http" not in found.text
    assert "http" not in json.dumps(found.data)
    for words in ("求助，紧急", "城东区中山街道中山路 1 号", "市民张三，电话 幺三八 零零零零 幺二三四",
                  "现由市路灯管理所办理", "请记录贵方编号"):
        assert words in found.text
    assert all(len(line) < 260 for line in found.text.splitlines())
    assert spoken_number("119") == "幺幺九"


def test_a_brief_without_a_name_says_how_to_reach_the_citizen() -> None:
    hidden = _order(confidentiality=Confidentiality.CALLER, asker=Asker.ENTERPRISE)
    text = brief(hidden, telling.visible(hidden, frozenset(Scope), WORDS), ZONE).text
    assert "企业身份不便告知，需要联系时请拨 12345 转接" in text
    assert "幺三八" not in text


def test_every_standing_is_reached_and_nothing_else_moves() -> None:
    assert {row.to for row in STEPS} | {Standing.ASKED, Standing.OWED} == set(Standing)
    allowed = {(row.frm, row.event) for row in STEPS}
    for frm in Standing:
        for event in Event:
            if (frm, event) not in allowed:
                with pytest.raises(ExchangeError):
                    step(frm, event)


def test_an_order_leaves_us_only_with_the_others_yes() -> None:
    assert step(Standing.ASKED, Event.ACCEPTED).do is Do.HAND_OVER
    assert step(Standing.ASKED, Event.REFUSED).do is Do.NOTE
    assert replace(step(Standing.TAKEN, Event.RESULT)).do is Do.RESULT_BACK
