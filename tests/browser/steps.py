"""What investors and staff do in a browser, step by step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal

Open = Callable[..., Page]
MESSAGE = "We make sputtering targets.\nAnd masks."
#: milliseconds: an answer in under three seconds counts as a machine's
UNHURRIED = 3200


def fill_in(page: Page, company: str) -> None:
    """Answer what the form requires."""
    page.fill("[name=name]", "Grace Example")
    page.fill("[name=email]", "grace@example.com")
    page.fill("[name=company]", company)
    page.select_option("[name=country]", "DE")
    page.fill("[name=message]", MESSAGE)
    page.check("input[name=consent_email]")


def send(page: Page) -> None:
    """From the filled-in form to its receipt."""
    page.click("main form button[value=check]")
    page.click("main form button[value=send]")
    page.wait_for_url("**/receipt/**")


def staff_at(open_page: Open, portal: Portal, path: str, words: str) -> Page:
    """A page of the inbox that somebody of the staff, logged in, keeps open until `words` stand on it."""
    page = open_page(f"{portal.inbox}/login", script=False)
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", portal.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{portal.inbox}{path}")
    until(page, words)
    return page


def until(page: Page, words: str) -> None:
    """Reload until the page's main part holds the words; fails after a minute."""
    for _ in range(60):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(1000)
        page.reload()
    pytest.fail(f"{page.url} does not say {words!r}")
