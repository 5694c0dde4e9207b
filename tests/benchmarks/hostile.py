"""Hostile queries against the search of the real content: the slowest, in time of this process.

`python -m tests.benchmarks.hostile` builds the indexes of every published locale, asks the known attacks and random
texts of any Unicode, and prints the slowest. Exit 0 when none took over 100 ms and none raised, else 1.
`--url http://127.0.0.1:8000` asks a running portal for its page of results instead, where an answer of 500 or more
is a failure too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.catalog.loader import load
from portal.release.indexing import build_indexes
from portal.release.memory import set_apart
from portal.settings import ROOT
from search import Engine, open_engine
from tests.unit.search.test_hostile import HOSTILE

LONGEST_MS = 100.0
_SHOWN = 5
#: What an address can hold of a query; servers refuse longer lines before anybody reads them.
_ADDRESS = 2000
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


def texts(count: int) -> list[str]:
    """The known attacks and `count` random texts, the same every time."""
    found = list(HOSTILE)

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_TEXTS)
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return found


def measure(engines: list[Engine], asked: list[str]) -> list[tuple[float, str, str]]:
    """(milliseconds, locale, query), the slowest first. Raises what an engine raises."""
    times: list[tuple[float, str, str]] = []
    for text in asked:
        for engine in engines:
            begun = time.process_time()
            engine.search(text)
            times.append(((time.process_time() - begun) * 1000, engine.locale, text))
    return sorted(times, key=lambda row: -row[0])


def measure_pages(url: str, asked: list[str]) -> list[tuple[float, str, str]]:
    """The same of the pages of a running portal, in time on the clock. Raises HTTPStatusError at 500 and more."""
    times: list[tuple[float, str, str]] = []
    locales = load(ROOT / "content").site.locales
    set_apart()  # a full collection on this side is no wait for the server
    with httpx.Client(base_url=url, timeout=30) as client:
        for text in asked:
            query = text[:_ADDRESS].encode("utf-8", "replace").decode()
            for locale in locales:
                begun = time.perf_counter()
                answer = client.get(f"/{locale}/search", params={"q": query})
                times.append(((time.perf_counter() - begun) * 1000, locale, text))
                if answer.is_server_error:
                    answer.raise_for_status()
    return sorted(times, key=lambda row: -row[0])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--engine", default="whoosh")
    parser.add_argument("--url", help="ask a portal that runs")
    asked = parser.parse_args()
    if asked.url:
        return judge(measure_pages(asked.url, texts(asked.queries)))
    with tempfile.TemporaryDirectory() as name:
        counts = build_indexes(load(ROOT / "content"), Path(name), asked.engine)
        engines = [open_engine(Path(name) / locale) for locale in counts]
        asking = texts(asked.queries)
        set_apart()  # as the running portal does; what made the texts has left much behind, too
        return judge(measure(engines, asking))


def judge(times: list[tuple[float, str, str]]) -> int:
    """Print the slowest; 1 when one took too long."""
    sys.stdout.write(f"{len(times)} answers; p99 {times[len(times) // 100][0]:.1f} ms; the slowest:\n")
    for taken, locale, text in times[:_SHOWN]:
        sys.stdout.write(f"{taken:8.1f} ms  {locale:8} {text[:80]!a}\n")
    return 0 if times[0][0] <= LONGEST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
