"""Markdown bodies -> HTML. Raw HTML stays literal text; links go through the catalog, so that none can dangle."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

#: schemes an editor may write, beside https: and mailto:
SCHEMES = (
    "plan", "sector", "opportunity", "region", "park", "policy", "event", "guide", "story", "source", "figure", "page"
)  # fmt: skip
#: entry scheme -> collection
COLLECTION_OF = {
    "sector": "sectors", "opportunity": "opportunities", "region": "regions", "park": "parks", "policy": "policies",
    "event": "events", "guide": "guides", "story": "stories",
}  # fmt: skip
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "code", "blockquote", "table", "thead", "tbody",
         "tr", "th", "td", "hr", "br", "data", "pre", "span"}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """What a link in a body becomes: its address, its text when the editor left it empty, its HTML class."""

    href: str
    text: str = ""
    css: str = ""


Resolver = Callable[[str, str], Link | None]


def _is_cjk(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F") if char else False


class _State(StateInline):
    """Delimiter runs beside Chinese text open and close although a full-width mark stands next to them.

    CommonMark's flanking rule counts on spaces between words: `**重庆（两江新区）**是` would not close.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - overrides markdown-it's
        scanned = super().scanDelims(start, canSplitWord)
        end = start + scanned.length
        before = self.src[start - 1] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        if not (_is_cjk(before) or _is_cjk(after)):
            return scanned
        return Scanned(not after.isspace(), not before.isspace(), scanned.length)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    inline = _Inline()
    inline.ruler, inline.ruler2 = parser.inline.ruler, parser.inline.ruler2
    parser.inline = inline
    return parser


@dataclass(frozen=True)
class Target:
    """A link as an editor wrote it: where it stands (from 1), its scheme (empty without one) and what follows."""

    line: int
    column: int
    scheme: str
    target: str


def link_targets(text: str) -> Iterator[Target]:
    """Every link of a body, in whatever form CommonMark knows; examples in code are none."""
    parser = _parser()
    # Nothing is refused or rewritten here: the checks want to see what the editor wrote.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    starts = [0]
    for written in text.split("\n"):
        starts.append(starts[-1] + len(written) + 1)
    for token in parser.parse(text):
        if token.type != "inline" or token.map is None:
            continue
        cursor = starts[token.map[0]]
        for child in token.children or ():
            href = child.attrs.get("href") if child.type == "link_open" else child.attrs.get("src")
            if href is None or child.type not in ("link_open", "image"):
                continue
            found = text.find(str(href), cursor)
            if found < 0:  # written with entities or escapes: point at the link instead
                found = max(text.find("](", cursor), cursor)
            line = text.count("\n", 0, found) + 1
            scheme, colon, target = str(href).partition(":")
            yield Target(
                line, found - starts[line - 1] + 1, scheme.lower() if colon else "", target if colon else str(href)
            )
            if line <= token.map[1]:
                cursor = found + 1


def render(text: str, resolve: Resolver, mark: Callable[[str], str] | None = None) -> str:
    """HTML of a Markdown body. `resolve(scheme, target)` gives a link its address, or None to leave plain text.

    `mark` turns the words of the body into HTML, for instance to mark words of another language.
    """
    parser = _parser()
    if mark is not None:
        parser.add_render_rule("text", lambda _, tokens, index, *__: mark(tokens[index].content))
    tokens = parser.parse(text)
    for token in tokens:
        if token.type == "inline" and token.children:
            token.children = list(_resolved(token.children, resolve))
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "class"}, "span": {"lang", "dir"}},
        url_schemes={"https", "mailto"},
        link_rel=None,
    )


def _resolved(children: list[Token], resolve: Resolver) -> Iterator[Token]:
    dropped = 0
    fill: str | None = None
    for token in children:
        if token.type == "link_open":
            scheme, _, target = str(token.attrs.get("href", "")).partition(":")
            link = resolve(scheme, target) if scheme in SCHEMES else Link(str(token.attrs["href"]))
            if link is None:
                dropped += 1
                continue
            token.attrs["href"] = link.href
            if link.css:
                token.attrs["class"] = link.css
            fill = link.text
            yield token
        elif token.type == "link_close":
            if dropped:
                dropped -= 1
                continue
            if fill:
                yield Token("text", "", 0, content=fill)
            fill = None
            yield token
        else:
            fill = None
            yield token
