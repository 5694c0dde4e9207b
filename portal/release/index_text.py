"""The words by which an entry is found: its own, its districts', its figures as one would write them, the glossary's."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from portal import l10n
from portal.catalog.markdown import COLLECTION_OF, Link
from portal.catalog.markdown import render as render_markdown
from portal.catalog.models import Fact, RegionFacts
from portal.catalog.provenance import evidence_of, figure
from portal.catalog.references import districts
from portal.catalog.store import Catalog, Entry, Term
from portal.catalog.words import Prose
from portal.locales import SOURCE
from search import Synonym

_TAG = re.compile(r"<[^>]+>")


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Words in order, each once, without empty ones."""
    return tuple(dict.fromkeys(word for word in words if word))


def distinct(words: Iterable[Synonym]) -> tuple[Synonym, ...]:
    """Synonyms in order, each once in a language, without empty ones."""
    return tuple(dict.fromkeys(word for word in words if word.text))


def names(prose: Prose) -> tuple[str, ...]:
    """The title first, then the other names."""
    return unique((prose.title, prose.short or "", *prose.aliases))


def sought(prose: Prose, segment: str) -> tuple[str, ...]:
    """The name of a segment, then what is sought in it."""
    words = prose.segments.get(segment)
    return (words.label, *words.products, *words.technologies, *words.firms) if words else ("",)


def facts_of(entry: Entry) -> tuple[Fact, ...]:
    """Every fact of an entry, wherever it stands in its file."""
    return tuple(evidence for _, evidence in evidence_of(entry.facts) if isinstance(evidence, Fact))


class IndexText:
    """Words out of the catalog for the index of one locale."""

    def __init__(self, catalog: Catalog, locale: str) -> None:
        self.catalog = catalog
        self.locale = locale
        self._districts = districts(catalog)
        self._glossary: dict[str, list[Term]] = defaultdict(list)
        for term in catalog.glossary:
            for word in set(term.words.values()):
                self._glossary[word.casefold()].append(term)
        self._synonyms: dict[str, list[Synonym]] = defaultdict(list)
        for entry, tag, words in catalog.synonyms:
            self._synonyms[entry].extend(Synonym(word, tag) for word in words)

    def terms(self, words: Iterable[str]) -> list[Synonym]:
        """The words of all languages of the glossary terms that one of the words is."""
        terms = {term.id: term for word in words for term in self._glossary.get(word.casefold(), ())}
        return [Synonym(word, tag) for term in terms.values() for tag, word in term.words.items()]

    def synonyms(self, entry: str, segment: str = "") -> list[Synonym]:
        """What readers type for an entry (`collection/slug`) or one of its segments, by the file of synonyms."""
        return self._synonyms.get(f"{entry}#{segment}" if segment else entry, [])

    def district_names(self, adcode: str) -> list[str]:
        """The name in this locale, then the others; nothing for a code that is not of the plan period."""
        place = self._districts.get(adcode)
        if place is None:
            return []
        entry, position = place
        assert isinstance(entry.facts, RegionFacts)
        names = entry.facts.districts[position].names
        own = names.get(self.locale) or names.get("en") or names[SOURCE]
        return list(unique((own, *names.values())))

    def value(self, fact: Fact) -> Iterator[str]:
        """A number as a reader of this locale would write it."""
        if fact.value is None:
            return
        if fact.unit == "cny-100m":
            yield l10n.money(fact.value, self.locale)
            yield l10n.money_alternative(fact.value, self.locale) or ""
        elif fact.unit == "percent":
            yield l10n.percent(fact.value, self.locale)
        else:
            yield l10n.number(fact.value, self.locale)

    def plain(self, body: str) -> str:
        """The text of a Markdown body as its page shows it."""
        return html.unescape(_TAG.sub(" ", render_markdown(body, self._link)))

    def _link(self, scheme: str, target: str) -> Link | None:
        if scheme == "figure" and (found := figure(self.catalog, target)):
            return Link("#", next(self.value(found[1]), ""))
        if scheme in COLLECTION_OF and (entry := self.catalog.get(COLLECTION_OF[scheme], target.partition("#")[0])):
            return Link("#", entry.prose(self.locale).title)
        return None
