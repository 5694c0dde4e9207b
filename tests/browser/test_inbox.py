"""From the form to the status page: an investor writes, staff assign and answer, and the investor sees it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal
from tests.browser.steps import UNHURRIED, fill_in, send, staff_at, until

pytestmark = pytest.mark.browser


def test_a_lead_is_assigned_and_answered_and_its_sender_sees_it(open_page: Callable[..., Page], portal: Portal) -> None:
    company = f"Works {time.time_ns()}"
    page = open_page("/en/invest?sector=electronics", script=False)
    fill_in(page, company)
    page.wait_for_timeout(UNHURRIED)
    send(page)
    reference, code = page.locator("dl.receipt strong").inner_text(), page.locator("dl.receipt code").inner_text()

    staff = staff_at(open_page, portal, "/leads?quarantine=1", company)
    staff.locator("tr", has_text=company).get_by_role("link").click()
    staff.locator("form[action$=release] button").click()
    assert "Electronic information queue" in staff.locator("main").inner_text()
    assert "sector = 电子 / Electronics" in staff.locator("main").inner_text()
    # The sender comes back another day, with what the receipt told.
    later = open_page("/en/receipt/", script=False)
    later.fill("#reference", reference)
    later.fill("#code", code)
    later.locator("main form button").click()
    # What the sender is promised is what staff work by.
    promised = later.locator("dt", has_text="We answer by").locator("xpath=following-sibling::dd[1]").locator("time")
    due = staff.locator("li", has_text="To be answered by").locator("time")
    assert due.inner_text() == promised.get_attribute("datetime")
    until(later, "Assigned")
    assert "Electronic information queue" in later.locator("main").inner_text()
    assert "Answered" not in later.locator("main").inner_text()

    staff.select_option("#assignee", label="Administrator")
    save(staff)
    staff.goto(f"{portal.inbox}/leads?assignee=me")
    staff.locator("tr", has_text=company).get_by_role("link").click()
    staff.select_option("#state", "contacted")
    staff.fill("#note", "Rang, they will send plans.")
    save(staff)
    assert "Rang, they will send plans." in staff.locator(".history").inner_text()
    until(later, "Answered")
    assert "grace@example.com" not in later.content()


def save(staff: Page) -> None:
    with staff.expect_navigation():
        staff.locator("form.work button[type=submit]").click()
    assert staff.locator("[role=alert]").count() == 0
