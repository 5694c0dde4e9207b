"""The live release as the routes see it: pages rendered on demand, choices for the form, the data behind both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import structlog

from portal.catalog.loader import load
from portal.catalog.models import GuideFacts
from portal.catalog.store import Catalog
from portal.leads.forms import FormOptions, Notice
from portal.release.assets import Assets
from portal.release.indexing import rebuild_index
from portal.release.pages import Links
from portal.release.render import PageInfo, Renderer
from portal.release.serve import Live, Release
from search import Engine, EngineMissingError, IndexDamagedError, open_engine

log = structlog.get_logger()

#: template -> path of the page it stands for; the language switch keeps it
PATHS = {
    "pages/search.html": "search",
    "pages/invest.html": "invest",
    "pages/check.html": "invest",
    "pages/status.html": "receipt/",
    "pages/compare.html": "parks/compare",
    "pages/parks.html": "parks/",
    "pages/opportunities.html": "opportunities/",
    "pages/policies.html": "policies/",
    "pages/policycheck.html": "policies/check",
    "pages/shortlist.html": "shortlist",
}


@dataclass(frozen=True)
class Made:
    """What is made once from a release: its catalog, its renderer, its links, its search engines."""

    catalog: Catalog
    renderer: Renderer
    links: Links
    engines: dict[str, Engine]
    options: dict[str, FormOptions]
    notices: dict[str, Notice]


class LiveSite:
    """The site as it is now. Follows the pointer; every answer comes from one release."""

    def __init__(
        self, current: Path, *, templates: Path, messages: Path, base_url: str, search_engine: str = "whoosh"
    ) -> None:
        self._search_engine = search_engine
        self._templates, self._messages, self._base_url = templates, messages, base_url
        self._live = Live(current, self._make)

    def _make(self, release: Release) -> Made:
        catalog = load(release.folder / "content")
        renderer = Renderer(
            catalog,
            templates=self._templates,
            messages=self._messages,
            assets=Assets(release.assets, {}),
            base_url=self._base_url,
            release=release.id,
        )
        engines: dict[str, Engine] = {}
        for tag in release.locales:
            renderer.compile(tag, PATHS)
            if engine := self._engine(release, catalog, tag):
                engines[tag] = engine
        options = {tag: form_options(catalog, tag) for tag in release.locales}
        notices = {tag: privacy_notice(catalog, tag) for tag in release.locales}
        return Made(catalog, renderer, Links(catalog), engines, options, notices)

    def _engine(self, release: Release, catalog: Catalog, tag: str) -> Engine | None:
        """The engine of a locale; a damaged index is written anew from the release's content."""
        folder = release.folder / "search"
        try:
            return open_engine(folder / tag)
        except (IndexDamagedError, EngineMissingError):
            log.exception("search.index_refused", release=release.id, locale=tag)
        try:
            rebuild_index(catalog, folder, tag, self._search_engine)
            engine = open_engine(folder / tag)
        except Exception:
            # A damaged index costs search, not the site: pages, form and data go on.
            log.exception("search.index_not_rebuilt", release=release.id, locale=tag)
            return None
        log.warning("search.index_rebuilt", release=release.id, locale=tag)
        return engine

    def release(self) -> Release:
        """The live release. Raises `ReleaseError` when there is none."""
        return self._live.get()[0]

    def made(self) -> Made:
        """What was made from the live release. Raises `ReleaseError` when there is none."""
        return self._live.get()[1]

    def locales(self) -> tuple[str, ...]:
        """Published locales."""
        return self.release().locales

    def html(self, locale: str, template: str, **context: object) -> str:
        """A page rendered on demand; such pages are not for search engines except the form."""
        made = self.made()
        path = PATHS.get(template, "")
        tags = self.locales() if path else ()
        info = PageInfo(path, indexed=template == "pages/invest.html", locales=tags, translated=tags)
        return made.renderer.html(locale, template, info, **{"links": made.links, **context})

    def options(self, locale: str) -> FormOptions:
        """The form's choices that come from content."""
        return self.made().options[locale]

    def desk(self, code: str, locale: str) -> str:
        """The name of a desk in `locale`, else its English one; the code where the content does not know it."""
        desks = self.made().catalog.desks
        names = desks.desks[code].names if desks is not None and code in desks.desks else {}
        return names.get(locale) or names.get("en") or code

    def notice(self, locale: str) -> Notice:
        """The privacy notice as it is published."""
        return self.made().notices[locale]

    def engine(self, locale: str) -> Engine | None:
        """The search engine of a locale, or None when its index could not be opened."""
        return self.made().engines.get(locale)


def privacy_notice(catalog: Catalog, tag: str) -> Notice:
    """The notice of the release that is shown, so that what readers saw and what is stored cannot differ.

    Its version is the day in the guide's facts; the digest is of title, summary and text as they are published.
    """
    guide = catalog.get("guides", "privacy")
    if guide is None or not isinstance(guide.facts, GuideFacts):
        return Notice("")
    prose = guide.prose(tag)
    text = "\n".join([prose.title, prose.summary or "", guide.body(tag)])
    return Notice(str(guide.facts.updated), hashlib.sha256(text.encode()).hexdigest())


def form_options(catalog: Catalog, tag: str) -> FormOptions:
    """Sectors, opportunities by sector, their segments, regions, parks and policies as (code, label)."""

    def pairs(collection: str) -> list[tuple[str, str]]:
        return [(entry.slug, entry.prose(tag).title) for entry in catalog.all(collection)]

    return FormOptions(
        sectors=pairs("sectors"),
        opportunities={
            sector.slug: [(entry.slug, entry.prose(tag).title) for entry in catalog.opportunities_of(sector.slug)]
            for sector in catalog.all("sectors")
        },
        regions=pairs("regions"),
        parks=pairs("parks"),
        segments=[
            (f"{entry.slug}/{slug}", f"{entry.prose(tag).title}: {segment.label}")
            for entry in catalog.all("opportunities")
            for slug, segment in entry.prose(tag).segments.items()
        ],
        policies=pairs("policies"),
    )
