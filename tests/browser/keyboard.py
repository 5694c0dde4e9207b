"""A reader with a keyboard only: every step is checked for a visible focus, a sensible order and the width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

#: the focused element: how it is outlined, whether it comes after the last one
FOCUS = """() => {
  const now = document.activeElement, style = getComputedStyle(now);
  const name = now === document.body ? "" : now.outerHTML.slice(0, 120);
  const follows = window.lastFocus && window.lastFocus.isConnected
    ? Boolean(window.lastFocus.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING) : true;
  window.lastFocus = now;
  return {
    name, follows,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""
#: whether it can be seen; a browser scrolls to it within a moment
IN_SIGHT = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""


class Keyboard:
    """Goes through a page by Tab, Space, arrows and Enter, and fails where the focus cannot be followed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0
        self._look()

    def _look(self) -> None:
        size = self.page.viewport_size
        assert size is not None
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{self.page.url} is {width} wide"
        assert self.page.locator("h1").count() == 1, self.page.url
        assert self.page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0

    def to(self, selector: str) -> None:
        """Press Tab until the focus is on the element; fails after 400 presses."""
        for _ in range(400):
            self.page.keyboard.press("Tab")
            self.steps += 1
            focus = self.page.evaluate(FOCUS)
            if focus["name"]:
                assert focus["outlined"], f"{self.page.url}: no outline: {focus['name']}"
                assert self._in_sight(), f"{self.page.url}: focus out of sight: {focus['name']}"
                assert focus["follows"], f"{self.page.url}: focus jumps back: {focus['name']}"
            if self.page.locator(f"{selector}:focus").count():
                return
        pytest.fail(f"{self.page.url}: the keyboard does not reach {selector}")

    def _in_sight(self) -> bool:
        for _ in range(200):
            if self.page.evaluate(IN_SIGHT):
                return True
            self.page.wait_for_timeout(50)
        return False

    def choose(self, selector: str, value: str) -> None:
        """Go to a list of choices and step down to `value`."""
        self.to(selector)
        for _ in range(100):
            if self.page.input_value(selector) == value:
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{selector} does not offer {value}")

    def tick(self, selector: str) -> None:
        """Go to a box and tick it."""
        self.to(selector)
        self.page.keyboard.press("Space")
        assert self.page.locator(selector).is_checked()

    def press(self, selector: str) -> None:
        """Go to a link or button, press Enter, and arrive on the next page."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._look()
