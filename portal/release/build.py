"""Content -> release: an immutable folder, built beside the live one, checked, and made live by one atomic rename."""

from __future__ import annotations

import dataclasses
import fcntl
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.catalog import schemas
from portal.catalog.checks import Checker
from portal.catalog.faults import ContentError, Fault
from portal.catalog.loader import load
from portal.catalog.store import Catalog
from portal.release import data, indexing, offline, sitemap
from portal.release.addresses import LEAFLETS
from portal.release.assets import Assets, collect
from portal.release.inspect import Inspected, broken_links, look
from portal.release.pages import Page, pages
from portal.release.render import PageInfo, Renderer

MANIFEST = "manifest.json"
#: addresses that the web process answers itself, per locale
DYNAMIC = ("search", "invest", "parks/compare", "policies/check", "shortlist")
_COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".geojson", ".xml", ".txt", ".csv", ".atom"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Paths:
    """Where a release is made from and put."""

    content: Path
    templates: Path
    messages: Path
    static: Path
    releases: Path
    current: Path


@dataclass(frozen=True)
class Rendered:
    """Every page of a catalog, rendered and inspected, by address (`/en/sectors/`)."""

    html: dict[str, str]
    inspected: dict[str, Inspected]
    locales: dict[str, tuple[str, ...]]

    def texts(self, locale: str) -> dict[str, str]:
        """Visible text by path below a locale."""
        start = f"/{locale}/"
        return {path.removeprefix(start): page.text for path, page in self.inspected.items() if path.startswith(start)}


def checked_catalog(content: Path, map_review_number: str = "") -> tuple[Catalog, list[str]]:
    """Load and check. Returns the catalog and warnings; raises `ContentError` with every fault.

    A `map_review_number` from the environment stands in for the one of `site.yaml`.
    """
    catalog = load(content)
    if map_review_number:
        site = catalog.site.model_copy(update={"map_review_number": map_review_number})
        catalog = dataclasses.replace(catalog, site=site)
    checker = Checker(catalog)
    faults = checker.run()
    faults += [
        Fault(f"content/schemas/{name}", 0, 0, "", "is not what the models say", "run `portal check --schemas`")
        for name in schemas.stale(content / "schemas")
    ]
    if faults:
        raise ContentError(faults)
    return catalog, checker.warnings


def render_all(renderer: Renderer, progress: Progress | None = None) -> Rendered:
    """Render every page in every published locale."""
    catalog = renderer.catalog
    tags = catalog.site.locales
    listed = list(pages(catalog))
    rendered = Rendered({}, {}, {page.path: translated(page, tags) for page in listed if page.indexed})
    for count, (tag, page) in enumerate([(tag, page) for tag in tags for page in listed], start=1):
        html = renderer.html(tag, page.template, _info(page, tags), **page.context)
        rendered.html[f"/{tag}/{page.path}"] = html
        rendered.inspected[f"/{tag}/{page.path}"] = look(html)
        if progress:
            progress("pages", count, len(listed) * len(tags))
    return rendered


def translated(page: Page, tags: tuple[str, ...]) -> tuple[str, ...]:
    """The locales in which a page is more than its Chinese text with a label."""
    return tuple(tag for tag in tags if page.entry is None or page.entry.status(tag) != "missing")


def _info(page: Page, tags: tuple[str, ...]) -> PageInfo:
    updated = str(getattr(page.entry.facts, "updated", "")) if page.entry else ""
    return PageInfo(page.path, page.indexed, tags if page.indexed else (), translated(page, tags), updated)


def link_faults(rendered: Rendered, catalog: Catalog, assets: Assets) -> list[Fault]:
    """Broken internal links of the rendered pages."""
    others = {f"/static/{name}" for name in assets.files} | {"/api/v1/openapi.json"}
    for tag in catalog.site.locales:
        others |= {f"/{tag}/{path}" for path in (*DYNAMIC, "feed.atom")}
        others |= {f"/{tag}/{name}/{slug}.pdf" for name in LEAFLETS for slug in catalog.entries.get(name, {})}
        others |= {f"/data/{tag}/{name}.{kind}" for name in catalog.entries for kind in ("csv", "json")}
        others.add(f"/data/{tag}/districts.geojson")
    return [
        Fault(page, 0, 0, "link", f"{link} leads nowhere") for page, link in broken_links(rendered.inspected, others)
    ]


