import pytest

from search.analysis import analyzer
from search.folding import fold, tidy
from search.stems import compound_vocabulary


def texts(text: str, locale: str = "en") -> set[str]:
    return set(analyzer("en").index_texts(tidy(text), locale))


def found(typed: str, written: str, locale: str, page: str = "en") -> bool:
    """Whether a query on a page in one language finds a text in another."""
    terms = [term for term in analyzer(page).terms(tidy(typed)) if not term.stop]
    held = texts(written, locale)
    assert terms
    return all(any(all(any(token in held for token in group) for group in way) for way in term.ways) for term in terms)


@pytest.mark.parametrize(
    ("typed", "written", "locale"),
    [
        ("溅射靶材", "重点引进溅射靶材项目", "zh-Hans"),
        ("火锅自加热", "自加热火锅", "zh-Hans"),
        ("外商投资法", "《中华人民共和国外商投资法》", "zh-Hans"),
        ("ｓｉｃ", "SiC（碳化硅）", "zh-Hans"),
        ("igbt", "IGBT（大功率绝缘栅双极型晶体管）", "zh-Hans"),
        ("5g", "支持５Ｇ网络", "zh-Hans"),
        ("8K", "4K/8K 超高清", "zh-Hans"),
        ("L3", "达到L3级", "zh-Hans"),
        ("10万亿", "合同引资 10 万亿元", "zh-Hans"),
        ("10 万亿元", "合同引资10万亿元", "zh-Hans"),
        ("茶", "生态茶园", "zh-Hans"),
        ("sputtering target", "Sputtering Targets", "en"),
        ("elevator", "lifts (elevators)", "en"),
        ("MiniLED", "Mini-LED and OLED", "en"),
        ("e-commerce", "ecommerce", "en"),
        ("R&D", "an R&D centre", "en"),
        ("35%", "35 percent of it", "en"),
        ("10 trillion", "CNY 10 trillion", "en"),
        ("91,000", "91000", "en"),
        ("carbon fiber", "carbon fibre", "en"),
        ("specialised", "specialized firms", "en"),
        ("Sichuan's", "Sichuan", "en"),
        ("cafe", "Café", "en"),
        ("cafe\u0301", "café", "en"),
        ("半導体", "半導体産業", "ja"),
        ("エレベーター", "エレベーター製造", "ja"),
        ("반도체", "반도체 산업", "ko"),
        ("Halbleiter", "Halbleitern", "de"),
        ("полупроводник", "полупроводников", "ru"),
        ("semi\u00adconductor", "semiconductor", "en"),
        ("半導體", "半导体", "zh-Hans"),
        ("積體電路", "集成电路", "zh-Hans"),
        ("软件", "軟體", "zh-Hant"),
        ("電気自動車", "電気自動車", "ja"),
        ("ｴﾚﾍﾞｰﾀｰ", "エレベータ", "ja"),
        ("えれべーたー", "エレベーター", "ja"),
        ("半導体を作りたい", "半導体", "ja"),
        ("반도체를", "반도체", "ko"),
        ("반도체", "반도체에서", "ko"),
        ("Aufzuege", "Aufzüge", "de"),
        ("Aufzug", "Aufzüge", "de"),
        ("Strasse", "Straße", "de"),
        ("semiconducteur", "semi-conducteurs", "fr"),
        ("equipement", "équipements", "fr"),
        ("baterias", "baterías", "es"),
        ("батареи", "батарея", "ru"),
        ("самолет", "самолёты", "ru"),
        ("البطاريات", "بطاريات", "ar"),
        ("اشباه الموصلات", "أشباه الموصلات", "ar"),
        ("أشبـــاه", "اشباه", "ar"),
        ("معدات طبية", "المعدات الطبيه", "ar"),
    ],
)
@pytest.mark.parametrize("page", ["en", "zh-Hans", "ar"])
def test_what_is_written_is_found_by_what_is_typed(typed: str, written: str, locale: str, page: str) -> None:
    assert found(typed, written, locale, page)


def test_german_compounds_are_taken_apart() -> None:
    words = analyzer("en", german=compound_vocabulary(["energie", "speicher", "batterie"]))
    assert {"energi", "speich"} <= set(words.index_texts("Energiespeicher", "de"))
    (term,) = words.terms("Batteriespeicher")
    assert any(len(way) == 2 for way in term.ways)
    assert [len(term.ways) for term in words.terms("Speicher")] == [1]


def test_korean_and_japanese_grammar_is_not_required() -> None:
    for text in ("반도체 공장을 하고 싶습니다", "半導体を作りたいです", "Je cherche des semi-conducteurs"):
        assert sum(not term.stop for term in analyzer("en").terms(text)) <= 2, text


