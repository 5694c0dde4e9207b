"""Templates -> HTML: one Jinja environment per locale, the same for published pages and for the few dynamic ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal import l10n
from portal.catalog.store import Catalog
from portal.locales import LOCALES
from portal.release import boundaries, charts, gridmap, matching
from portal.release.addresses import card_path
from portal.release.assets import Assets
from portal.release.view import View

#: what templates draw from, by name
DRAWN = {
    "sector_bars": charts.sector_bars,
    "indicator_pairs": charts.indicator_pairs,
    "chain_stages": charts.chain_stages,
    "chapter_strip": charts.chapter_strip,
    "find_parks": matching.parks,
    "find_opportunities": matching.opportunities,
    "find_policies": matching.policies,
    "grid_map": gridmap.grid_map,
    "boundary_map": boundaries.boundary_map,
}

#: folders of what other templates are framed with or made from
_FRAME = ("base.html", "macros/", "partials/")


@dataclass(frozen=True)
class PageInfo:
    """What the frame of a page needs to know: its path below the locale, whether search engines may keep it."""

    path: str
    indexed: bool = True
    #: locales in which the address exists: the language switch leads there
    locales: tuple[str, ...] = ()
    #: locales in which the page is translated: search engines are told of these
    translated: tuple[str, ...] = ()
    updated: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Renderer:
    """Renders any template in any published locale."""

    def __init__(
        self, catalog: Catalog, *, templates: Path, messages: Path, assets: Assets, base_url: str, release: str = ""
    ) -> None:
        self.catalog = catalog
        self.base_url = base_url.rstrip("/")
        self.release = release
        self.views: dict[str, View] = {}
        self._environments: dict[str, Environment] = {}
        for tag in catalog.site.locales:
            translations = l10n.load_translations(messages, tag)
            environment = Environment(
                loader=FileSystemLoader(templates),
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                extensions=["jinja2.ext.i18n"],
            )
            environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
            environment.globals.update(
                asset=assets.url, LOCALES=LOCALES, jsonld=_jsonld, drawn=DRAWN, card_path=card_path
            )
            self._environments[tag] = environment
            self.views[tag] = View(catalog, tag, translations)

    def html(self, locale: str, template: str, page: PageInfo, **context: object) -> str:
        """A page. Raises jinja2 errors for a template that does not fit its data."""
        environment = self._environments[locale]
        return environment.get_template(template).render(
            v=self.views[locale],
            page=page,
            site=self.catalog.site,
            base_url=self.base_url,
            release=self.release,
            **context,
        )

    def compile(self, locale: str, templates: Iterable[str]) -> None:
        """Compile templates and what they are framed with ahead of their first use, which takes a tenth of a second."""
        environment = self._environments[locale]
        for template in (*environment.list_templates(filter_func=lambda name: name.startswith(_FRAME)), *templates):
            environment.get_template(template)


def _jsonld(data: object) -> Markup:
    """A JSON-LD data block; `<` is escaped so that no value can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).replace("<", "\\u003c")
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text))  # noqa: S704 - escaped above
