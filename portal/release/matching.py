"""The rules of the finders for parks, opportunities and policies: what each criterion asks, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from markupsafe import Markup, escape

from portal.catalog.models import Fact, OpportunityFacts, ParkFacts, PolicyFacts, PolicyStatus
from portal.catalog.store import Entry
from portal.release.finders import Found, Order, Reason, Rule, State, find
from portal.release.firms import FIRM_KINDS, firms_of
from portal.release.labels import FIRM, STAGE
from portal.release.pages import Links
from portal.release.view import View

#: what the stages of the stated value chains have in common, in the order of a chain
STAGES: dict[str, frozenset[str]] = {
    "materials": frozenset({"materials", "upstream-materials-and-components", "api", "resource-recovery"}),
    "equipment": frozenset({"equipment"}),
    "design": frozenset({"design", "mems-design"}),
    "making": frozenset(
        {
            "manufacturing",
            "midstream-panels-and-modules",
            "preparations",
            "hydrogen-production",
            "sorting-dismantling",
            "comprehensive-utilisation",
            "intensive-processing",
        }
    ),
    "testing": frozenset({"packaging-and-testing"}),
    "logistics": frozenset({"hydrogen-storage", "hydrogen-transport"}),
    "use": frozenset({"downstream-terminal-applications", "smart-instruments", "hydrogen-refuelling"}),
}
_ENDED: frozenset[PolicyStatus] = frozenset({"not-in-force", "superseded", "repealed", "period-over"})
_OPEN: frozenset[PolicyStatus] = frozenset({"not-verified", "announced", "under-negotiation"})

Given = Mapping[str, Sequence[str]]


def titles(view: View, collection: str) -> list[tuple[str, str]]:
    """(slug, title) of a collection's entries in their order."""
    return [(entry.slug, entry.prose(view.tag).title) for entry in view.catalog.all(collection)]


