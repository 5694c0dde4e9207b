"""What no single file shows: dangling links, quotes, sources, orphans, languages; each with its place."""

import shutil

import pytest

from portal.catalog.faults import Fault
from tests.support.content import (
    EVENT,
    GUIDE,
    INDICATOR,
    OPPORTUNITY,
    PARK,
    PLAN,
    POLICY,
    REGION,
    SECTOR,
    STORY,
    Content,
)


def only(content: Content) -> Fault:
    faults = content.check()
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def place(fault: Fault) -> tuple[str, int, int]:
    return fault.path, fault.line, fault.column


# -- facts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "needle"),
    [
        (f"{STORY}/facts.yaml", "sectors: [next", "sectors: [nxet", "sectors"),
        (f"{STORY}/facts.yaml", "parks: [liangjiang", "parks: [lianjiang", "parks"),
        (f"{PARK}/facts.yaml", "regions: [central", "regions: [centre", "regions"),
        (f"{PARK}/facts.yaml", "district:500105", "district:999999", "codes: ['district"),
        (f"{PARK}/facts.yaml", "authority:state-council", "sector:nowhere", "codes: ['sector"),
        (f"{PARK}/facts.yaml", "authority:state-council", "secter:next-generation-it", "codes: ['secter"),
        (f"{REGION}/facts.yaml", "sectors: [next", "sectors: [nxet", "sectors"),
        (f"{REGION}/facts.yaml", "order: 1", "order: 1\npart_of: nowhere", "part_of"),
        (f"{POLICY}/facts.yaml", "all_sectors: true", "supersedes: [nothing]", "supersedes"),
        (f"{POLICY}/facts.yaml", "all_sectors: true", "superseded_by: [nothing]", "superseded_by"),
        (f"{POLICY}/facts.yaml", "all_sectors: true", "sectors: [nothing]", "sectors"),
        (f"{POLICY}/facts.yaml", "    source: [law-text]", "    source: [law-txet]", "source: [law-txet]"),
        (f"{EVENT}/facts.yaml", "plan: 2.4~1\nquote: 差异化发展", "plan: 2.4~9", "plan"),
        (f"{EVENT}/facts.yaml", "plan: 2.4~1\nquote: 差异化发展", "plan: 3.1.1#1/nowhere", "plan"),
    ],
)
def test_a_link_that_dangles_is_reported_at_its_key(
    content: Content, name: str, old: str, new: str, needle: str
) -> None:
    content.replace(name, old, new)
    assert place(only(content)) == content.place(name, needle)


def test_the_mend_of_a_dangling_link_lists_what_there_is(content: Content) -> None:
    content.replace(f"{STORY}/facts.yaml", "parks: [liangjiang", "parks: [lianjiang")
    assert "liangjiang-new-area" in only(content).mend


@pytest.mark.parametrize(
    ("name", "old", "new", "needle"),
    [
        (f"{SECTOR}/facts.yaml", "quote: 合同引资 1 万亿元", "quote: 合同引资 2 万亿元", "quote: 合同"),
        (f"{SECTOR}/facts.yaml", "quote: 头部企业 10 家", "quote: 头部企业10家", "quote: 头部"),
        (f"{STORY}/facts.yaml", "plan: 2.3~1", "plan: 2.4~1", "quote"),
        (f"{STORY}/facts.yaml", "plan: 2.3~1\n", "", "quote"),
        (f"{REGION}/facts.yaml", "    quote: 重点引进研发环节", "    quote: 重点引进环节", "quote: 重点"),
        (f"{OPPORTUNITY}/facts.yaml", "quote: 设计—材料", "quote: 设计-材料", "quote"),
    ],
)
def test_a_quote_stands_in_the_plan_word_for_word(content: Content, name: str, old: str, new: str, needle: str) -> None:
    content.replace(name, old, new)
    assert place(only(content)) == content.place(name, needle)


def test_a_number_needs_a_source(content: Content) -> None:
    content.replace(f"{POLICY}/facts.yaml", "    unit: units\n    source: [law-text]\n", "    unit: units\n")
    fault = only(content)
    assert place(fault) == content.place(f"{POLICY}/facts.yaml", "key: measures")
    assert fault.message == "number 'measures' has no source"


def test_a_number_may_come_from_the_plan_alone(content: Content) -> None:
    content.replace(
        f"{POLICY}/facts.yaml", "    unit: units\n    source: [law-text]\n", "    unit: units\n    plan: 2.3~1\n"
    )
    assert content.check() == []


@pytest.mark.parametrize("missing", ["zh-Hans", "en"])
def test_a_district_has_the_names_its_page_shows(content: Content, missing: str) -> None:
    name = "渝中区" if missing == "zh-Hans" else "Yuzhong District"
    content.replace(f"{REGION}/facts.yaml", f"      {missing}: {name}\n", "")
    assert place(only(content)) == content.place(f"{REGION}/facts.yaml", "names")


