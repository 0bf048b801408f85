"""Rules of terms and of signature by form: added, changed, moved, taken away; refused at the field they are about."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.people.staff import Staff
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.pictures import look
from workorders.life.policy import SEED_TERMS, Policy, TermRule, When
from workorders.life.words import Role

LONG = "长" * 10_000


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "‮逆向", "长" * 41])
def test_a_rule_has_a_name_that_reads_as_it_is(name: str) -> None:
    with pytest.raises(ValidationError):
        TermRule(name=name, when=When(), terms=SEED_TERMS[0].terms)
    assert TermRule(name=" \U0001f600 急 ", when=When(), terms=SEED_TERMS[0].terms).name == "\U0001f600 急"


async def newest(client: Any) -> dict[str, Any]:
    return dict((await client.get("/api/policy")).json()["policy"])


async def test_an_admin_changes_the_rules_by_keyboard_and_reads_what_it_changes_before(
        staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN)
        await page.goto("/policy")
        count = len(SEED_TERMS)
        await page.press("[data-add=terms]", "Enter")
        assert await page.evaluate("document.activeElement.dataset.r") == "name"
        row = page.locator("[data-rules=terms] > [data-rule]").nth(count - 1)  # before the rule for all the rest
        await page.keyboard.insert_text(LONG)
        assert len(await row.locator("[data-r=name]").input_value()) == 40
        await row.locator("[data-r=name]").fill("\x00‮")
        await row.locator("[data-at='terms.reply.amount']").fill("0")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[data-r=name][aria-invalid]:focus")  # at the field, not in a list of paths
        assert "terms." not in await page.inner_text("#policy-fault")
        said = await row.locator(".rule-fault").inner_text()
        assert "规则名称: 有看不见的字符" in said
        assert "答复: " in said
        await row.locator("[data-r=name]").fill("电梯困人\U0001f600")
        await row.locator("[data-at='terms.reply.amount']").fill("4")
        await row.locator("[data-at='terms.reply.unit']").select_option("hours")
        await row.locator("[data-w=kinds][value=help]").focus()
        await page.keyboard.press("Space")
        await row.locator("[data-w=fields][value=城市管理]").focus()
        await page.keyboard.press("Space")
        await row.locator("[data-w=more_tags]").fill("困人、电梯，困人")
        first = page.locator("[data-rules=terms] > [data-rule]").first
        await first.locator("[data-move='1']").press("Enter")
        assert await page.evaluate("document.activeElement.dataset.move") == "1"  # the focus goes with its rule
        inquiries = page.locator("[data-rules=terms] > [data-rule]:has([data-r=name][value=咨询])")
        await inquiries.locator("[data-remove]").press("Enter")
        signature = page.locator("[data-rules=signature] > [data-rule]")
        await signature.nth(1).locator(".when > summary").press("Enter")
        await signature.nth(1).locator("[data-w=tags][value=media]").focus()
        await page.keyboard.press("Space")  # off
        await signature.nth(0).locator("[data-remove]").press("Enter")
        await signature.nth(0).locator("[data-remove]").press("Enter")  # and kept after all
        await page.press("[data-add=signature]", "Enter")
        await signature.nth(2).locator("[data-w=urgency]").select_option("1")
        await look(page, "policy-rules")
        await page.press("[data-at='most_pauses']", "Enter")
        await page.wait_for_selector("#policy-change:not([hidden])")
        told = await page.inner_text("#policy-rows")
        assert "电梯困人\U0001f600" in told
        assert "困人 · 电梯" in told
        assert "紧急及以上" in told
        await page.fill("#policy-set [name=why]", "市府办〔2026〕9号")
        await page.press("#policy-set [name=why]", "Enter")
        await page.wait_for_selector("a[href='/policy/versions/1']")
        assert "电梯困人" in await page.content()
        kept = await newest(await signed_on(staff, "auditor", Role.AUDITOR))
        names = [rule["name"] for rule in kept["terms"]]
        assert names == ["水电气热", "危及生命财产", "紧急", "复杂", "电梯困人\U0001f600", "一般"]
        made = kept["terms"][4]
        assert made["terms"]["reply"] == {"amount": 4, "unit": "hours"}
        assert (made["when"]["kinds"], made["when"]["fields"], made["when"]["tags"]) == (
            ["help"], ["城市管理"], ["困人", "电梯"])
        assert [when["tags"] for when in kept["signature"]] == [[], ["mass_incident", "major"], []]
        assert (kept["signature"][0]["reports"], kept["signature"][2]["urgency"]) == (True, 1)
        assert kept["terms"][0] == Policy().model_dump(mode="json")["terms"][1]
        assert pages.loud == []


async def test_a_class_that_was_retired_stays_in_a_rule_that_names_it(staff: Staff, chromium: str) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    policy = await newest(admin)
    policy["signature"] = [{"fields": ["旧领域"], "tags": ["旧标记"]}]
    assert (await admin.put("/api/policy", json={"policy": policy, "why": "试行"}, headers={"If-Match": '"0"'})
            ).status_code == 200
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("deputy", Role.ADMIN)
        await page.goto("/policy")  # and somebody will be quicker
        await page.press("[data-rules=signature] .when > summary", "Enter")
        assert await page.is_checked("[data-w=fields][value=旧领域]")
        assert await page.input_value("[data-rules=signature] [data-w=more_tags]") == "旧标记"
        await admin.put("/api/policy", json={"policy": policy | {"most_pauses": 1}, "why": "又改"},
                        headers={"If-Match": '"1"'})
        await page.press("[data-at='most_extensions']", "Enter")
        await page.wait_for_selector("#policy-fault:not(:empty)")
        assert await page.is_hidden("#policy-change")


async def test_who_may_only_read_sees_rules_and_no_forms(staff: Staff) -> None:
    shown = (await (await signed_on(staff, "auditor", Role.AUDITOR)).get("/policy")).text
    assert "水电气热" in shown
    assert not any(mark in shown for mark in ("data-add", "data-remove", "when-editor", "data-move"))
