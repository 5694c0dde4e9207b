"""Whatever is typed is a plain question, answered with bounded work."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import Engine
from search.analysis import analyzer
from search.query import MAX_LENGTH, MAX_TERMS, parse

HOSTILE = [
    "*a*" * 8,
    "?*?*",
    "[a TO z]",
    "[* TO *]",
    "x~9",
    "lifts~",
    "(" * 2000,
    "(((" + "a OR " * 500,
    "NOT " * 300,
    "NOT",
    "AND OR NOT",
    "title:lifts",
    "id:*",
    '"' * 999,
    '"lifts semiconductors"~1000000',
    "lifts^99999999",
    "a" * 20_000,
    "半" * 20_000,
    "ﷺ" * 100,
    "e" + "\u0301" * 500,
    "\u202elifts\u202c",
    "\ud800\udfff",
    "\x00\x01lifts\x7f",
    "%00%ff%c0%af",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7}",
    "../../etc/passwd",
    "   ",
    "。，！？",
    "😀👩‍🔬🏳️‍🌈",
    "مصاعد ABC עברית",
    "1e309 NaN -0 9" + "9" * 90,
    "𝓵𝓲𝓯𝓽𝓼 ⅷ ㎏ ½ ℀",
    "a-b&c.d-e",
    "-.&-.&",
    "a\u2212b \u00ad",
]
#: Calls of Python functions for one query over the four documents: about 2,500 for the longest query of real words.
MOST_CALLS = 60_000


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """How many Python functions were called: a measure of work that does not depend on the machine."""
    count = [0]

    def see(_frame: object, event: str, _argument: object) -> None:
        count[0] += event == "call"

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        yield count
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_known_attacks_are_plain_words(english: Engine, chinese: Engine, text: str) -> None:
    for engine in (english, chinese):
        with counted_calls() as calls:
            found = engine.search(text)
        assert calls[0] < MOST_CALLS
        assert len(found.query) <= MAX_LENGTH
        found.query.encode()
        assert found.total >= len(found.hits)


def test_words_among_signs_are_found(english: Engine) -> None:
    for text in ("*lifts*", "lifts~9", "(((lifts", "title:lifts", '"lifts"', "𝓵𝓲𝓯𝓽𝓼", "lifts\x00"):
        assert english.search(text).hits[0].slug == "lifts", text


ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates included
SYNTAX = st.lists(
    st.sampled_from(
        [
            "lifts",
            "NOT",
            "AND",
            "*",
            "?",
            "(",
            ")",
            "[",
            "TO",
            "]",
            "~9",
            "^2",
            '"',
            ":",
            " ",
            "半导体",
            "５Ｇ",
            "10 万亿",
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT | SYNTAX, offset=st.integers(-5, 50), limit=st.integers(-5, 50))
def test_any_text_is_answered(english: Engine, chinese: Engine, text: str, offset: int, limit: int) -> None:
    for engine in (english, chinese):
        found = engine.search(text, offset=offset, limit=limit, filters={"type": text})
        assert found.total == 0
        found = engine.search(text, offset=offset, limit=limit)
        assert len(found.hits) <= max(0, limit)
        for hit in found.hits:
            assert "".join(piece for piece, _ in hit.snippet.pieces()) == hit.snippet.text


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT | SYNTAX, locale=st.sampled_from(["zh-Hans", "en", "ja", "ar", "de", "xx"]))
def test_analysis_takes_any_text(text: str, locale: str) -> None:
    words = analyzer(locale)
    for token in words.tokens(text):
        assert token.text
        assert 0 <= token.start < token.end <= len(text)
    query = parse(text, words)
    assert len(query.text) <= MAX_LENGTH
    assert len(query.terms) <= MAX_TERMS
    assert all(token for term in query.terms for token in term.every_token())