def test_a_district_stands_in_one_region(content: Content) -> None:
    content.replace(f"{REGION}/facts.yaml", "adcode: '500105'", "adcode: '500103'")
    content.replace(f"{PARK}/facts.yaml", "district:500105", "district:500103")
    assert only(content).path == f"content/{REGION}/facts.yaml"


def test_a_predecessor_and_its_successor_are_known_districts(content: Content) -> None:
    content.replace(f"{PARK}/facts.yaml", "district:500105", "district:500157")
    assert content.check() == []


# -- the plan --------------------------------------------------------------------------------------------------------


def test_an_item_without_an_opportunity_is_an_orphan(content: Content) -> None:
    content.append(f"{PLAN}/zh-Hans/3-priorities.md", "\n<!-- 3.1.1#2 p15 -->\n2．新型显示。\n")
    fault = only(content)
    assert (fault.path.startswith(f"content/{PLAN}"), fault.field) == (True, "3.1.1#2")
    assert fault.message == "item has 0 opportunities"


def test_an_item_has_one_opportunity_only(content: Content) -> None:
    shutil.copytree(content.path(OPPORTUNITY), content.path("opportunities/again"))
    fault = only(content)
    assert (fault.field, fault.message) == ("3.1.1#1", "item has 2 opportunities")


def test_an_uncited_paragraph_is_a_warning(content: Content) -> None:
    content.append(f"{PLAN}/zh-Hans/3-priorities.md", "\n<!-- 3.1.1~2 p15 -->\n另一段。\n")
    assert content.check() == []
    assert any("3.1.1~2" in warning for warning in content.warnings())


@pytest.mark.parametrize(
    ("old", "new", "needle"),
    [
        ("plan: 3.1.1#1", "plan: 3.1.1#9", "plan"),
        ("segments: [design, materials]", "segments: [materials, design]", "segments"),
        ("segments: [design, materials]", "segments: [design]", "segments"),
        ("      segment: materials", "      segment: packaging", "id: materials"),
    ],
)
def test_an_opportunity_follows_its_item(content: Content, old: str, new: str, needle: str) -> None:
    name = f"{OPPORTUNITY}/facts.yaml"
    content.replace(name, old, new)
    assert content.place(name, needle) in [place(fault) for fault in content.check()]


def test_a_term_that_is_not_the_plans(content: Content) -> None:
    name = f"{OPPORTUNITY}/zh-Hans.md"
    content.replace(name, "射频芯片, ", "射频前端, ")
    content.pin(OPPORTUNITY)
    fault = only(content)
    assert "射频前端" in fault.message
    assert fault.field == "segments.design.products.0"
    assert (fault.path, fault.line) == content.place(name, "射频前端")[:2]


def test_a_term_may_follow_the_right_reading_of_a_misprint(content: Content) -> None:
    content.replace(f"{OPPORTUNITY}/zh-Hans.md", "firms: [产业集群]", "firms: [IDM（整合元件制造）]")
    content.pin(OPPORTUNITY)
    assert content.check() == []


@pytest.mark.parametrize(
    ("old", "new", "needle", "field"),
    [
        ("chain: [Design, Materials]", "chain: [Design]", "chain", "chain"),
        ("products: [photoresist, sputtering targets]", "products: [photoresist]", "products: [photo", "materials"),
        ("firms: [cluster]", "firms: [cluster, other]", "firms: [cluster", "sought"),
        ("  materials:\n    label: Materials\n", "  matter:\n    label: Materials\n", "segments", "segments"),
    ],
)
def test_a_translation_has_the_structure_of_its_source(
    content: Content, old: str, new: str, needle: str, field: str
) -> None:
    name = f"{OPPORTUNITY}/en.md"
    content.replace(name, old, new)
    fault = only(content)
    assert field in fault.field
    assert (fault.path, fault.line) == content.place(name, needle)[:2]


# -- languages -------------------------------------------------------------------------------------------------------


def test_words_of_a_fact_are_there_in_every_language(content: Content) -> None:
    content.replace(f"{PARK}/en.md", "texts:\n  industries-as-stated: Cars and electronics\n", "")
    faults = content.check()
    assert {fault.path for fault in faults} == {f"content/{PARK}/en.md"}
    assert "texts.industries-as-stated" in {fault.field for fault in faults}


def test_keys_are_the_same_in_every_language(content: Content) -> None:
    content.replace(f"{PARK}/en.md", "  area: Planned area.", "  aera: Planned area.")
    fault = only(content)
    assert fault.field == "notes"
    assert "+aera, -area" in fault.message
    assert (fault.path, fault.line) == content.place(f"{PARK}/en.md", "notes")[:2]