@pytest.mark.parametrize(("typed", "written"), [("电子", "电梯"), ("8K", "18K"), ("IT", "items"), ("500", "500G")])
def test_what_only_looks_alike_is_not_found(typed: str, written: str) -> None:
    assert not found(typed, written, "zh-Hans")


@pytest.mark.parametrize("text", ["", "  ", "，。、！", "😀🎉", "\u200b\u200f", "***", "()[]{}~^\"'"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    assert texts(text) == set()
    assert list(analyzer("en").terms(text)) == []
    assert not any(key.strip() for key in analyzer("en").keys(text))


def test_tokens_tell_where_they_stand() -> None:
    text = "引进 ＳｉＣ、Café 和溅射靶材"
    spans = {token.text: text[token.start : token.end] for token in analyzer("zh-Hans").tokens(text)}
    assert spans["sic"] == "ＳｉＣ"
    assert spans["cafe"] == "Café"
    assert spans["靶材"] == "靶材"


def test_positions_follow_the_text() -> None:
    positions = {token.text: token.position for token in analyzer("zh-Hans").tokens("碳化硅 SiC")}
    assert positions["碳化"] == positions["碳"] == 0
    assert positions["化硅"] == 1
    assert positions["sic"] == 3


def test_stop_words_are_terms_that_are_not_required() -> None:
    terms = list(analyzer("en").terms("the lifts of Chongqing"))
    assert [(term.surface, term.stop) for term in terms] == [
        ("the", True),
        ("lifts", False),
        ("of", True),
        ("chongqing", True),
    ]


def test_key_of_a_phrase_is_inside_the_key_of_a_title() -> None:
    words = analyzer("en")
    (title,) = words.keys("Special Cold-Chain Vehicles", "en")
    assert any(key in title for key in words.keys("cold chain vehicle"))
    assert not any(key in words.keys("smart start", "en")[0] for key in words.keys("art"))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_find_tells_the_same_places_as_all_tokens(locale: str) -> None:
    words = analyzer(locale)
    text = "The city’s CNY 91,000 million rises: Mini-LED, 8.5-generation R&D, 35 % of SiC（碳化硅）和 10 万亿元 e-commerce."
    tokens = list(words.tokens(text))
    for token in tokens:
        places = {(other.text, other.start, other.end) for other in tokens if other.text == token.text}
        assert places <= {
            (other.text, other.start, other.end) for other in words.sought(frozenset({token.text})).places(text)
        }


def test_folding_keeps_places() -> None:
    text = "ﬁne Straße"
    folded = fold(text)
    assert folded.text == "fine strasse"
    assert len(folded.places) == len(folded.text) + 1
    start = folded.text.index("strasse")
    assert text[slice(*folded.span(start, start + 7))] == "Straße"


def test_tidy_takes_out_what_cannot_be_shown() -> None:
    assert tidy("a\x00b\ud800c\r\n d\u2028e") == "a b c d e"
    assert tidy("e\u0301") == "é"


@pytest.mark.parametrize(
    "text",
    [
        "10 万亿元",
        "10兆元",
        "10 trillion",
        "10 Billionen Yuan",
        "10 000 milliards",
        "10 billones",
        "10 трлн",
        "10조 위안",
        "١٠ تريليون",
    ],
)
def test_a_figure_is_the_same_in_every_language(text: str) -> None:
    assert "#10000000000000" in texts(text)


@pytest.mark.parametrize(
    ("typed", "written", "locale"),
    [
        ("Leder", "LED", "en"),
        ("hospitality", "hospital", "en"),
        ("hospitals", "hospitality", "en"),
        ("securities", "security", "en"),
        ("جرافين", "جرافات", "ar"),
    ],
)
def test_words_that_only_share_a_stem_do_not_find_one_another(typed: str, written: str, locale: str) -> None:
    assert not found(typed, written, locale)


@pytest.mark.parametrize(("typed", "written"), [("LEDs", "LED"), ("universities", "university"), ("animals", "animal")])
def test_plurals_of_such_words_are_still_found(typed: str, written: str) -> None:
    assert found(typed, written, "en")


def test_german_maker_of_a_thing_is_the_thing() -> None:
    german = compound_vocabulary(["leder", "aufzug"])
    for typed, wanted in (("Lederfabrik", "leder"), ("Aufzugshersteller", "aufzug")):
        [term] = analyzer("de", german=german).terms(typed)
        assert any(any(wanted in group for group in way) for way in term.ways), typed
    [term] = analyzer("de", german=german).terms("Pizzafabrik")
    assert len(term.ways) == 1
