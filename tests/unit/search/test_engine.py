from dataclasses import replace

import pytest

from search import Document, Engine
from tests.unit.search.conftest import CHINESE, DOCUMENTS, LIFTS, PARAGRAPH, SEMICONDUCTORS, ZONE, Build


def slugs(engine: Engine, text: str, **filters: str) -> list[str]:
    return [hit.slug for hit in engine.search(text, filters=filters).hits]


def marked(engine: Engine, text: str) -> str:
    return "".join(f"[{piece}]" if mark else piece for piece, mark in engine.search(text).hits[0].snippet.pieces())


def test_entity_with_its_plan_block_comes_first(english: Engine, chinese: Engine) -> None:
    for engine, text in ((english, "sputtering targets"), (chinese, "溅射靶材")):
        hit = engine.search(text).hits[0]
        assert (hit.slug, hit.plan) == ("semiconductors", ("3.1.1#1",))


def test_hit_leads_to_its_best_part(english: Engine, chinese: Engine) -> None:
    assert english.search("sputtering targets").hits[0].url == "/en/opportunities/semiconductors/#materials"
    assert english.search("driver chips").hits[0].part == "Chip design"
    assert chinese.search("车规级芯片").hits[0].url.endswith("#design")
    # By its name the whole page is meant.
    assert english.search("semiconductors").hits[0].url == "/en/opportunities/semiconductors/"


def test_page_about_the_words_stands_before_a_page_that_mentions_them(english: Engine) -> None:
    assert slugs(english, "semiconductors") == ["semiconductors", "zone", "2.3~1"]


def test_entity_stands_before_paragraph_at_equal_match(build: Build) -> None:
    entity = replace(PARAGRAPH, id="guides/same", type="guides", slug="same", url="/en/guides/same/", weight=1.0)
    assert slugs(build(PARAGRAPH, entity), "contracted investment") == ["same", "2.3~1"]


def test_one_hit_per_entity(english: Engine) -> None:
    found = english.search("chips")
    assert [hit.slug for hit in found.hits].count("semiconductors") == 1


@pytest.mark.parametrize("text", ["电梯", "エレベーター", "elevators", "LIFT", "ｌｉｆｔ"])
def test_names_in_other_languages_and_widths_lead_to_the_page(english: Engine, text: str) -> None:
    assert slugs(english, text) == ["lifts"]


def test_part_is_found_by_its_name_in_another_language(english: Engine) -> None:
    hit = english.search("溅射靶材").hits[0]
    assert hit.url.endswith("#materials")
    assert hit.snippet.text.startswith("In materials")
    assert hit.snippet.marks == ()


def test_snippet_marks_whole_words(english: Engine, chinese: Engine) -> None:
    assert "[sputtering] [targets]" in marked(english, "sputter target")
    assert "[溅射靶材]" in marked(chinese, "溅射靶材")
    assert "[10 万亿]元" in marked(chinese, "10万亿")


@pytest.mark.parametrize("text", ["purple elephants", "魑魅魍魉", "xyzzy", "qqqq wwww eeee", "不存在的词汇"])
def test_nonsense_finds_nothing(english: Engine, chinese: Engine, text: str) -> None:
    for engine in (english, chinese):
        found = engine.search(text)
        assert (found.total, found.hits, found.suggestion) == (0, (), None)


def test_typing_error_is_corrected_and_told(english: Engine) -> None:
    found = english.search("semicondcutors")
    assert found.hits[0].slug == "semiconductors"
    assert (found.suggestion, found.corrected, found.query) == ("semiconductors", True, "semicondcutors")


def test_two_words_that_are_one(english: Engine) -> None:
    assert slugs(english, "semi conductors")[0] == "semiconductors"


def test_search_is_relaxed_when_no_page_has_all_words(english: Engine) -> None:
    found = english.search("acme semiconductors sputtering")
    assert found.relaxed
    assert found.hits[0].slug == "semiconductors"
    assert not english.search("semiconductors").relaxed


def test_the_few_pages_with_all_words_are_followed_by_those_with_most(build: Build) -> None:
    vaccines = replace(
        LIFTS, id="opportunities/vaccines", slug="vaccines", title="Vaccines", summary="Makers of serums."
    )
    syringes = replace(
        LIFTS, id="opportunities/syringes", slug="syringes", title="Syringes", summary="Syringes for vaccines."
    )
    engine = build(vaccines, syringes, LIFTS, ZONE)
    found = engine.search("vaccines syringes")
    assert [hit.slug for hit in found.hits] == ["syringes", "vaccines"]
    assert (found.total, found.relaxed) == (2, True)
    # A page whose name is asked for is what is meant.
    assert not engine.search("Liangjiang New Area").relaxed


