"""`desks.yaml`: the bureau's queues, the rules that send a lead to one, and what makes a lead urgent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from portal.catalog.faults import Fault
from portal.catalog.models import Frozen, OpportunityFacts, Slug, Text, Whole
from portal.catalog.store import Catalog
from portal.catalog.words import Prose
from portal.catalog.yamlfile import Path_
from portal.locales import SOURCE

FILE = "desks.yaml"
#: languages that staff read; a queue needs its name in each
STAFF_LOCALES = (SOURCE, "en")
#: condition -> collection that its codes come from
_ENTRIES = {"sector": "sectors", "region": "regions", "park": "parks"}


class When(Frozen):
    """Conditions on a lead. Of each list one code has to fit, and every list given has to fit."""

    sector: tuple[Slug, ...] = ()
    region: tuple[Slug, ...] = ()
    park: tuple[Slug, ...] = ()
    kind: tuple[Literal["new-plant", "expansion", "rnd", "headquarters", "fund", "merger", "other"], ...] = ()
    ownership: tuple[Literal["domestic", "foreign"], ...] = ()
    company_kind: tuple[Literal["industrial", "fund", "institution", "intermediary"], ...] = ()
    marks: tuple[Literal["fortune-500", "listed", "specialised-sophisticated"], ...] = ()
    investment: tuple[Literal["under-10m", "10m-50m", "50m-200m", "200m-1b", "over-1b"], ...] = ()
    start: tuple[Literal["under-6", "6-12", "12-24", "over-24"], ...] = ()
    readiness: tuple[Literal["idea", "study", "site-selection", "decided"], ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> When:
        if not any(codes for _, codes in self):
            msg = f"names no condition: one or more of {', '.join(type(self).model_fields)}"
            raise ValueError(msg)
        return self


def only_sector(when: When) -> bool:
    """Whether conditions ask for sectors and nothing else."""
    return all(name == "sector" or not codes for name, codes in when)


class Desk(Frozen):
    """A queue of leads; its slug is stored, its names are shown."""

    names: dict[str, Text]


class Rule(Frozen):
    """Sends a lead to a desk when the conditions hold."""

    desk: Slug
    when: When


class Points(Frozen):
    """Adds points to the priority of a lead when the conditions hold."""

    id: Slug
    points: Annotated[Whole, Field(ge=-100, le=100)]
    names: dict[str, Text]
    when: When


class Desks(Frozen):
    """The whole file."""

    default: Slug
    #: short codes: they travel to the public side with each change of a lead's state
    desks: dict[Annotated[Slug, StringConstraints(max_length=40)], Desk] = Field(min_length=1, max_length=40)
    rules: tuple[Rule, ...] = ()
    priority: tuple[Points, ...] = ()


def desk_faults(catalog: Catalog) -> Iterator[Fault]:
    """Desks, sectors, regions and parks that are named but do not exist; names that staff would miss; ids used twice."""
    desks = catalog.desks
    if desks is None:
        return
    known = ", ".join(desks.desks)

    def fault(path: Path_, message: str, mend: str) -> Fault:
        place = catalog.desks_places.place(path)
        return Fault(f"content/{FILE}", *place, ".".join(map(str, path)), message, mend)

    if desks.default not in desks.desks:
        yield fault(("default",), f"there is no desk '{desks.default}'", f"one of: {known}")
    for slug, desk in desks.desks.items():
        yield from (fault(("desks", slug, "names"), *text) for text in _unnamed(desk.names))
    for i, rule in enumerate(desks.rules):
        if rule.desk not in desks.desks:
            yield fault(("rules", i, "desk"), f"there is no desk '{rule.desk}'", f"one of: {known}")
        for path, *text in _unknown(catalog, rule.when):
            yield fault(("rules", i, "when", *path), *text)
    seen: set[str] = set()
    for i, points in enumerate(desks.priority):
        if points.id in seen:
            yield fault(("priority", i, "id"), f"'{points.id}' stands here twice", "give it its own id")
        seen.add(points.id)
        yield from (fault(("priority", i, "names"), *text) for text in _unnamed(points.names))
        for path, *text in _unknown(catalog, points.when):
            yield fault(("priority", i, "when", *path), *text)


def _unnamed(names: dict[str, str]) -> Iterator[tuple[str, str]]:
    missing = [tag for tag in STAFF_LOCALES if tag not in names]
    if missing:
        yield f"has no name in {', '.join(missing)}", "add it"


def _unknown(catalog: Catalog, when: When) -> Iterator[tuple[Path_, str, str]]:
    for condition, collection in _ENTRIES.items():
        for i, slug in enumerate(getattr(when, condition)):
            if catalog.get(collection, slug) is None:
                near = ", ".join(sorted(catalog.entries.get(collection, {})))
                yield (condition, i), f"there is no {collection}/{slug}", f"one of: {near}"


def plain(catalog: Catalog) -> dict[str, object]:
    """What the inbox needs to know of the content, as JSON-able values: desks, rules, names of codes, the bureau's own."""
    sector_of = {
        entry.slug: entry.facts.sector
        for entry in catalog.all("opportunities")
        if isinstance(entry.facts, OpportunityFacts)
    }
    names = {
        collection: {
            entry.slug: {tag: entry.prose(tag).title for tag in STAFF_LOCALES} for entry in catalog.all(collection)
        }
        for collection in ("sectors", "opportunities", "regions", "parks", "policies")
    }
    names["segments"] = {
        f"{entry.slug}/{segment}": {tag: _segment(entry.prose(tag), segment) for tag in STAFF_LOCALES}
        for entry in catalog.all("opportunities")
        for segment in entry.prose(SOURCE).segments
    }
    table = catalog.desks.model_dump(mode="json", exclude_defaults=True) if catalog.desks else {}
    return {**table, "sector_of": sector_of, "names": names, "bureau": dict(catalog.site.host_unit)}


def _segment(prose: Prose, segment: str) -> str:
    """The opportunity's and the segment's name, as the form shows them."""
    found = prose.segments.get(segment)
    return f"{prose.title}: {found.label}" if found else prose.title
