"""Hostile queries against the search of the real content: the slowest, in time of this process.

`python -m tests.benchmarks.hostile` builds the indexes of every published locale, asks the known attacks and random
texts of any Unicode, and prints the slowest. Exit 0 when none took over 100 ms and none raised, else 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.catalog.loader import load
from portal.release.indexing import build_indexes
from portal.settings import ROOT
from search import Engine, open_engine
from tests.unit.search.test_hostile import HOSTILE

LONGEST_MS = 100.0
_SHOWN = 5
_PIECES = [
    "*",
    "?",
    "~9",
    "[a TO ",
    "]",
    "(",
    ")",
    "NOT ",
    "AND ",
    "OR ",
    '"',
    "^9",
    ":",
    "-",
    "半导体",
    "電梯",
    "lifts ",
]
#: Any text; pieces of a query language; letters of one script without end, as typing errors are looked for in them.
_TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=8), max_size=60).map("".join),
    st.lists(st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=30), max_size=12).map(" ".join),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=120),
    st.text(st.characters(min_codepoint=0x0400, max_codepoint=0x06FF), max_size=120),
    st.text(st.characters(min_codepoint=0x3040, max_codepoint=0x30FF) | st.just(" "), max_size=120),
    st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.just(" "), max_size=120),
)


def measure(engines: list[Engine], count: int) -> list[tuple[float, str, str]]:
    """(milliseconds, locale, query), the slowest first. Raises what an engine raises."""
    times: list[tuple[float, str, str]] = []

    def ask(text: str) -> None:
        for engine in engines:
            begun = time.process_time()
            engine.search(text)
            times.append(((time.process_time() - begun) * 1000, engine.locale, text))

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_TEXTS)
    def random(text: str) -> None:
        ask(text)

    for text in HOSTILE:
        ask(text)
    random()
    return sorted(times, key=lambda row: -row[0])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--engine", default="whoosh")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        counts = build_indexes(load(ROOT / "content"), Path(name), asked.engine)
        times = measure([open_engine(Path(name) / locale) for locale in counts], asked.queries)
    sys.stdout.write(f"{len(times)} answers; p99 {times[len(times) // 100][0]:.1f} ms; the slowest:\n")
    for taken, locale, text in times[:_SHOWN]:
        sys.stdout.write(f"{taken:8.1f} ms  {locale:8} {text[:80]!a}\n")
    return 0 if times[0][0] <= LONGEST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
