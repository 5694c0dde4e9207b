"""The judged queries keep their form: every language and kind in it, answers that exist, none where nothing is right.

What is measured with them is another matter; here a slip of the hand must not pass for a fault of the search.
"""

import csv
from collections import Counter
from typing import NamedTuple

import pytest

from portal.catalog.models import COLLECTIONS
from portal.locales import LOCALES
from tests.support.content import ROOT

FILE = ROOT / "tests/search/queries.tsv"
COLUMNS = ["locale", "kind", "query", "answers"]
KINDS = {"term", "multi-word", "synonym", "typo", "script", "pinyin", "cross-language", "accent", "fact", "none"}
# Kinds that every language can have; pinyin is for Chinese, accents for scripts that have them.
EVERYWHERE = KINDS - {"pinyin", "accent"}
ACCENTED = {"en", "de", "fr", "es", "ru", "ar"}
LEAST = 30
MOST_ANSWERS = 7  # "comprehensive bonded zone" has seven right answers; more would call anything right
LONGEST, MOST_TERMS = 100, 10  # what the search reads of a query


class Judged(NamedTuple):
    locale: str
    kind: str
    query: str
    answers: list[str]


def read() -> list[Judged]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
    assert rows[0] == COLUMNS
    assert [row for row in rows if len(row) != len(COLUMNS)] == []
    return [
        Judged(locale, kind, query, answers.split(" | ") if answers else [])
        for locale, kind, query, answers in rows[1:]
    ]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return read()


def test_ends_each_line_alike() -> None:
    text = FILE.read_bytes()
    assert text.endswith(b"\n")
    assert not text.endswith(b"\n\n")
    assert b"\r" not in text


def test_locales_and_kinds_are_known(judged: list[Judged]) -> None:
    assert {row.locale for row in judged} == set(LOCALES)
    assert {row.kind for row in judged} == KINDS


def test_every_language_has_enough_of_every_kind(judged: list[Judged]) -> None:
    assert {tag: count for tag, count in Counter(row.locale for row in judged).items() if count < LEAST} == {}
    for tag in LOCALES:
        kinds = {row.kind for row in judged if row.locale == tag}
        assert EVERYWHERE - kinds == set(), tag
        assert "accent" in kinds or tag not in ACCENTED, tag


def test_queries_are_unique_and_within_what_the_search_reads(judged: list[Judged]) -> None:
    assert [key for key, count in Counter((row.locale, row.query) for row in judged).items() if count > 1] == []
    assert [row.query for row in judged if row.query != row.query.strip() or not row.query] == []
    assert [row.query for row in judged if len(row.query) > LONGEST or len(row.query.split()) > MOST_TERMS] == []


def test_answers_are_entries_and_missing_only_where_nothing_is_right(judged: list[Judged]) -> None:
    assert [row.query for row in judged if bool(row.answers) == (row.kind == "none")] == []
    assert [
        row.query for row in judged if len(set(row.answers)) < len(row.answers) or len(row.answers) > MOST_ANSWERS
    ] == []
    entries = {
        f"{name}/{path.name}" for name in COLLECTIONS for path in (ROOT / "content" / name).iterdir() if path.is_dir()
    }
    assert sorted({answer for row in judged for answer in row.answers} - entries) == []


@pytest.mark.parametrize("collection", ["sectors", "opportunities", "regions"])
def test_everything_the_plan_lists_is_the_answer_to_a_query(judged: list[Judged], collection: str) -> None:
    asked = {answer for row in judged for answer in row.answers}
    entries = {f"{collection}/{path.name}" for path in (ROOT / "content" / collection).iterdir() if path.is_dir()}
    assert sorted(entries - asked) == []
