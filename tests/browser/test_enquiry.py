"""An investor writes in without JavaScript, by keyboard alone; staff find the lead in the inbox, once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal
from tests.browser.keyboard import Keyboard
from tests.browser.steps import MESSAGE, UNHURRIED, fill_in, send, staff_at

pytestmark = pytest.mark.browser


def test_faults_are_listed_with_links_and_answers_are_kept(open_page: Callable[..., Page]) -> None:
    page = open_page("/en/invest", script=False)
    page.fill("[name=name]", "Ada Example")
    page.fill("[name=email]", "not an address")
    page.locator("main form button[type=submit]").last.click()
    assert page.locator("h1").count() == 1
    summary = page.locator(".form-summary")
    assert summary.is_visible()
    target = summary.locator("a").first.get_attribute("href")
    assert target is not None
    assert page.locator(target).count() == 1
    assert page.input_value("[name=name]") == "Ada Example"
    assert page.input_value("[name=email]") == "not an address"


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_a_lead_reaches_the_inbox_once_by_keyboard_alone(
    open_page: Callable[..., Page], portal: Portal, locale: str
) -> None:
    company = f"Example Works {locale} {time.time_ns()}"
    keys = Keyboard(open_page(f"/{locale}/invest?opportunity=semiconductors", script=False))
    page = keys.page
    assert page.locator("input[name=opportunities][value=semiconductors]").is_checked()
    for name, typed in (("name", "Grace Example"), ("email", "grace@example.com"), ("company", company)):
        keys.to(f"[name={name}]")
        page.keyboard.type(typed)
    keys.choose("[name=country]", "DE")
    keys.to("[name=message]")
    page.keyboard.type("We make sputtering targets.")
    keys.tick("input[name=consent_email]")
    page.wait_for_timeout(UNHURRIED)
    keys.press("main form button[value=check]")
    assert company in page.locator("main").inner_text()
    keys.press("main form button[value=send]")
    assert f"/{locale}/receipt/" in page.url
    assert "grace@example.com" not in page.content()

    # Without scripts there is no proof of work: staff look at such a lead first.
    staff = staff_at(open_page, portal, "/leads?quarantine=1", company)
    assert staff.get_by_text(company).count() == 1
    staff.locator("tr", has_text=company).get_by_role("link").click()
    assert "We make sputtering targets." in staff.locator("main").inner_text()


def quarantined(portal: Portal, page: Page) -> bool:
    """Whether the portal keeps the inquiry of this receipt apart."""
    reference = page.url.partition("/receipt/")[2].partition("?")[0]
    with sqlite3.connect(portal.var / "portal" / "portal.db") as connection:
        row = connection.execute("SELECT quarantined FROM submission WHERE reference = ?", (reference,)).fetchone()
    return bool(row[0])


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_with_a_script_the_work_is_proved_and_without_one_the_receipt_comes_too(
    open_page: Callable[..., Page], portal: Portal, script: bool
) -> None:
    page = open_page("/en/invest", script=script)
    page.wait_for_timeout(UNHURRIED)
    fill_in(page, "Proof Works")
    send(page)
    assert page.locator("h1").count() == 1
    assert quarantined(portal, page) is not script


def test_the_script_helps_and_keeps_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page("/en/invest")
    groups = page.locator("#opportunities details")
    assert groups.count() > 10
    page.check("#sectors-biotechnology")
    assert page.locator("#opportunities details:visible").count() == 1
    assert page.locator("#opportunities details[open]").get_attribute("data-sector") == "biotechnology"
    page.uncheck("#sectors-biotechnology")
    assert page.locator("#opportunities details:visible").count() == groups.count()
    page.fill("[name=message]", "x" * 4990)
    assert page.get_by_text("Characters left: 10", exact=True).is_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_faults_have_the_focus_and_an_answer_can_be_changed(open_page: Callable[..., Page], script: bool) -> None:
    page = open_page("/en/invest", script=script)
    fill_in(page, "Change Works")
    page.fill("[name=phone]", "030 1234567")
    page.click("main form button[value=check]")
    assert page.title().startswith("Error:")
    assert page.locator("#error-summary:focus").count() == 1
    assert "+49" in page.locator("#error-summary").inner_text()
    page.locator("#error-summary a").click()
    assert page.locator("#phone:focus").count() == 1
    page.fill("[name=phone]", "+49 30 1234567")
    page.click("main form button[value=check]")
    page.get_by_role("button", name="Change Your message").click()
    page.wait_for_url("**/invest#message")
    assert page.input_value("[name=message]") == MESSAGE
    assert page.locator("#message").is_visible()