def publish(
    paths: Paths,
    *,
    base_url: str,
    keep: int,
    progress: Progress | None = None,
    map_review_number: str = "",
    engine: str = "whoosh",
) -> tuple[str, list[str]]:
    """Make the content live as a new release; returns its id and warnings. Boundaries need a `map_review_number`.

    `engine` writes the search index; raises `EngineMissingError` when it is not installed, `ContentError` and changes nothing when the content has faults. A process that is killed leaves the old
    release live: the pointer is replaced by one rename, after everything is on disk.
    """
    paths.releases.mkdir(parents=True, exist_ok=True)
    with _lock(paths.releases / ".lock"), _building(paths) as building:
        # What is published is the copy: an edit made meanwhile waits for the next release.
        copy_content(paths.content, building / "content")
        catalog, warnings = checked_catalog(building / "content", map_review_number)
        created = datetime.now(UTC)
        release = f"{created:%Y%m%dT%H%M%S%f}-{catalog.hash[:8]}"
        assets = collect(paths.static)
        renderer = Renderer(
            catalog,
            templates=paths.templates,
            messages=paths.messages,
            assets=assets,
            base_url=base_url,
            release=release,
        )
        rendered = render_all(renderer, progress)
        faults = link_faults(rendered, catalog, assets)
        if faults:
            raise ContentError(faults)
        files = dict(_files(renderer, rendered, assets, created))
        _write(building, files)
        indexing.build_indexes(catalog, building / "search", engine)
        manifest = {
            "id": release,
            "created": created.isoformat(),
            "content": catalog.hash,
            "base_url": base_url,
            "locales": list(catalog.site.locales),
            "default_locale": catalog.site.default_locale,
            "pages": len(rendered.html),
            "assets": assets.names,
            "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())},
        }
        (building / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        os.sync()
        building.rename(paths.releases / release)
        switch(paths.current, paths.releases / release)
        prune(paths.releases, paths.current, keep)
    return release, warnings


@contextmanager
def _building(paths: Paths) -> Iterator[Path]:
    """An empty folder to build in; gone afterwards unless it was renamed, with what killed runs left behind."""
    for leftover in paths.releases.glob(".building-*"):
        shutil.rmtree(leftover)
    for leftover in paths.current.parent.glob(f".{paths.current.name}-*"):
        leftover.unlink()
    folder = paths.releases / f".building-{os.getpid()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_content(source: Path, target: Path) -> None:
    """Copy the content folder. Raises `ContentError` naming everything in it that is neither folder nor plain file."""
    faults: list[Fault] = []
    for folder, names, files in os.walk(source):
        for name in [*names, *files]:
            path = Path(folder) / name
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                shown = f"content/{path.relative_to(source).as_posix()}"
                faults.append(Fault(shown, 0, 0, "", "is neither a folder nor a plain file", "remove it"))
    if faults:
        raise ContentError(faults)
    try:
        shutil.copytree(source, target)
    except (OSError, shutil.Error) as error:
        reason = (
            "; ".join(f"{entry[0]}: {entry[2]}" for entry in error.args[0])
            if isinstance(error, shutil.Error)
            else str(error)
        )
        raise ContentError(
            [Fault("content", 0, 0, "", f"cannot be copied ({reason})", "check its permissions")]
        ) from error


def _files(renderer: Renderer, rendered: Rendered, assets: Assets, created: datetime) -> Iterator[tuple[str, bytes]]:
    catalog = renderer.catalog
    for address, html in rendered.html.items():
        name = address.strip("/")
        yield (name if name.endswith(".html") else f"{name}/index.html"), html.encode()
    for name, body in assets.files.items():
        yield f"static/{name}", body
    for tag in catalog.site.locales:
        view = renderer.views[tag]
        yield f"{tag}/feed.atom", sitemap.feed(renderer, tag, created)
        yield f"data/{tag}/districts.geojson", data.districts_geojson(view)
        for collection in catalog.entries:
            records = [data.record(view, entry) for entry in catalog.all(collection)]
            yield f"data/{tag}/{collection}.json", data.as_json(records)
            yield f"data/{tag}/{collection}.csv", data.as_csv(records)
    yield "sitemap.xml", sitemap.sitemap(renderer.base_url, rendered.locales, catalog.site.default_locale)
    yield offline.PATH, offline.worker(assets, renderer.release, catalog.site.locales)
    yield "robots.txt", sitemap.robots(renderer.base_url, catalog.site.locales)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        if path.suffix in _COMPRESSED:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(body, 9, mtime=0))


def switch(pointer: Path, release: Path) -> None:
    """Make a release live: a new symbolic link takes the old one's place in one rename."""
    temporary = pointer.with_name(f".{pointer.name}-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(release, pointer.parent))
    temporary.replace(pointer)


def prune(releases: Path, current: Path, keep: int) -> None:
    """Remove all but the newest `keep` releases; the live one always stays."""
    live = current.resolve()
    found = sorted(path for path in releases.iterdir() if path.is_dir() and not path.name.startswith("."))
    for path in found[:-keep]:
        if path.resolve() != live:
            shutil.rmtree(path)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
