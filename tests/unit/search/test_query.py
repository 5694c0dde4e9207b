from search.analysis import analyzer
from search.query import MAX_LENGTH, MAX_TERMS, clean, joined, parse, parted


def test_operators_are_plain_words() -> None:
    query = parse('NOT lifts OR "title:steel" AND car*', analyzer("en"))
    assert [term.surface for term in query.wanted] == ["not", "lifts", "title", "steel", "car"]


def test_length_and_number_of_words_are_capped() -> None:
    assert len(clean("a" * 20_000)) == MAX_LENGTH
    assert len(parse("NOT " * 300, analyzer("en")).terms) == 1
    assert len(parse(" ".join(chr(97 + n) * 3 for n in range(20)), analyzer("en")).terms) == MAX_TERMS
    assert (
        len(parse("半导体电梯汽车食品纺织医疗器械光伏风电氢能储能种业物流金融文旅" * 3, analyzer("zh-Hans")).terms)
        == MAX_TERMS
    )


def test_a_query_of_stop_words_only_still_asks() -> None:
    assert [term.surface for term in parse("who are we", analyzer("en")).wanted] == ["who", "are", "we"]


def test_an_acronym_is_no_stop_word_unless_all_is_in_capitals() -> None:
    for text in ("MES software", "ＭＥＳ 软件"):
        assert not parse(text, analyzer("en")).terms[0].stop, text
    for text in ("mes software", "MES DE ENERO"):
        assert parse(text, analyzer("en")).terms[0].stop, text


def test_who_asks_for_a_recipe_is_told_so_in_any_script() -> None:
    assert parse("肉じゃが 作り方", analyzer("en")).recipe
    assert parse("طريقة تحضير الكبسة", analyzer("en")).recipe
    assert parse("麻辣鍋食譜", analyzer("en")).recipe
    assert not parse("potato products", analyzer("en")).recipe


def test_nothing_to_look_for() -> None:
    assert parse(" \t ！？ 😀", analyzer("en")).empty


def test_neighbouring_words_may_be_one() -> None:
    assert list(joined(parse("semi conductors 5", analyzer("en")))) == ["semiconductors 5"]
    assert list(joined(parse("溅射 靶材", analyzer("zh-Hans")))) == []


def test_phrase_is_looked_for_without_the_words_around_it() -> None:
    assert "研发中心" in parse("在重庆设立研发中心", analyzer("zh-Hans")).keys
    assert "半导体" in parse("建设半导体厂", analyzer("zh-Hans")).keys


def test_an_unknown_word_is_parted_unless_it_is_a_slip() -> None:
    known = {"camper", "vans", "industria", "less", "industriales"}.__contains__
    query = parse("cheap campervans", analyzer("en"))
    assert list(parted(query, known, lambda _: False)) == ["cheap camper vans"]
    query = parse("robots industrialess", analyzer("en"))
    assert list(parted(query, known, lambda word: word == "industrialess")) == []


def test_an_unknown_word_in_kana_is_parted() -> None:
    known = {"りさいくる", "あるみ"}.__contains__
    query = parse("リサイクルアルミ", analyzer("ja"))
    assert list(parted(query, known, lambda _: False)) == ["リサイクル アルミ"]
    assert list(parted(parse("溅射靶材", analyzer("zh-Hans")), lambda _: True, lambda _: False)) == []
