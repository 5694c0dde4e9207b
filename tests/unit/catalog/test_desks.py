"""`desks.yaml`: what is wrong in it is reported at its place; the codes it takes are the form's."""

from typing import get_args

import pytest

from portal.catalog.desks import When, plain
from portal.catalog.faults import ContentError
from portal.catalog.loader import load
from portal.leads.forms import FIELDS
from tests.support.content import Content

DESKS = """\
default: general
desks:
  general:
    names: {zh-Hans: 综合, en: General}
  chips:
    names: {zh-Hans: 芯片, en: Chips}
rules:
  - desk: chips
    when:
      sector: [next-generation-it]
      region: [central-urban-area]
priority:
  - id: listed
    points: 15
    names: {zh-Hans: 上市, en: Listed}
    when: {marks: [listed]}
"""


@pytest.fixture
def desks(content: Content) -> Content:
    content.write("desks.yaml", DESKS)
    return content


def test_content_without_desks_is_fine(content: Content) -> None:
    assert content.check() == []
    assert load(content.folder).desks is None
    assert "desks" not in plain(load(content.folder))


def test_good_desks_become_plain_values(desks: Content) -> None:
    assert desks.check() == []
    values = plain(load(desks.folder))
    assert values["default"] == "general"
    assert values["rules"] == [
        {"desk": "chips", "when": {"sector": ["next-generation-it"], "region": ["central-urban-area"]}}
    ]
    assert values["sector_of"] == {"semiconductors": "next-generation-it"}
    assert values["names"]["sectors"]["next-generation-it"].keys() == {"zh-Hans", "en"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "needle", "message"),
    [
        ("default: general", "default: nowhere", "default", "no desk 'nowhere'"),
        ("- desk: chips", "- desk: cihps", "desk: cihps", "no desk 'cihps'"),
        ("sector: [next-generation-it]", "sector: [next-it]", "next-it", "no sectors/next-it"),
        ("region: [central-urban-area]", "park: [nowhere]", "nowhere", "no parks/nowhere"),
        ("region: [central-urban-area]", "region: [nowhere]", "nowhere", "no regions/nowhere"),
        ("{zh-Hans: 芯片, en: Chips}", "{zh-Hans: 芯片}", "names: {zh-Hans: 芯片}", "no name in en"),
        ("{zh-Hans: 上市, en: Listed}", "{en: Listed}", "names: {en: Listed}", "no name in zh-Hans"),
    ],
)
def test_what_does_not_exist_is_reported_at_its_place(
    desks: Content, old: str, new: str, needle: str, message: str
) -> None:
    desks.replace("desks.yaml", old, new)
    (fault,) = desks.check()
    assert (fault.path, fault.line, fault.column) == desks.place("desks.yaml", needle)
    assert message in fault.message
    assert fault.mend


@pytest.mark.parametrize(
    ("old", "new", "needle"),
    [
        ("marks: [listed]", "marks: [famous]", "famous"),
        ("points: 15", "points: 1000", "points: 1000"),
        ("points: 15", "points: high", "points: high"),
        ("when: {marks: [listed]}", "when: {}", "when: {}"),
        ("when: {marks: [listed]}", "when: {colour: [red]}", "colour"),
        ("default: general", "dfault: general", "dfault"),
    ],
)
def test_what_does_not_fit_the_form_is_refused_with_place(desks: Content, old: str, new: str, needle: str) -> None:
    desks.replace("desks.yaml", old, new)
    with pytest.raises(ContentError) as caught:
        load(desks.folder)
    assert desks.place("desks.yaml", needle) in [
        (fault.path, fault.line, fault.column) for fault in caught.value.faults
    ]


def test_an_id_used_twice_is_reported(desks: Content) -> None:
    desks.append("desks.yaml", "  - {id: listed, points: 1, names: {zh-Hans: 二, en: Two}, when: {marks: [listed]}}\n")
    (fault,) = desks.check()
    assert "twice" in fault.message


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ("kind", "project_kind"),
        *((n, n) for n in ("ownership", "company_kind", "marks", "investment", "start", "readiness")),
    ],
)
def test_conditions_take_the_codes_of_the_form(condition: str, field: str) -> None:
    literal = get_args(When.model_fields[condition].annotation)[0]
    assert get_args(literal) == FIELDS[field].options
