"""The pages over HTTP: who gets in, what an error page says, which headers keep a page safe."""

from __future__ import annotations

import re

import pytest

from core.settings import Settings
from tests.people.staff import PASSWORD, Staff
from tests.web.http import browser, signed_on
from web.headers import POLICY
from web.switch_socket import for_switch
from web.texts import catalogue
from workorders.life.words import Role

KEY = "0" * 32


async def test_who_is_not_signed_on_is_led_to_the_sign_on_page_and_back(staff: Staff) -> None:
    await staff.person("wangmin", Role.AGENT, agent="a1004")
    client = await browser(staff)
    answer = await client.get("/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-on?next=/desk")
    page = await client.get(answer.headers["location"])
    assert '<html lang="zh-CN"' in page.text
    answer = await client.post("/sign-on", data={"login": "wangmin", "password": PASSWORD, "next": "/desk"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/\\example.org"])
async def test_the_sign_on_page_leads_nobody_to_another_site(staff: Staff, target: str) -> None:
    await staff.person("wangmin", Role.QUALITY)
    client = await browser(staff)
    answer = await client.post("/sign-on", data={"login": "wangmin", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


async def test_a_wrong_password_is_said_in_words_and_the_login_stays(staff: Staff) -> None:
    client = await browser(staff)
    answer = await client.post("/sign-on", data={"login": "<b>wang", "password": "wrong"})
    assert answer.status_code == 401
    assert "登录名或密码不对" in answer.text
    assert 'value="&lt;b&gt;wang"' in answer.text


async def test_who_must_change_the_password_is_led_there_and_nowhere_else(staff: Staff) -> None:
    client = await signed_on(staff, "wangmin", Role.AGENT, agent="a1004", fresh=True)
    assert (await client.get("/desk")).headers["location"] == "/password"
    assert "改成自己的" in (await client.get("/password")).text
    new = {"old": PASSWORD, "new": "另一句很长的话 battery staple"}
    differ = await client.post("/password", data=new | {"again": "x"})
    assert "两次输入的新密码不一样" in differ.text
    done = await client.post("/password", data=new | {"again": new["new"]})
    assert (done.status_code, done.headers["hx-redirect"]) == (204, "/")


async def test_nothing_is_changed_by_a_request_from_another_page(staff: Staff) -> None:
    client = await signed_on(staff, "wangmin", Role.AGENT, agent="a1004")
    del client.headers["X-CSRF-Token"]
    assert (await client.post("/sign-off")).status_code == 403
    assert (await client.put(f"/desk/order/{KEY}", json={"summary": "x"})).status_code == 403


async def test_who_signs_off_is_not_rung_in_that_page_any_more(staff: Staff) -> None:
    client = await signed_on(staff, "wangmin", Role.AGENT, agent="a1004")
    answer = await client.post("/sign-off")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/sign-on")
    assert ("phone.close", {"agent": "a1004"}) in staff.house.controller.asked
    assert (await client.get("/desk")).status_code == 303


async def test_whoever_keeps_the_house_is_led_to_its_people_and_who_has_no_desk_is_told_so(staff: Staff) -> None:
    client = await signed_on(staff, "zhou", Role.ADMIN)
    assert (await client.get("/")).headers["location"] == "/people"
    assert "zhou" in (await client.get("/home")).text
    assert (await client.get("/desk")).status_code == 403


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/static/nowhere.js", 404), ("/desk/order/odd", 303)])
async def test_every_error_page_names_12345_and_programs_still_get_problems(
    staff: Staff, path: str, status: int,
) -> None:
    client = await browser(staff)
    answer = await client.get(path)
    assert answer.status_code == status
    if status != 303:
        assert 'href="tel:12345"' in answer.text
        assert re.search(r"<code>[0-9A-F]{8}</code>", answer.text)
    problem = await client.get("/api/nowhere", headers={"Accept": "application/json"})
    assert problem.json()["code"] == "not_found"


async def test_a_desk_without_its_controller_says_that_calls_go_on(staff: Staff) -> None:
    client = await signed_on(staff, "wangmin", Role.AGENT, agent="a1004")
    await staff.house.controller.server.stop()
    answer = await client.get("/desk")
    assert answer.status_code == 503
    assert "正在进行的通话不受影响" in answer.text


async def test_no_answer_lets_a_page_run_what_is_not_ours(staff: Staff) -> None:
    client = await browser(staff)
    for path in ("/sign-on", "/nowhere", "/health"):
        assert (await client.get(path)).headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    text = (await client.get("/sign-on")).text
    assert re.findall(r"""\s(?:style|on\w+)=["']""", text) == []
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", text) == []


async def test_a_chosen_language_size_and_theme_are_in_the_page_from_the_start(staff: Staff) -> None:
    client = await browser(staff)
    client.cookies.update({"hotline_language": "en", "hotline_size": "large", "hotline_theme": "\"><script>"})
    text = (await client.get("/sign-on")).text
    assert '<html lang="en" data-theme="auto" data-size="large"' in text
    assert "Sign on" in text
    assert "Demo City government hotline" in text  # a name, not Chinese in the middle of English


@pytest.mark.parametrize(("city", "english", "shown"), [
    ("云溪市", "Yunxi", "Yunxi"), ("云溪市", "", "云溪市"), ("示范市", "", "Demo City"),
    ("示范市", "Our Town", "Our Town")])
def test_english_pages_call_the_city_by_its_english_name_where_it_has_one(
        home: Settings, city: str, english: str, shown: str) -> None:
    ours = home.model_copy(update={"city": city, "city_english": english})
    assert (ours.city_in("en"), ours.city_in("zh-CN")) == (shown, city)


def test_a_figure_s_age_is_said_in_one_wording_wherever_it_stands() -> None:
    for language, wording in (("zh-CN", "数据"), ("en", "As of")):
        texts = catalogue(language)
        assert {texts[key].split(" {clock}")[0][:len(wording)] for key in
                ("js.desk.age", "js.wall.live", "js.wall.stale", "wall.live", "wall.stands")} == {wording}


def test_the_switch_gets_the_upgrade_and_nothing_of_the_session() -> None:
    head = (b"GET /ws?x=1 HTTP/1.1\r\nhost: a.example\r\ncookie: hotline_session=secret\r\nupgrade: websocket\r\n"
            b"connection: Upgrade\r\nsec-websocket-key: k\r\nsec-websocket-protocol: sip\r\nx-forwarded-for: 1\r\n\r\n")
    sent = for_switch(head)
    assert sent.startswith(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    assert b"sec-websocket-protocol: sip" in sent
    assert b"secret" not in sent
    assert b"forwarded" not in sent


async def test_nobody_rings_from_a_page_outside_the_demonstration(staff: Staff) -> None:
    client = await browser(staff)
    assert (await client.get("/telephone")).status_code == 404
    assert (await client.post("/telephone/secret")).status_code in (404, 405)
