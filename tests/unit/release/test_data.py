"""Open data: one record per entry, money in yuan, cells that no spreadsheet runs."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from portal.release import data
from tests.support.content import OPPORTUNITY, PARK, POLICY, SECTOR, STORY, Content


def record(content: Content, entry: str, locale: str = "en") -> dict[str, Any]:
    view = content.renderer().views[locale]
    collection, slug = entry.split("/")
    return data.record(view, view.catalog.entries[collection][slug])


def test_a_record_says_what_and_where(content: Content) -> None:
    found = record(content, SECTOR)
    assert {
        key: found[key] for key in ("collection", "slug", "locale", "text_locale", "translation", "url", "plan")
    } == {
        "collection": "sectors",
        "slug": "next-generation-it",
        "locale": "en",
        "text_locale": "en",
        "translation": "fresh",
        "url": "/en/sectors/next-generation-it/",
        "plan": ["3.1.1", "3.1.1~1"],
    }
    assert found["title"] == "Next-generation IT"
    assert record(content, SECTOR, "zh-Hans")["title"] == "新一代信息技术"


def test_a_record_shown_in_chinese_says_so(content: Content) -> None:
    content.remove(f"{STORY}/en.md")
    found = record(content, STORY)
    assert (found["title"], found["text_locale"], found["translation"]) == ("电池总部", "zh-Hans", "missing")


@pytest.mark.parametrize(
    ("value", "yuan"), [("10000", 1_000_000_000_000), ("6500", 650_000_000_000), ("0.5", 50_000_000)]
)
def test_money_is_in_yuan(content: Content, value: str, yuan: int) -> None:
    content.replace(f"{SECTOR}/facts.yaml", "value: 10000", f"value: {value}")
    found = record(content, SECTOR)
    fact = found["facts"][0]
    assert (Decimal(str(fact["value"])), fact["unit"]) == (yuan, "cny")
    assert "E" not in str(fact["value"])
    assert found["contracted_investment_yuan"] == yuan


def test_other_units_stay_as_they_are(content: Content) -> None:
    area = next(fact for fact in record(content, PARK)["facts"] if fact["key"] == "area")
    assert (area["value"], area["unit"], area["year"], area["source"]) == ("1200", "km2", 2010, ["park-page"])


def test_an_opportunity_brings_its_chain_and_segments(content: Content) -> None:
    found = record(content, OPPORTUNITY)
    assert (found["number"], found["sector"], found["chain"]) == (1, "next-generation-it", ["Design", "Materials"])
    assert [segment["id"] for segment in found["segments"]] == ["design", "materials"]
    assert list(found["segments"][1]["products"]) == ["photoresist", "sputtering targets"]


def test_records_are_json_and_csv_with_the_same_rows(content: Content) -> None:
    records = [record(content, entry) for entry in (POLICY, SECTOR)]
    assert [row["slug"] for row in json.loads(data.as_json(records))] == [
        "foreign-investment-law",
        "next-generation-it",
    ]
    raw = data.as_csv(records)
    assert raw.startswith(b"\xef\xbb\xbfslug,title,")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["slug"] for row in rows] == ["foreign-investment-law", "next-generation-it"]
    assert rows[0]["status"] == "in-force"
    assert rows[1]["status"] == ""
    assert json.loads(rows[1]["facts"])[0]["key"] == "contracted-investment"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "-重庆"])
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    cell = data.safe_cell(text)
    assert cell == f"'{text}"
    (row,) = csv.reader(io.StringIO(data.as_csv([{"slug": text}]).decode("utf-8-sig").split("\r\n", 1)[1], newline=""))
    assert row == [f"'{text}"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("重庆", "重庆"),
        ("a=b", "a=b"),
        (None, ""),
        (12, "12"),
        (["=x"], '["=x"]'),
        ({"a": 1}, '{"a": 1}'),
        (True, "true"),
    ],
)
def test_other_cells_are_left_alone(value: object, cell: str) -> None:
    assert data.safe_cell(value) == cell


def test_cells_with_quotes_commas_and_lines_come_back(content: Content) -> None:
    text = '重庆, "两江"\n新区'
    raw = data.as_csv([{"slug": "a", "title": text}]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(raw, newline=""))) == [["slug", "title"], ["a", text]]


def test_districts_are_unlocated_features(content: Content) -> None:
    found = json.loads(data.districts_geojson(content.renderer().views["en"]))
    assert found["type"] == "FeatureCollection"
    assert [feature["id"] for feature in found["features"]] == ["500103", "500105"]
    assert all(feature["type"] == "Feature" and feature["geometry"] is None for feature in found["features"])
    assert found["features"][1]["properties"] == {
        "adcode": "500105",
        "name": "Jiangbei District",
        "name_zh": "江北区",
        "kind": "district",
        "region": "central-urban-area",
        "successor": "500157",
    }
