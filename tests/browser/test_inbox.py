"""From the form to the status page: an investor writes, staff assign and answer, and the investor sees it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser


def until(page: Page, words: str) -> None:
    """Reload until the page's main part holds the words; fails after a minute."""
    for _ in range(60):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(1000)
        page.reload()
    pytest.fail(f"{page.url} does not say {words!r}")


def test_a_lead_is_assigned_and_answered_and_its_sender_sees_it(open_page: Callable[..., Page], portal: Portal) -> None:
    company = f"Works {time.time_ns()}"
    page = open_page("/en/invest?sector=electronics", script=False)
    page.fill("[name=name]", "Grace Example")
    page.fill("[name=email]", "grace@example.com")
    page.fill("[name=company]", company)
    page.select_option("[name=country]", "DE")
    page.fill("[name=message]", "We make sputtering targets.")
    page.check("input[name=consent_email]")
    page.wait_for_timeout(3200)  # an answer in under three seconds counts as a machine's
    page.locator("main form button[type=submit]").last.click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/en/receipt/**")

    staff = open_page(f"{portal.inbox}/login", script=False)
    staff.fill("[name=login]", "admin")
    staff.fill("[name=password]", portal.password)
    staff.locator("main button[type=submit]").click()
    staff.goto(f"{portal.inbox}/leads?quarantine=1")
    until(staff, company)
    staff.locator("tr", has_text=company).get_by_role("link").click()
    staff.locator("form[action$=release] button").click()
    assert "Electronic information queue" in staff.locator("main").inner_text()
    assert "sector = 电子 / Electronics" in staff.locator("main").inner_text()
    until(page, "Assigned")
    staff.select_option("#state", "contacted")
    staff.select_option("#assignee", index=1)
    staff.fill("#note", "Rang, they will send plans.")
    staff.locator("form.work button[type=submit]").click()
    assert "Rang, they will send plans." in staff.locator(".history").inner_text()
    until(page, "Answered")
    assert "grace@example.com" not in page.content()
