"""No figure of the judged queries may drop: the search gets better, or a change says why not in quality.json.

After a change for the better, renew the record: `portal bench search --quality --json > tests/search/quality.json`.
"""

import json
from pathlib import Path

from portal.bench_quality import rows
from search import Engine

HERE = Path(__file__).parent
#: A figure may wobble so far when content changes.
ALLOWED = 0.01
MEASURES = ("mrr", "hit@1", "hit@3")


def test_no_figure_drops(portal_engines: dict[str, Engine]) -> None:
    recorded = json.loads((HERE / "quality.json").read_text("utf-8"))
    found = {(row["by"], row["name"]): row for row in rows(portal_engines, HERE / "queries.tsv")}
    assert len(recorded) > 20
    assert found.keys() == {(row["by"], row["name"]) for row in recorded}
    dropped = [
        f"{row['by']} {row['name']}: {name} {row[name]} -> {found[row['by'], row['name']][name]}"
        for row in recorded
        for name in MEASURES
        if float(str(found[row["by"], row["name"]][name])) < row[name] - ALLOWED
    ]
    assert not dropped, "\n".join(dropped)
