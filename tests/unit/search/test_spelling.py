import pytest

from search.spelling import Vocabulary

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
    ("typed", "slipped"),
    [
        ("motorcycless", True),
        ("semicondctors", True),
        ("semicondctrs", False),  # two letters
        ("liftss", False),  # too short to be sure
        ("campervans", False),
    ],
)
def test_slip(typed: str, *, slipped: bool) -> None:
    assert WORDS.slip(typed) == slipped


def test_sounds_of_chinese_names() -> None:
    words = Vocabulary({}, {"yiliaoqixie": ["医疗器械"]})
    assert words.sounding("yiliaoqixie") == "医疗器械"
    assert words.sounding("yiliao") is None
