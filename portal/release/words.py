"""Words and addresses of one locale: messages, labels, titles, languages marked where they change."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from functools import cached_property

from markupsafe import Markup, escape

from portal import l10n
from portal.catalog.store import Catalog, Entry
from portal.locales import LOCALES, SOURCE, Locale
from portal.release.labels import GROUPS

_CHINESE_RUN = re.compile(
    r"([“「《〔（]*[\u3400-\u9fff](?:[\u3000-\u303f\u3400-\u9fff\uff00-\uffef0-9“”〔〕—·]*[\u3400-\u9fff\u3000-\u303f\uff00-\uffef〔〕”])?)"
)


class Words:
    """The catalog's words in one locale, ready for a template."""

    def __init__(self, catalog: Catalog, tag: str, translations: gettext.NullTranslations) -> None:
        self.catalog = catalog
        self.tag = tag
        self.locale: Locale = LOCALES[tag]
        self.published: list[Locale] = [LOCALES[name] for name in catalog.site.locales]
        self._translations = translations

    # -- words ---------------------------------------------------------------------------------------------------

    def _(self, message: str, **values: object) -> str:
        """A message in this locale, with values put in."""
        text = self._translations.gettext(message)
        return text % values if values else text

    def label(self, group: str, code: str) -> str:
        """The name of a code of the content files; the code itself, made readable, where it has none yet."""
        message = GROUPS[group].get(code)
        return self._(message) if message else code.replace("-", " ").capitalize()

    def listing(self, items: Iterable[str]) -> str:
        """`a, b and c`."""
        return l10n.listing(items, self.tag)

    def date(self, text: str) -> str:
        """A partial date."""
        return l10n.partial_date(text, self.tag)

    @cached_property
    def site_name(self) -> str:
        """The site's name."""
        return self.catalog.site.names.get(self.tag) or self.catalog.site.names["en"]

    # -- addresses -----------------------------------------------------------------------------------------------

    def url(self, path: str = "", locale: str | None = None) -> str:
        """Address of a path below a locale."""
        return f"/{locale or self.tag}/{path}"

    def entry_path(self, entry: Entry) -> str:
        """Path of an entry's page, or of its place on a shared page."""
        if entry.collection == "events":
            return f"events/#{entry.slug}"
        if entry.collection == "indicators":
            return f"data/#{entry.slug}"
        return f"{entry.collection}/{entry.slug}/"

    def href(self, entry: Entry) -> str:
        """Address of an entry in this locale."""
        return self.url(self.entry_path(entry))

    def breadcrumb_data(self, trail: Iterable[tuple[str | None, object]], base_url: str) -> dict[str, object]:
        """The trail as schema.org BreadcrumbList."""
        steps: list[dict[str, object]] = []
        for position, (path, name) in enumerate([("", self._("Home")), *trail], start=1):
            step: dict[str, object] = {"@type": "ListItem", "position": position, "name": striptags(name)}
            if path is not None:
                step["item"] = f"{base_url}{self.url(path)}"
            steps.append(step)
        return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps}

    # -- entries -------------------------------------------------------------------------------------------------

    def title(self, entry: Entry) -> Markup:
        """An entry's title; marked with its language where it is not this page's."""
        return self.marked(entry.prose(self.tag).title, entry.text_locale(self.tag))

    def summary(self, entry: Entry) -> Markup:
        """An entry's summary, or nothing."""
        return self.marked(entry.prose(self.tag).summary or "", entry.text_locale(self.tag))

    def marked(self, text: str, tag: str) -> Markup:
        """Text, in a span with `lang` and `dir` when it is not in the page's language."""
        if tag == self.tag or not text:
            return escape(text)
        return Markup('<span lang="{}" dir="{}">{}</span>').format(tag, LOCALES[tag].direction, text)

    def chinese(self, text: str) -> Markup:
        """Chinese text such as a document number."""
        return self.marked(text, SOURCE)

    def mixed(self, text: str) -> Markup:
        """Text of this page's language in which Chinese names and quotations get their own `lang`."""
        if self.locale.script in ("hans", "hant", "jpan"):
            return escape(text)
        parts = _CHINESE_RUN.split(text)
        return Markup("").join(self.chinese(part) if i % 2 else escape(part) for i, part in enumerate(parts))

    def foreign(self, text: str) -> Markup:
        """Words of a source (publisher, note, address): English with Chinese in it, marked as such."""
        if self.tag == "en":
            return self.mixed(text)
        chinese = bool(_CHINESE_RUN.search(text))
        return (
            escape(text) if chinese and self.locale.script == "hans" else self.marked(text, SOURCE if chinese else "en")
        )


def striptags(text: object) -> str:
    """The words of a piece of markup."""
    return Markup(str(text)).striptags()  # noqa: S704 - only its words are taken
