"""Suggestions while one types."""

import pytest

from search import Engine


@pytest.mark.parametrize("text", ["semi", "SEMI", "ｓｅｍｉ", "半导", "半導", "band", "bdt", "chips"])
def test_names_in_any_language_and_pinyin_complete(english: Engine, text: str) -> None:
    assert [item.title for item in english.suggest(text)][:1] == ["Semiconductors"]


def test_a_word_within_the_title_completes(english: Engine) -> None:
    assert [item.url for item in english.suggest("elev")] == ["/en/parks/zone/", "/en/opportunities/lifts/"][1:]
    assert [item.title for item in english.suggest("new a")] == ["Liangjiang New Area"]


@pytest.mark.parametrize("text", ["", " ", "xyzzy", "*", "😀", "a" * 20_000, "\ud800"])
def test_what_begins_no_name_completes_to_nothing(english: Engine, text: str) -> None:
    assert english.suggest(text) == []


def test_paragraphs_of_the_plan_are_not_suggested(english: Engine) -> None:
    assert english.suggest("section") == []


def test_how_many_is_bounded(chinese: Engine) -> None:
    assert len(chinese.suggest("半", most=0)) == 0
