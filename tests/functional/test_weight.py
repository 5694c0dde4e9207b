"""The budget of a first visit: 60 KB compressed without fonts and pictures, of them 15 KB JavaScript, on every page."""

from __future__ import annotations

import gzip
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import SeenPage
from tests.support.site import Site

WHOLE, SCRIPT = 60_000, 15_000
#: pages that are made when they are asked for
DYNAMIC = (
    "search",
    "search?q=chip",
    "invest",
    "parks/compare?p=liangjiang-new-area&p=bishan-hitech&p=western-chongqing-science-city&p=xiyong-cbz",
    "parks/?level=national",
    "opportunities/?sector=electronics",
    "policies/check",
    "shortlist?o=semiconductors&p=liangjiang-new-area",
)


@dataclass(frozen=True, order=True)
class Weight:
    """Compressed bytes of a page with everything it asks for."""

    whole: int
    script: int
    address: str


def weigh(html: str, address: str, folder: Path) -> Weight:
    """The weight of a page whose static files stand in a release."""
    asked = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html))
    sizes = {name: len(gzip.compress((folder / name.lstrip("/")).read_bytes(), 9)) for name in asked}
    script = sum(size for name, size in sizes.items() if name.endswith(".js"))
    return Weight(len(gzip.compress(html.encode(), 9)) + sum(sizes.values()), script, address)


def heaviest(found: list[Weight]) -> list[str]:
    """The ten heaviest, as lines."""
    return [f"{w.whole / 1000:6.1f} KB ({w.script / 1000:.1f} KB script) {w.address}" for w in sorted(found)[:-11:-1]]


def too_heavy(found: list[Weight]) -> list[Weight]:
    """What is over the budget."""
    return [w for w in found if w.whole > WHOLE or w.script > SCRIPT]


def test_every_published_page_is_within_the_budget(
    published: Path, pages: dict[str, SeenPage], capsys: pytest.CaptureFixture[str]
) -> None:
    found = [weigh(page.html, address, published) for address, page in pages.items()]
    assert len(found) > 300
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *heaviest(found), ""]))
    assert too_heavy(found) == []


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_every_page_made_on_demand_is_within_the_budget(
    published: Path, site: Site, tag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {path: site.get(f"/{tag}/{path}") for path in DYNAMIC}
    assert {answer.status_code for answer in answers.values()} == {200}
    found = [weigh(answer.text, f"/{tag}/{path}", published) for path, answer in answers.items()]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *heaviest(found), ""]))
    assert too_heavy(found) == []
    # What is counted compressed is also sent compressed.
    assert {path for path, answer in answers.items() if answer.headers.get("content-encoding") != "gzip"} == set()


def test_a_page_with_a_heavy_script_is_found(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.js").write_bytes(bytes(range(256)) * 100 + os.urandom(16_000))
    assert too_heavy([weigh('<script src="/static/a.js" defer></script>', "/x/", tmp_path)])
    assert not too_heavy([weigh("<p>light</p>", "/x/", tmp_path)])
