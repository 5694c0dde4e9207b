"""The catalog as open data: one record per entry, as JSON, CSV and GeoJSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from portal.catalog.models import Fact, OpportunityFacts, RegionFacts, SectorFacts
from portal.catalog.provenance import evidence_of, plan_refs
from portal.catalog.store import Entry
from portal.release.view import View

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def record(view: View, entry: Entry) -> dict[str, Any]:
    """An entry in one locale: title, summary, address, plan blocks, and its facts with value, unit and source."""
    prose = entry.prose(view.tag)
    facts = [evidence for _, evidence in evidence_of(entry.facts) if isinstance(evidence, Fact)]
    data: dict[str, Any] = {
        "collection": entry.collection,
        "slug": entry.slug,
        "locale": view.tag,
        "text_locale": entry.text_locale(view.tag),
        "translation": entry.status(view.tag),
        "title": prose.title,
        "summary": prose.summary,
        "url": view.href(entry),
        "plan": sorted(plan_refs(entry)),
        "facts": [fact_record(fact) for fact in facts],
    }
    if isinstance(entry.facts, SectorFacts):
        data |= {"family": entry.facts.family, "contracted_investment_yuan": int(view.sector_target(entry) * 10**8)}
    if isinstance(entry.facts, OpportunityFacts):
        data |= {
            "number": entry.facts.number,
            "sector": entry.facts.sector,
            "chain": list(prose.chain),
            "segments": [
                {
                    "id": slug,
                    "label": segment.label,
                    **segment.model_dump(include={"products", "technologies", "firms"}),
                }
                for slug, segment in prose.segments.items()
            ],
            "sought": prose.sought.model_dump(),
        }
    for name in ("level", "kind", "status", "number", "issued", "effective", "expires", "scope", "category"):
        if getattr(entry.facts, name, None) is not None and name not in data:
            data[name] = getattr(entry.facts, name)
    return data


def fact_record(fact: Fact) -> dict[str, Any]:
    """A fact as data; money in yuan."""
    found = fact.model_dump(mode="json", exclude_defaults=True)
    if fact.value is not None:
        found["value"] = View.machine_value(fact)
        found["unit"] = {"cny-100m": "cny", "people-10k": "people"}.get(str(fact.unit), fact.unit)
    return found


def as_json(records: list[dict[str, Any]]) -> bytes:
    """Records as a JSON array."""
    return json.dumps(records, ensure_ascii=False, indent=1).encode()


def as_csv(records: list[dict[str, Any]]) -> bytes:
    """Records as CSV (RFC 4180) with a byte order mark, so that spreadsheets read UTF-8.

    Nested values are written as JSON; a cell that a spreadsheet would take for a formula gets a quote in front.
    """
    names = sorted(
        {name for record in records for name in record}, key=lambda name: (name not in ("slug", "title"), name)
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for found in records:
        writer.writerow([safe_cell(found.get(name)) for name in names])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def safe_cell(value: object) -> str:
    """A cell's text that no spreadsheet runs as a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def districts_geojson(view: View) -> bytes:
    """Districts of the plan period as a FeatureCollection without geometry (RFC 7946 allows null: unlocated).

    Boundaries are left out until a map review number is set.
    """
    features = []
    for region in view.catalog.all("regions"):
        assert isinstance(region.facts, RegionFacts)
        for district in region.facts.districts:
            properties = {
                "adcode": district.adcode,
                "name": str(district.names.get(view.tag) or district.names["en"]),
                "name_zh": district.names["zh-Hans"],
                "kind": district.kind,
                "region": region.slug,
                "successor": district.successor,
            }
            features.append({"type": "Feature", "id": district.adcode, "geometry": None, "properties": properties})
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, indent=1).encode()
