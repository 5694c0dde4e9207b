import pytest

from search.spelling import Vocabulary, edits

WORDS = Vocabulary(
    {"semiconductors": 9, "hydrogen": 5, "wind": 9, "lifts": 3, "gifts": 1, "motorcycle": 4, "motorcycles": 7}
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("semicondcutors", "semiconductors"),
        ("hydrogn", "hydrogen"),
        ("hidrogen", "hydrogen"),
        ("motorcycels", "motorcycles"),
        ("wine", None),
        ("lifts", None),
        ("lifst", "lifts"),
        ("x" * 20_000, None),
        ("5ghz2", None),
        ("", None),
    ],
)
def test_nearest(typed: str, meant: str | None) -> None:
    assert WORDS.nearest(typed) == meant


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abcd", 1),
        ("abc", "xbc", 1),
        ("abcd", "badc", 2),
    ],
)
def test_edits(left: str, right: str, distance: int) -> None:
    assert edits(left, right, 2) == edits(right, left, 2) == distance


def test_edits_stop_at_the_limit() -> None:
    assert edits("abcdef", "uvwxyz", 2) == 3
