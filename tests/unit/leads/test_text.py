import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.leads.text import MAX_MARKS, UncleanError, clean_line, clean_text, doubtful_domain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada\tLovelace ", "Ada Lovelace"),
        ("山田　太郎", "山田　太郎"),
        ("e\u0301", "é"),
        ("pay\u200bpal", "paypal"),
        ("in\u00advisible\ufeff", "invisible"),
        ("hid\U000e0041den", "hidden"),
        ("A\u200dB", "AB"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("می\u200c\u200c\u200cخواهم", "می\u200cخواهم"),
        ("<script>{{7*7}}${7*7}", "<script>{{7*7}}${7*7}"),
    ],
)
def test_a_line_keeps_what_is_meant(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("a\r\nBcc: x@example.com", "line-breaks"),
        ("a\n", "line-breaks"),
        ("a\u2028b", "line-breaks"),
        ("a\u202eb", "direction-marks"),
        ("a\u2066b", "direction-marks"),
        ("a\x00b", "control-characters"),
        ("a\x1b[31m", "control-characters"),
        ("a\x9bb", "control-characters"),
        ("\ud800", "not-text"),
    ],
)
def test_a_line_is_refused(typed: str, code: str) -> None:
    with pytest.raises(UncleanError) as caught:
        clean_line(typed)
    assert caught.value.code == code


def test_free_text_keeps_lines_and_direction_marks() -> None:
    assert clean_text("one\r\ntwo\rthree\u2028\u202efour") == "one\ntwo\nthree\n\u202efour"


def test_stacked_marks_are_capped_and_needed_ones_kept() -> None:
    zalgo = clean_line("a" + "\u0316" * 500)
    assert sum(unicodedata.combining(char) > 0 for char in zalgo) == MAX_MARKS
    assert clean_line("ที่นี่") == "ที่นี่"
    assert clean_line("שָּׁ") == unicodedata.normalize("NFC", "שָּׁ")


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_cleaning_is_stable_and_storable(typed: str) -> None:
    for clean in (clean_line, clean_text):
        try:
            once = clean(typed)
        except UncleanError:
            continue
        once.encode("utf-8")
        assert "\x00" not in once
        assert clean(once) == once


@pytest.mark.parametrize(
    ("domain", "doubtful"),
    [
        ("example.com", False),
        ("exämple.de", False),
        ("例子.公司", False),
        ("exаmple.com", True),  # the second letter a is Cyrillic
        ("аррӏе.com", True),
    ],
)
def test_look_alike_domains(domain: str, doubtful: bool) -> None:
    assert doubtful_domain(domain) is doubtful
