"""How well judged queries are answered: MRR and how often a right page is first, or among the first three."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.catalog.store import Catalog
from portal.release.indexing import build_indexes
from search import Engine, open_engine

#: Hits that are looked at; a right page further down counts as not found.
_DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """A query with the pages that answer it; none for a query that is to find nothing."""

    locale: str
    kind: str
    text: str
    answers: frozenset[str]


def read(path: Path) -> list[Judged]:
    """The queries of a file: locale, kind, query, answers with ` | ` between them."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Judged(
                row["locale"],
                row["kind"],
                row["query"],
                frozenset(answer.strip() for answer in (row["answers"] or "").split("|") if answer.strip()),
            )
            for row in rows
        ]


def reciprocal_rank(engine: Engine, query: Judged) -> float:
    """1 for a right page in the first place, 1/2 in the second …, 0 when it is not found.

    A query that is to find nothing gets 1 when it does.
    """
    hits = engine.search(query.text, limit=_DEPTH).hits
    if not query.answers:
        return float(not hits)
    return next((1 / place for place, hit in enumerate(hits, start=1) if hit.id in query.answers), 0.0)


def figures(
    engines: Mapping[str, Engine], queries: list[Judged]
) -> dict[tuple[str, str], tuple[float, float, float, int]]:
    """(locale or kind, its name) -> MRR, hit@1, hit@3, number of queries.

    A language that is not published is asked of every one that is: whichever page the reader is on.
    """
    ranks: dict[tuple[str, str], list[float]] = defaultdict(list)
    for query in queries:
        asked = [engines[query.locale]] if query.locale in engines else list(engines.values())
        for engine in asked:
            value = reciprocal_rank(engine, query)
            for group in (("all", "all"), ("locale", query.locale), ("kind", query.kind)):
                ranks[group].append(value)
    return {
        group: (
            round(sum(found) / len(found), 4),
            round(sum(value == 1 for value in found) / len(found), 4),
            round(sum(value >= 1 / 3 for value in found) / len(found), 4),
            len(found),
        )
        for group, found in ranks.items()
    }


def measure(catalog: Catalog, path: Path, engine: str = "whoosh") -> list[dict[str, object]]:
    """What `rows` gives over fresh indexes of the published languages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engines = {locale: open_engine(folder / locale) for locale in build_indexes(catalog, folder, engine)}
        found = rows(engines, path)
        for opened in engines.values():
            opened.close()
    return found


def rows(engines: Mapping[str, Engine], path: Path) -> list[dict[str, object]]:
    """The figures of a file of judged queries as rows of a table; `engines` is locale -> engine."""
    return [
        {"by": group, "name": name, "mrr": mrr, "hit@1": first, "hit@3": three, "queries": count}
        for (group, name), (mrr, first, three, count) in figures(engines, read(path)).items()
    ]
