"""The real content, published once per test run and shared by all workers."""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.catalog.faults import ContentError
from portal.release import build
from portal.release.inspect import Inspected, look
from search import Engine, open_engine
from tests.support.content import BASE_URL, ROOT
from tests.support.site import Site, running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to say besides passing (`record_property("said", …)`), from every worker."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == "said" and report.when == "call":
                terminalreporter.write_line(str(value))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a release of the real content; to be read only. `published.parent.parent / "current"` points to it.

    The gate publishes once for all its groups and says where: PUBLISHED is the link to the live release.
    """
    if given := os.environ.get("PUBLISHED"):
        return Path(given).resolve(strict=True)
    base = tmp_path_factory.getbasetemp()
    var = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "published"
    var.mkdir(exist_ok=True)
    paths = build.Paths(
        content=ROOT / "content",
        templates=ROOT / "templates",
        messages=ROOT / "locales",
        static=ROOT / "static",
        releases=var / "releases",
        current=var / "current",
    )
    failed = var / "failed"
    with (var / ".published").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not paths.current.exists() and not failed.exists():
            try:
                build.publish(paths, base_url=BASE_URL, keep=1)
            except ContentError as error:
                failed.write_text("\n".join(map(str, error.faults)), "utf-8")
    if failed.exists():
        pytest.fail(f"the real content cannot be published:\n{failed.read_text('utf-8')}", pytrace=False)
    return paths.current.resolve()


@pytest.fixture(scope="session")
def portal_engines(published: Path) -> Iterator[dict[str, Engine]]:
    """The search of the real content as it is published, by locale."""
    engines = {folder.name: open_engine(folder) for folder in sorted((published / "search").iterdir())}
    assert len(engines) > 1
    yield engines
    for engine in engines.values():
        engine.close()


@dataclass(frozen=True)
class SeenPage:
    """A published page: its address, its HTML, what the inspector sees in it."""

    address: str
    html: str
    seen: Inspected


@pytest.fixture(scope="session")
def pages(published: Path) -> dict[str, SeenPage]:
    """Every HTML page of the release by address."""
    found: dict[str, SeenPage] = {}
    for locale in published.iterdir():
        if not (locale / "index.html").is_file():
            continue
        for path in sorted(locale.rglob("*.html")):
            address = f"/{path.relative_to(published).as_posix()}".removesuffix("index.html")
            html = path.read_text("utf-8")
            found[address] = SeenPage(address, html, look(html))
    assert found
    return found


@pytest.fixture(scope="session")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole public site over the real content, on a loopback port; one per worker."""
    var = tmp_path_factory.mktemp("var")
    (var / "current").symlink_to(published)
    with running(var) as found:
        yield found