def present(view: View, group: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    """(code, label) of the codes that entries have, each once."""
    return [(code, view.label(group, code)) for code in dict.fromkeys(codes)]


def reason(view: View, label: str, state: State, text: object, evidence: Markup = Markup("")) -> Reason:
    """A reason with its criterion's name in the view's language."""
    return Reason(view._(label), state, text if isinstance(text, Markup) else escape(str(text)), evidence)


# -- parks -----------------------------------------------------------------------------------------------------------


def parks(view: View, given: Given, links: Links) -> Found:
    """The park finder: level, kind, region, sector; sorted as the site lists them, by name, area or year.

    `links` are those of the view's catalog: costly to make, so a release makes them once.
    """
    entries = view.catalog.all("parks")
    facts = [entry.facts for entry in entries if isinstance(entry.facts, ParkFacts)]
    rules = [
        Rule("level", view._("Level"), present(view, "level", [fact.level for fact in facts]), _park_level),
        Rule("kind", view._("Kind"), present(view, "park-kind", [fact.kind for fact in facts]), _park_kind),
        Rule("region", view._("Region"), titles(view, "regions"), _park_region),
        Rule("sector", view._("Sector"), titles(view, "sectors"), partial(_park_sector, links)),
    ]
    orders = [
        Order("", view._("As listed"), lambda entry: (False, 0)),
        Order("name", view._("Name"), lambda entry: (False, entry.prose(view.tag).title.casefold())),
        Order("area", view._("Area, largest first"), lambda entry: _number(entry, "area", largest=True)),
        Order("approved", view._("Approved, oldest first"), _approved),
    ]
    return find(view, entries, rules, orders, given)


def _number(entry: Entry, key: str, *, largest: bool) -> tuple[bool, object]:
    fact = entry.facts.fact(key) if isinstance(entry.facts, ParkFacts) else None
    value = fact.value if fact and fact.value is not None else None
    return value is None, (-value if largest else value) if value is not None else Decimal(0)


def _approved(entry: Entry) -> tuple[bool, object]:
    fact = entry.facts.fact("approved") if isinstance(entry.facts, ParkFacts) else None
    return not (fact and fact.date), fact.date if fact and fact.date else ""


def _park_level(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, ParkFacts)
    state: State = "met" if entry.facts.level == wanted else "unknown" if entry.facts.level == "not-stated" else "unmet"
    return reason(view, "Level", state, view.label("level", entry.facts.level), view.evidence(entry.facts))


def _park_kind(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, ParkFacts)
    state: State = "met" if entry.facts.kind == wanted else "unmet"
    return reason(view, "Kind", state, view.label("park-kind", entry.facts.kind), view.evidence(entry.facts))


def _park_region(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, ParkFacts)
    regions = [region for slug in entry.facts.regions if (region := view.catalog.get("regions", slug))]
    state: State = "met" if wanted in entry.facts.regions else "unmet" if regions else "unknown"
    places = next((fact for fact in entry.facts.facts if fact.key == "districts"), None)
    text = view.listing(str(view.title(region)) for region in regions) if regions else view._("not stated")
    return reason(view, "Region", state, Markup(text), view.evidence(places) if places else Markup(""))  # noqa: S704 - titles are escaped


def _park_sector(links: Links, view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, ParkFacts)
    stated = [fact for fact in entry.facts.facts if fact.key == "industries"]
    for fact in stated:
        if any(_names_sector(view, code, wanted) for code in fact.codes):
            return reason(view, "Sector", "met", view._("its sources name it"), view.evidence(fact))
    sector = view.catalog.entries["sectors"][wanted]
    if entry in links.parks(sector):
        return reason(
            view, "Sector", "met", view._("the plan's text on the sector names it"), _plan_evidence(view, entry)
        )
    if not stated:
        return reason(view, "Sector", "unknown", view._("no source states its industries"))
    return reason(view, "Sector", "unmet", _others(view, stated), view.evidence(stated[0]))


def _names_sector(view: View, code: str, sector: str) -> bool:
    scheme, _, slug = code.partition(":")
    if scheme == "opportunity":
        linked = view.catalog.get("opportunities", slug)
        return linked is not None and isinstance(linked.facts, OpportunityFacts) and linked.facts.sector == sector
    return scheme == "sector" and slug == sector


def _others(view: View, stated: Sequence[Fact]) -> Markup:
    names = escape(view.locale.comma).join(dict.fromkeys(view.code(code) for fact in stated for code in fact.codes))
    return Markup("{} {}").format(view._("its sources name others:"), names)


def _plan_evidence(view: View, entry: Entry) -> Markup:
    return view.evidence(entry.facts) if isinstance(entry.facts, ParkFacts) else Markup("")


# -- opportunities ---------------------------------------------------------------------------------------------------


def opportunities(view: View, given: Given) -> Found:
    """The opportunity finder: sector, stage of the value chain, kind of firm sought."""
    rules = [
        Rule("sector", view._("Sector"), titles(view, "sectors"), _opportunity_sector),
        Rule("stage", view._("Stage of the value chain"), [(c, view._(STAGE[c])) for c in STAGES], _opportunity_stage),
        Rule("firm", view._("Kind of firm"), [(c, view._(FIRM[c])) for c in FIRM_KINDS], _opportunity_firm),
    ]
    orders = [
        Order("", view._("As numbered in the plan"), lambda entry: (False, getattr(entry.facts, "number", 0))),
        Order("name", view._("Name"), lambda entry: (False, entry.prose(view.tag).title.casefold())),
    ]
    return find(view, view.catalog.all("opportunities"), rules, orders, given)


def _opportunity_sector(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, OpportunityFacts)
    sector = view.catalog.entries["sectors"][entry.facts.sector]
    state: State = "met" if sector.slug == wanted else "unmet"
    return reason(view, "Sector", state, view.title(sector), Markup("[{}]").format(view.plan_link(entry.facts.plan)))


def _opportunity_stage(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, OpportunityFacts)
    label, evidence = "Stage of the value chain", Markup("[{}]").format(view.plan_link(entry.facts.plan))
    if entry.facts.chain is None:
        return reason(view, label, "unknown", view._("the plan states no chain"), evidence)
    named = zip(entry.facts.chain.stages, entry.prose(view.tag).chain, strict=True)
    found = [name for stage, name in named if stage.id in STAGES[wanted]]
    state: State = "met" if found else "unmet"
    text = view.listing(found or entry.prose(view.tag).chain)
    return reason(view, label, state, view.marked(text, entry.text_locale(view.tag)), evidence)


def _opportunity_firm(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, OpportunityFacts)
    label, evidence = "Kind of firm", Markup("[{}]").format(view.plan_link(entry.facts.plan))
    found = firms_of(entry, view.tag)
    if not found:
        return reason(view, label, "unknown", view._("the plan names no kind of firm"), evidence)
    named = [words for kinds, words in found if wanted in kinds]
    state: State = "met" if named else "unmet"
    text = view.listing(dict.fromkeys(named or [words for _, words in found]))
    return reason(view, label, state, view.marked(text, entry.text_locale(view.tag)), evidence)


# -- policies --------------------------------------------------------------------------------------------------------


def policies(view: View, given: Given) -> Found:
    """The policy finder: level, sector, investor, validity."""
    facts = [entry.facts for entry in view.catalog.all("policies") if isinstance(entry.facts, PolicyFacts)]
    audience = [(code, view.label("audience", code)) for code in ("foreign", "domestic")]
    valid = [("yes", view._("In force")), ("no", view._("No longer or not in force"))]
    rules = [
        Rule("level", view._("Level"), present(view, "level", [fact.level for fact in facts]), _policy_level),
        Rule("sector", view._("Sector"), titles(view, "sectors"), policy_sector),
        Rule("investor", view._("Investor"), audience, policy_audience),
        Rule("valid", view._("Validity"), valid, _policy_valid),
    ]
    newest: Callable[[Entry], tuple[bool, object]] = _newest
    orders = [
        Order("", view._("As listed"), lambda entry: (False, 0)),
        Order("effective", view._("In effect, newest first"), newest),
        Order("name", view._("Name"), lambda entry: (False, entry.prose(view.tag).title.casefold())),
    ]
    return find(view, view.catalog.all("policies"), rules, orders, given)


def _newest(entry: Entry) -> tuple[bool, object]:
    assert isinstance(entry.facts, PolicyFacts)
    day = entry.facts.effective or entry.facts.issued
    # Dates are texts of equal form: turning the digits over turns the order over.
    return day is None, "".join(str(9 - int(sign)) if sign.isdigit() else sign for sign in day or "")


def _policy_level(view: View, entry: Entry, wanted: str) -> Reason:
    assert isinstance(entry.facts, PolicyFacts)
    state: State = "met" if entry.facts.level == wanted else "unmet"
    return reason(view, "Level", state, view.label("level", entry.facts.level))


def policy_sector(view: View, entry: Entry, wanted: str) -> Reason:
    """Whether a policy concerns a sector."""
    assert isinstance(entry.facts, PolicyFacts)
    if entry.facts.all_sectors:
        return reason(view, "Sector", "met", view._("all sectors"))
    names = view.listing(str(view.code(f"sector:{slug}")) for slug in entry.facts.sectors)
    if wanted in entry.facts.sectors:
        return reason(view, "Sector", "met", Markup(names))  # noqa: S704 - links made of escaped titles
    if not entry.facts.sectors:
        return reason(view, "Sector", "unknown", view._("not stated"))
    return reason(view, "Sector", "unmet", Markup(names))  # noqa: S704 - as above


def policy_audience(view: View, entry: Entry, wanted: str) -> Reason:
    """Whether a policy is for foreign or domestic investors."""
    assert isinstance(entry.facts, PolicyFacts)
    state: State = "met" if wanted in entry.facts.audience else "unmet"
    return reason(view, "Investor", state, view.listing(view.label("audience", who) for who in entry.facts.audience))


def policy_validity(view: View, entry: Entry) -> Reason:
    """Whether a policy holds, as far as it was seen, with the day of looking."""
    assert isinstance(entry.facts, PolicyFacts)
    status = entry.facts.status
    state: State = "unmet" if status in _ENDED else "unknown" if status in _OPEN else "met"
    text = view._(
        "%(status)s (compiled on %(date)s)",
        status=view.label("policy-status", status),
        date=view.date(entry.facts.status_checked),
    )
    return reason(view, "Validity", state, text, view.evidence(entry.facts))


def _policy_valid(view: View, entry: Entry, wanted: str) -> Reason:
    found = policy_validity(view, entry)
    if wanted == "yes" or found.state == "unknown":
        return found
    return Reason(found.criterion, "met" if found.state == "unmet" else "unmet", found.text, found.evidence)
