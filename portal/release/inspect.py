"""Looks at rendered HTML: its words, ids and links, so that a release with a broken link is never made live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

_SILENT = {"script", "style", "template"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Inspected:
    """What a page holds: visible words of `main`, ids, links (as written), and the languages of its text."""

    words: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    #: (language, text) of every stretch of text in the body
    spoken: list[tuple[str, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    lang: str = ""

    @property
    def text(self) -> str:
        """The visible words of `main`, joined without spaces between inline elements."""
        return "".join(self.words)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Inspected()
        self._stack: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or (self._stack[-1][1] if self._stack else "")
        if tag == "html":
            self.found.lang = lang or ""
        if tag not in _VOID:
            self._stack.append((tag, lang or ""))
        if given.get("id"):
            self.found.ids.add(str(given["id"]))
        for name in ("href", "src", "action", "cite"):
            if given.get(name):
                self.found.links.append(str(given[name]))
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.found.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if all(tag != open_tag for open_tag, _ in self._stack):
            return
        while self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._stack}
        if tags & _SILENT or "body" not in tags:
            return
        if data.strip():
            self.found.spoken.append((self._stack[-1][1], data.strip()))
        if "main" in tags:
            self.found.words.append(data)


def look(html: str) -> Inspected:
    """Inspect one page."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.found


def broken_links(pages: Mapping[str, Inspected], others: Iterable[str]) -> list[tuple[str, str]]:
    """(page, link) for every link of `pages` (by address) that leads to no page, asset or id; `others` also exist."""
    known = set(others) | set(pages)
    broken: list[tuple[str, str]] = []
    for address, page in pages.items():
        for link in page.links:
            parts = urlsplit(urljoin(f"http://site{address}", link))
            if parts.netloc != "site" or parts.scheme not in ("http", "https"):
                continue
            path, fragment = unquote(parts.path), unquote(parts.fragment)
            if path not in known or (fragment and path in pages and fragment not in pages[path].ids):
                broken.append((address, link))
    return broken