def test_chinese_word_the_segmenter_joins_is_taken_apart(chinese: Engine) -> None:
    found = chinese.search("锂电池")
    assert [hit.slug for hit in found.hits] == ["vehicles"]


def test_filters_and_facets(english: Engine) -> None:
    found = english.search("semiconductors")
    assert found.facets["type"] == {"opportunities": 1, "parks": 1, "plan": 1}
    assert found.facets["level"] == {"national": 1}
    narrowed = english.search("semiconductors", filters={"type": "parks"})
    assert [hit.slug for hit in narrowed.hits] == ["zone"]
    assert narrowed.facets["type"] == found.facets["type"]
    assert narrowed.facets["region"] == {"central-urban-area": 1}
    assert english.search("semiconductors", filters={"type": "nothing"}).total == 0


def test_paging(english: Engine) -> None:
    whole = [hit.slug for hit in english.search("semiconductors").hits]
    single = [english.search("semiconductors", offset=n, limit=1).hits[0].slug for n in range(3)]
    assert single == whole
    assert english.search("semiconductors", offset=99).hits == ()
    assert english.search("semiconductors", offset=-5, limit=-5).hits == ()


def test_empty_index(build: Build) -> None:
    assert build().search("anything").total == 0


def test_order_does_not_depend_on_chance(build: Build) -> None:
    twins = [replace(LIFTS, id=f"opportunities/{slug}", slug=slug) for slug in ("b", "a", "c")]
    assert slugs(build(*twins), "lifts") == ["b", "a", "c"]  # as they were handed over


def test_word_that_nearly_every_page_has_is_no_condition(build: Build) -> None:
    pages = [
        Document(id=f"x/{n}", type="x", slug=str(n), title=f"Page {n}", url="/", locale="en", body="About Chongqing.")
        for n in range(30)
    ]
    assert slugs(build(*pages, LIFTS, SEMICONDUCTORS), "lifts Chongqing") == ["lifts"]


def test_documents_stay_as_they_were(english: Engine) -> None:
    assert {hit.id for text in ("semiconductors", "lifts") for hit in english.search(text).hits} == {
        document.id for document in DOCUMENTS
    }
    assert len({document.id for document in CHINESE}) == 2


def test_page_with_the_figure_in_its_text_stands_before_pages_named_alike(build: Build) -> None:
    target = replace(SEMICONDUCTORS, body="The plan seeks CNY 400 billion for semiconductors.")
    alike = replace(LIFTS, title="Semiconductor lifts", names=("semiconductors",))
    assert slugs(build(target, alike), "semiconductors 400 billion") == ["semiconductors"]


def test_title_among_unknown_words_is_enough(build: Build) -> None:
    engine = build(SEMICONDUCTORS, LIFTS, replace(ZONE, names=("LJNA",)))
    assert slugs(engine, "LJNA xylophone zither quorum") == ["zone"]
    # A term of a page is not: it needs a quarter of the query.
    assert slugs(engine, "photoresists xylophone zither quorum waltz") == []


def test_of_pages_that_lack_words_the_one_named_by_the_rarer_leads(build: Build) -> None:
    common = [
        replace(ZONE, id=f"parks/{n}", slug=str(n), url=f"/en/parks/{n}/", title=f"Foreign park {n}") for n in range(3)
    ]
    rare = replace(LIFTS, title="Complaints", summary="", synonyms=())
    assert slugs(build(*common, rare), "complaints of foreign zithers")[0] == "lifts"


def test_corrections_of_every_word_do_not_stand_for_the_query(build: Build) -> None:
    engine = build(SEMICONDUCTORS, LIFTS)
    assert slugs(engine, "escalaters") == ["lifts"]
    assert not engine.search("escalaters photoresits").hits


@pytest.mark.parametrize(
    "text", ["elevator recipe", "lifts horoscope tomorrow", "电梯 星座运势", "エレベーター 天気予報"]
)
def test_question_of_everyday_life_is_not_answered_in_part(english: Engine, text: str) -> None:
    assert not english.search(text).hits
    assert english.search("lifts xylophone").hits
