"""Facts in one locale: numbers with units, dates, links, and the evidence behind each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from markupsafe import Markup, escape

from portal import l10n
from portal.catalog.markdown import COLLECTION_OF
from portal.catalog.models import District, Evidence, Fact, RegionFacts
from portal.catalog.references import districts
from portal.catalog.store import Entry
from portal.locales import SOURCE
from portal.release.labels import BOUND, UNIT
from portal.release.words import Words


class Figures(Words):
    """Words plus facts and evidence."""

    def value_text(self, fact: Fact) -> str:
        """A number with its unit as words, with its bound (`at least`)."""
        assert fact.value is not None
        value = fact.value
        if fact.unit == "cny-100m":
            text = l10n.money(value, self.tag)
            other = l10n.money_alternative(value, self.tag)
            text = f"{text}（{other}）" if other else text
        elif fact.unit == "percent":
            text = l10n.percent(value, self.tag)
        elif fact.unit == "km2":
            text = f"{l10n.number(value, self.tag)} km²"
        elif fact.unit == "people-10k" and self.locale.script in ("hans", "hant"):
            text = f"{l10n.number(value, self.tag)} {'万人' if self.locale.script == 'hans' else '萬人'}"
        else:
            value = value * 10_000 if fact.unit == "people-10k" else value
            singular, plural = UNIT[str(fact.unit)]
            text = self._translations.ngettext(singular, plural, 1 if value == 1 else 2) % {
                "number": l10n.number(value, self.tag)
            }
        return self._(BOUND[fact.bound], value=text) if fact.bound else text

    def value(self, fact: Fact, entry: Entry | None = None) -> Markup:
        """A fact's value as markup: figure, date, links or words."""
        if fact.value is not None:
            return Markup('<data value="{}">{}</data>').format(self.machine_value(fact), self.value_text(fact))
        if fact.date is not None:
            return Markup('<time datetime="{}">{}</time>').format(fact.date, self.date(fact.date))
        if fact.url is not None:
            return Markup('<a href="{}" rel="external">{}</a>').format(fact.url, fact.url.split("//")[1].rstrip("/"))
        if fact.codes:
            return escape(self.locale.comma).join(map(self.code, fact.codes))
        if entry is None:
            return Markup("")
        text = entry.prose(self.tag).texts.get(fact.key, "")
        return self.marked(text, entry.text_locale(self.tag))

    @staticmethod
    def machine_value(fact: Fact) -> str:
        """The number as a program reads it: yuan, square kilometres, percent, count."""
        assert fact.value is not None
        value = fact.value * {"cny-100m": l10n.YI, "people-10k": 10_000}.get(str(fact.unit), 1)
        return f"{value.normalize():f}" if value == value.to_integral() else str(value)

    def code(self, code: str) -> Markup:
        """A code such as `district:500112`, `sector:electronics`, `authority:state-council` as text or link."""
        scheme, _, slug = code.partition(":")
        if scheme == "district":
            return self.district_link(slug)
        if scheme in COLLECTION_OF and (entry := self.catalog.get(COLLECTION_OF[scheme], slug)):
            return Markup('<a href="{}">{}</a>').format(self.href(entry), self.title(entry))
        return escape(self.label("authority", slug))

    @cached_property
    def _districts(self) -> dict[str, tuple[Entry, int]]:
        return districts(self.catalog)

    def district_name(self, district: District) -> Markup:
        """A district's name in this locale; English, then Chinese, where it has none."""
        for tag in (self.tag, "en", SOURCE):
            if tag in district.names:
                return self.marked(district.names[tag], tag)
        return escape(district.pinyin)

    def district_link(self, adcode: str) -> Markup:
        """A district's name with a link to its region."""
        entry, position = self._districts[adcode]
        assert isinstance(entry.facts, RegionFacts)
        district = entry.facts.districts[position]
        if district.adcode != adcode:
            return escape(self._("Liangjiang New Area (district since 2026)"))
        return Markup('<a href="{}#d{}">{}</a>').format(self.href(entry), adcode, self.district_name(district))

    def fact_label(self, fact: Fact, entry: Entry) -> Markup:
        """What a fact is called: by the entry's own words, else by its key."""
        own = entry.prose(self.tag).texts.get(fact.key) if fact.value is not None else None
        if own:
            return self.marked(own, entry.text_locale(self.tag))
        return escape(self.label("fact", fact.key))

    def grouped(self, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
        """Facts by key, in their order."""
        found: dict[str, list[Fact]] = {}
        for fact in facts:
            found.setdefault(fact.key, []).append(fact)
        return found

    def note(self, entry: Entry, key: str) -> Markup:
        """The remark on a fact, or nothing."""
        text = entry.prose(self.tag).notes.get(key, "")
        tag = entry.text_locale(self.tag)
        return self.mixed(text) if tag == self.tag else self.marked(text, tag)

    def plan_href(self, ref: str) -> str:
        """Address of a plan block in the reader."""
        return self.url(self.catalog.block_path(ref) or "plan/")

    def plan_link(self, ref: str) -> Markup:
        """`plan, p. 14` leading to the block in the plan reader."""
        found = self.catalog.block(ref)
        if found is None:
            return Markup("")
        text = self._("plan, p. %(page)s", page=found[1].page)
        return Markup('<a class="plan-ref" href="{}">{}</a>').format(self.plan_href(ref), text)

    def _by_page(self, refs: Iterable[str]) -> list[str]:
        """The first reference of each page: two paragraphs of one page would read as the same link twice."""
        first: dict[tuple[str, int], str] = {}
        for ref in refs:
            if found := self.catalog.block(ref):
                first.setdefault((found[0].meta.slug, found[1].page), ref)
        return list(first.values())

    def evidence(self, evidence: Evidence) -> Markup:
        """Links to the places a statement stands in, with how it is known when that is not the source itself."""
        parts = [self.plan_link(ref) for ref in self._by_page(evidence.plan)]
        for source in evidence.source:
            name = self.catalog.sources[source].publisher
            parts.append(
                Markup('<a class="source-ref" href="{}#{}">{}</a>').format(
                    self.url("sources/"), source, self.foreign(name)
                )
            )
        if evidence.confidence not in ("source-seen", "plan-only"):
            parts.append(
                Markup('<span class="confidence">{}</span>').format(self.label("confidence", evidence.confidence))
            )
        return Markup('<span class="evidence">[{}]</span>').format(Markup("; ").join(parts)) if parts else Markup("")