def test_a_summary_is_translated(content: Content) -> None:
    content.replace(f"{STORY}/en.md", "summary: A project the plan names as landed.\n", "")
    fault = only(content)
    assert (fault.path, fault.field) == (f"content/{STORY}/en.md", "summary")


def test_links_are_the_same_in_every_language(content: Content) -> None:
    content.replace(f"{REGION}/en.md", "(park:liangjiang-new-area)", "(region:central-urban-area)")
    fault = only(content)
    assert (fault.path, fault.field) == (f"content/{REGION}/en.md", "links")
    assert "park:liangjiang-new-area" in fault.message


def test_a_stale_translation_is_a_warning_not_a_fault(content: Content) -> None:
    content.append(f"{REGION}/zh-Hans.md", "\n- [指南](guide:why-chongqing)\n")
    assert content.check() == []
    assert any(warning.startswith("en: 1 translations stale") for warning in content.warnings())


def test_a_missing_translation_is_a_warning_not_a_fault(content: Content) -> None:
    content.remove(f"{STORY}/en.md")
    assert content.check() == []
    assert any(warning.startswith("en: 1 translations missing") for warning in content.warnings())


def test_what_the_site_does_not_say_yet_is_a_warning(content: Content) -> None:
    (warning,) = content.warnings()
    assert "icp_number" in warning
    content.append("site.yaml", "icp_number: 渝ICP备1号\n")
    assert "icp_number" not in content.warnings()[0]


# -- links in texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://example.org/",
        "//evil.example/",
        "/en/",
        "plan:9.9",
        "plan:3.1.1#1/nowhere",
        "park:nowhere",
        "source:nowhere",
        "figure:contracted-investment/nowhere",
        "figure:nowhere/target",
        "page:nowhere",
        "sektor:next-generation-it",
        "javascript&colon;alert(1)",
    ],
)
def test_a_refused_or_dangling_link_is_reported_at_its_place(content: Content, target: str) -> None:
    name = f"{GUIDE}/zh-Hans.md"
    content.append(name, f"\n这里 [x]({target})。\n")
    fault = only(content)
    path, line, column = content.place(name, f"[x]({target})")
    assert (fault.path, fault.line) == (path, line)
    assert column <= fault.column <= column + len("[x](")
    assert fault.mend


@pytest.mark.parametrize("target", ["javascript:alert(1)", "park:nowhere", "http://example.org/"])
@pytest.mark.parametrize("form", ["[x][1]\n\n[1]: {}", "<{}>"], ids=["reference", "pointed"])
def test_other_forms_of_links_are_held_to_the_same_rules(content: Content, target: str, form: str) -> None:
    name = f"{GUIDE}/zh-Hans.md"
    content.append(name, f"\n{form.format(target)}\n")
    fault = only(content)
    assert (fault.path, fault.line) == content.place(name, target)[:2]


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/a?b=c",
        "mailto:desk@example.org",
        "plan:3.1.1#1/design",
        "plan:2021-2025:3.1.1#1",
        "sector:next-generation-it",
        "event:smart-china-expo",
        "figure:next-generation-it/leading-firms",
        "page:search?q=x",
        "page:",
    ],
)
def test_a_link_that_leads_somewhere_is_fine(content: Content, target: str) -> None:
    for locale in ("zh-Hans", "en"):
        content.append(f"{GUIDE}/{locale}.md", f"\n[x]({target})\n")
    content.pin(GUIDE)
    assert content.check() == []


def test_an_example_in_code_is_no_link(content: Content) -> None:
    for locale in ("zh-Hans", "en"):
        content.append(f"{GUIDE}/{locale}.md", "\n`[x](y)`\n")
    content.pin(GUIDE)
    assert content.check() == []


def test_all_faults_of_all_checks_come_in_one_run(content: Content) -> None:
    content.replace(f"{STORY}/facts.yaml", "parks: [liangjiang", "parks: [lianjiang")
    content.replace(f"{SECTOR}/facts.yaml", "quote: 头部企业 10 家", "quote: 头部企业10家")
    content.replace(f"{EVENT}/facts.yaml", "plan: 2.4~1\nquote: 差异化发展", "plan: 2.4~9")
    content.replace(f"{INDICATOR}/facts.yaml", "quote: 14,600", "quote: 14,601")
    content.append(f"{GUIDE}/en.md", "\n[x](javascript:1)\n")
    found = content.check()
    assert {fault.path for fault in found} == {
        f"content/{STORY}/facts.yaml",
        f"content/{SECTOR}/facts.yaml",
        f"content/{EVENT}/facts.yaml",
        f"content/{INDICATOR}/facts.yaml",
        f"content/{GUIDE}/en.md",
    }
    assert found == sorted(found)
