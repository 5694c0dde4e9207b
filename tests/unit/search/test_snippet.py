import pytest

from search.analysis import analyzer
from search.engine import Snippet
from search.snippet import WIDTH, excerpt


def cut(text: str, *words: str, locale: str = "en") -> Snippet:
    tokens = analyzer(locale).sought(frozenset(words)).places(text)
    return excerpt(text, tokens, dict.fromkeys(words, 1.0))


def test_short_text_is_shown_whole() -> None:
    assert cut("Makers of lifts.", "lift") == Snippet("Makers of lifts.", ((10, 15),))


def test_long_text_is_cut_at_words() -> None:
    text = "alpha " * 100 + "lifts and escalators " + "omega " * 100
    snippet = cut(text, "lift", "escal")
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["lifts", "escalators"]
    assert snippet.text.startswith("… alpha")
    assert snippet.text.endswith("omega …")
    assert len(snippet.text) < WIDTH + 10


def test_place_with_more_of_the_words_is_chosen() -> None:
    text = "lifts " * 20 + "nothing " * 60 + "lifts with hydrogen " + "nothing " * 60
    assert "hydrogen" in cut(text, "lift", "hydrogen").text


def test_text_without_the_words_is_shown_from_its_beginning() -> None:
    assert cut("beginning " * 60, "absent").text.startswith("beginning")


def test_chinese_is_cut_by_its_width() -> None:
    snippet = cut(
        "重庆招商引资项目，" * 40 + "溅射靶材" + "重庆招商引资项目，" * 40, "溅射", "射靶", "靶材", locale="zh-Hans"
    )
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["溅射靶材"]
    assert len(snippet.text) <= WIDTH / 2 + 6


def test_lone_character_of_a_longer_query_is_not_marked() -> None:
    assert cut("材料和溅射靶材", "溅射", "靶材", "材", locale="zh-Hans").marks == ((3, 7),)
    assert cut("生态茶园", "茶", locale="zh-Hans").marks == ((2, 3),)


@pytest.mark.parametrize("text", ["x" * 5000, "e\u0301" * 3000, "👩‍🔬" * 800, "ภาษาไทย" * 300])
def test_text_without_breaks_is_cut_too(text: str) -> None:
    assert 0 < len(cut(text, "absent").text) < 1000


def test_pieces_make_up_the_text() -> None:
    snippet = Snippet("a lift here", ((2, 6),))
    assert list(snippet.pieces()) == [("a ", False), ("lift", True), (" here", False)]
    assert list(Snippet().pieces()) == []
