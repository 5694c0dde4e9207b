"""Leaflets in languages that are not published yet, without network; and what happens without Pango."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.release import leaflets
from portal.release.assets import collect
from portal.release.pages import Links
from portal.release.paper import UNAVAILABLE, make
from portal.release.render import Renderer
from tests.support.content import BASE_URL, ROOT, Content
from tests.support.paper import Paper, read

CSS = (ROOT / "templates" / "paper" / "paper.css").read_text("utf-8")


@pytest.fixture
def renderer(content: Content) -> Renderer:
    """The tiny content as if Arabic and Japanese were published: all of it falls back to Chinese."""
    catalog = content.load()
    site = catalog.site.model_copy(update={"locales": ("zh-Hans", "en", "ar", "ja")})
    return Renderer(
        dataclasses.replace(catalog, site=site),
        templates=ROOT / "templates",
        messages=ROOT / "locales",
        assets=collect(ROOT / "static"),
        base_url=BASE_URL,
        release="20261125T120000000000-abcdef12",
    )


def paper_of(renderer: Renderer, tag: str, static: Path) -> tuple[Paper, list[str]]:
    entry = renderer.catalog.get("opportunities", "semiconductors")
    assert entry
    html = leaflets.leaflet(renderer, Links(renderer.catalog), tag, entry)
    order = leaflets.order(renderer, html, tag, css=ROOT / "templates" / "paper" / "paper.css", static=static)
    body, families = make(html, css=order.given["css"], base_url=BASE_URL, static=static)
    assert order.family in families, f"{order.family} is not installed; used instead: {families}"
    return read(body), families


def test_arabic_runs_from_right_to_left_and_says_what_is_chinese(renderer: Renderer, tmp_path: Path) -> None:
    renderer.catalog.site.names["ar"] = "استثمر في تشونغتشينغ"
    paper, families = paper_of(renderer, "ar", tmp_path)
    assert {"Noto Naskh Arabic", "Noto Sans CJK SC"} <= set(families)
    left, right = paper.ink
    assert right > 2 * left, paper.ink
    assert "not been translated yet" in paper.text
    assert "半导体" in paper.text
    assert paper.embedded


def test_japanese_uses_japanese_glyphs(renderer: Renderer, tmp_path: Path) -> None:
    paper, families = paper_of(renderer, "ja", tmp_path)
    assert {"Noto Sans CJK JP", "Noto Sans CJK SC"} <= set(families)
    left, right = paper.ink
    assert left > right
    assert paper.embedded


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "file:///etc/passwd", f"{BASE_URL}/static/../../secret.svg", "data:image/png;base64,AAAA"]
)  # fmt: skip
def test_nothing_is_fetched(tmp_path: Path, address: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "secret.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>', "utf-8")
    static = tmp_path / "a" / "static"
    static.mkdir(parents=True)
    html = f'<html lang="en"><title>T</title><p>Words<img src="{address}" alt="">'
    body, _ = make(html, css=CSS, base_url=BASE_URL, static=static)
    assert read(body).text.split() == ["Words"]
    assert "is not fetched" in caplog.text


def test_own_pictures_are_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "utf-8")
    html = '<html lang="en"><title>T</title><p>Words<img src="/static/a.svg" alt="">'
    make(html, css=CSS, base_url=BASE_URL, static=tmp_path)
    assert "is not fetched" not in caplog.text


def test_without_pango_the_process_says_so(tmp_path: Path) -> None:
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text(
        'raise OSError("cannot load library libpango-1.0-0")\n', "utf-8"
    )
    given = json.dumps({"html": "<p>", "css": "", "base_url": BASE_URL, "static": str(tmp_path)})
    done = subprocess.run(
        [sys.executable, "-m", "portal.release.paper"],
        input=given.encode(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == UNAVAILABLE
    assert b"libpango" in done.stderr.splitlines()[-1]
    assert done.stdout == b""
