"""Lighthouse over the pages that count: its four categories, the largest paint and the layout shift of each.

`python -m tests.benchmarks.lighthouse` publishes the content into a VAR of its own, starts `portal serve` and measures
each page with Lighthouse's own defaults for a phone: slow 4G and a processor slowed down four times, both simulated.
The page is measured `--runs` times and the run with the middle performance score counts, as Lighthouse advises.

The page of search results is kept out of search engines (`noindex`), because it is made of what somebody typed: there
the category SEO is counted without the audit that asks whether engines may keep the page, and marked with a star.

Exit 0 when every category is 98 or more, the largest paint comes within 1.5 s and the shift is at most 0.02; else 1.
A processor index far below 1000 says that the machine is slow or busy: its performance scores are too low then, and
the table says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from portal.catalog.loader import load
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running
from tests.support.leads import ROOT

LIGHTHOUSE = ROOT / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LOCALES = ("en", "zh-Hans", "ar")
PAGES = {
    "home": "",
    "sector": "sectors/biotechnology/",
    "opportunity": "opportunities/semiconductors/",
    "park": "parks/liangjiang-new-area/",
    "search": "search?q=5G",
    "form": "invest",
}
LEAST_SCORE = 98
LATEST_PAINT = 1.5
LARGEST_SHIFT = 0.02
#: What Lighthouse says when the browser recorded no navigation, and to try again; how often that is done a page.
NO_TRACE, LOST_TRACES = "NO_NAVSTART", 3
#: Lighthouse's own line: below it, it warns that the processor is slower than it expects
STEADY = 1000


@dataclass(frozen=True)
class Measured:
    """What Lighthouse says of one page: scores out of 100, seconds, layout shift, index of the processor."""

    name: str
    scores: dict[str, int]
    paint: float
    shift: float
    index: float
    faults: tuple[str, ...] = ()
    by_design: bool = False

    def good(self) -> bool:
        """Whether the page is within every limit."""
        return min(self.scores.values()) >= LEAST_SCORE and self.paint <= LATEST_PAINT and self.shift <= LARGEST_SHIFT


def read(name: str, report: dict[str, Any]) -> Measured:
    """A page's figures from Lighthouse's report; raises KeyError for what is no such report."""
    audits = report["audits"]
    by_design = name.startswith("search")
    scores: dict[str, int] = {}
    faults = []
    for category in CATEGORIES:
        scored = weights = 0.0
        for part in report["categories"][category]["auditRefs"]:
            audit = audits[part["id"]]
            if audit["score"] is None or not part["weight"] or (by_design and part["id"] == "is-crawlable"):
                continue
            scored += audit["score"] * part["weight"]
            weights += part["weight"]
            if audit["score"] < 0.9:
                faults.append(f"{part['id']} {audit.get('displayValue', '')}".strip())
        scores[category] = round(100 * scored / weights)
    return Measured(
        name,
        scores,
        audits["largest-contentful-paint"]["numericValue"] / 1000,
        audits["cumulative-layout-shift"]["numericValue"],
        report["environment"]["benchmarkIndex"],
        tuple(faults),
        by_design,
    )


def measure(name: str, url: str, folder: Path, runs: int) -> Measured:
    """Measure a page `runs` times; the run with the middle performance. Raises SystemExit where Lighthouse fails."""
    seen: list[Measured] = []
    lost = 0
    while len(seen) < runs:
        file = folder / "report.json"
        command = [str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--output-path={file}"]
        command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}"]
        environment = {**os.environ, "CHROME_PATH": CHROMIUM, "TMPDIR": str(folder)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        if done.returncode and NO_TRACE in done.stderr and lost < LOST_TRACES:
            lost += 1
            continue
        if done.returncode:
            raise SystemExit(f"{url}: {done.stderr.strip()[-400:]}")
        seen.append(read(name, json.loads(file.read_text())))
    return sorted(seen, key=lambda measured: measured.scores["performance"])[len(seen) // 2]


def line(measured: Measured) -> str:
    """A page's row of the table."""
    scores = "".join(f"{measured.scores[category]:>5}" for category in CATEGORIES)
    star = "*" if measured.by_design else " "
    verdict = "well" if measured.good() else "BELOW"
    faults = f"  {', '.join(measured.faults)}" if measured.faults else ""
    figures = f"{measured.paint:>7.2f} s {measured.shift:>7.3f} {measured.index:>7.0f}"
    return f"{measured.name:<22}{scores}{star}{figures}  {verdict}{faults}"


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often each page is measured (3)")
    parser.add_argument("--url", help="measure a portal that runs already instead of starting one")
    parser.add_argument("pages", nargs="*", metavar="page", help=f"some of: {', '.join(PAGES)} (all)")
    given = parser.parse_args()
    if (unknown := set(given.pages) - set(PAGES)) or given.runs < 1:
        parser.error(f"no such page: {', '.join(sorted(unknown))}" if unknown else "--runs must be 1 or more")
    if not LIGHTHOUSE.exists() or not Path(CHROMIUM).exists():
        typer.echo(f"needs {CHROMIUM} and node_modules (npm ci)", err=True)
        return 2
    wanted = given.pages or list(PAGES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.url:
            return judge(given.url.rstrip("/"), wanted, folder, given.runs)
        with running(folder / "var") as portal:
            return judge(portal.url, wanted, folder, given.runs)


def judge(url: str, wanted: list[str], folder: Path, runs: int) -> int:
    """Measure the wanted pages of the portal at `url` in every language that is asked for and published."""
    published = [locale for locale in LOCALES if locale in load(ROOT / "content").site.locales]
    typer.echo(f"{'page':<22} perf a11y best  seo      LCP     CLS     CPU")
    seen = []
    for locale in published:
        for name in wanted:
            measured = measure(f"{name} {locale}", f"{url}/{locale}/{PAGES[name]}", folder, runs)
            typer.echo(line(measured))
            seen.append(measured)
    if any(measured.by_design for measured in seen):
        typer.echo("* search results are noindex on purpose; SEO is counted without that audit")
    if (index := min(measured.index for measured in seen)) < STEADY:
        typer.echo(f"the processor was slow or busy (index {index:.0f} of {STEADY}): performance is read too low")
    failed = [measured.name for measured in seen if not measured.good()]
    typer.echo(f"{len(seen)} pages, {len(failed)} below: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
