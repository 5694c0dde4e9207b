"""Codes of the content files -> messages. `N_` marks a message for extraction; it is translated where it is shown."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate"
    """Mark a message for extraction."""
    return message


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as above
    """Mark a message with its plural for extraction."""
    return singular, plural


FAMILY = {
    "emerging": N_("Strategic emerging industries"),
    "pillar": N_("Pillar industries"),
    "future": N_("Future industries"),
    "innovation": N_("Innovation capacity"),
    "services": N_("Modern services"),
    "agriculture": N_("Modern mountain agriculture"),
}
LEVEL = {
    "national": N_("National level"),
    "municipal": N_("Municipal level"),
    "international": N_("International"),
    "municipal-with-national-support": N_("Municipal level with national support"),
    "not-stated": N_("Level not stated"),
}
PARK_KIND = {
    "national-new-area": N_("National-level new area"),
    "national-high-tech-zone": N_("National high-tech industrial development zone"),
    "national-etdz": N_("National economic and technological development zone"),
    "municipal-etdz": N_("Municipal economic and technological development zone"),
    "municipal-development-zone": N_("Municipal development zone"),
    "comprehensive-bonded-zone": N_("Comprehensive bonded zone"),
    "pilot-free-trade-zone": N_("Pilot free trade zone"),
    "science-city": N_("Science city"),
    "innovation-zone": N_("Innovation zone"),
    "hub-park": N_("Hub economy park"),
}
POLICY_KIND = {
    "law": N_("Law"),
    "administrative-regulation": N_("Administrative regulation"),
    "municipal-regulation": N_("Municipal regulation"),
    "departmental-rules": N_("Departmental rules"),
    "government-rules": N_("Municipal government rules"),
    "catalogue": N_("Catalogue"),
    "negative-list": N_("Negative list"),
    "opinions": N_("Opinions"),
    "outline": N_("Outline"),
    "plan": N_("Plan"),
    "framework-plan": N_("Framework plan"),
    "pilot-plan": N_("Pilot programme"),
    "agreement": N_("Agreement"),
    "tax-announcement": N_("Tax announcement"),
}
POLICY_STATUS = {
    "in-force": N_("In force"),
    "not-in-force": N_("Not in force"),
    "superseded": N_("Superseded"),
    "repealed": N_("Repealed"),
    "period-over": N_("Period over"),
    "not-verified": N_("Validity not verified"),
    "announced": N_("Announced, not enacted"),
    "under-negotiation": N_("Under negotiation, not in force"),
}
AUDIENCE = {"foreign": N_("Foreign investors"), "domestic": N_("Domestic investors")}
CONFIDENCE = {
    "source-seen": N_("stated in the source"),
    "third-party-seen": N_("stated in a copy or directory"),
    "inferred": N_("inferred"),
    "computed": N_("computed from the figures cited"),
    "general-knowledge": N_("general knowledge, no source read"),
    "own-translation": N_("our own translation"),
    "plan-only": N_("named in the plan only"),
}
EVENT_SCOPE = {
    "chongqing": N_("Held in Chongqing"),
    "domestic": N_("Elsewhere in China"),
    "international": N_("National and international platforms"),
    "programme": N_("Programmes"),
    "brand": N_("Chongqing brands"),
}
RECURRING = {"annual": N_("every year"), "not-every-year": N_("not every year")}
CATEGORY = {
    "table-1": N_("Main indicators (table 1 of the plan)"),
    "target": N_("Other targets of the plan"),
    "track-record": N_("Track record before the plan"),
}
DISTRICT_KIND = {
    "district": N_("District"),
    "county": N_("County"),
    "autonomous-county": N_("Autonomous county"),
}
SOUGHT = {"products": N_("Products and services"), "technologies": N_("Technologies"), "firms": N_("Kinds of firm")}
REQUIRES = {
    "free-trade-zone": N_("The project is in the pilot free trade zone"),
    "development-zone": N_("The project is in a development zone"),
    "western-catalogue": N_("The main business is in the catalogue for the western region"),
}
STAGE = {
    "materials": N_("Materials and components"),
    "equipment": N_("Equipment"),
    "design": N_("Design"),
    "making": N_("Manufacturing and processing"),
    "testing": N_("Packaging and testing"),
    "logistics": N_("Storage and transport"),
    "use": N_("Applications and use"),
}
FIRM = {
    "leading": N_("Leading and well-known firms"),
    "growing": N_("Growing, specialised and young firms"),
    "makers": N_("Manufacturers"),
    "suppliers": N_("Suppliers of parts and materials"),
    "research": N_("Research institutions"),
    "services": N_("Service providers, software and design"),
    "brands": N_("Brands and chains"),
}
AUTHORITY = {
    "state-council": N_("State Council"),
    "municipal-government": N_("Chongqing Municipal People's Government"),
}
SCOPE = {
    "planned": N_("planned"),
    "plan-period": N_("plan period 2021–2025"),
    "current": N_("today"),
    "under-management": N_("under management"),
    "directly-managed": N_("directly managed"),
    "developable": N_("developable"),
    "core": N_("core area"),
    "approved": N_("as approved"),
    "enclosed": N_("enclosed"),
    "phase-1": N_("phase 1"),
    "total": N_("total"),
    "parts": N_("parts"),
    "zh": N_("Chinese page"),
    "en": N_("English page"),
    "liangjiang": N_("Liangjiang part"),
    "xiyong": N_("Xiyong part"),
    "guoyuangang": N_("Guoyuan Port part"),
    "administrative": N_("administrative area"),
    "nationwide": N_("nationwide"),
    "central-western-and-other-regions": N_("central, western and other regions"),
    "by-province": N_("by province"),
    "national": N_("national level"),
    "national-new-area": N_("national-level new area"),
    "national-high-tech-zone": N_("national high-tech zones"),
    "national-etdz": N_("national economic and technological development zones"),
    "comprehensive-bonded-zone": N_("comprehensive bonded zones"),
    "municipal-development-zone": N_("municipal development zones"),
    "edition-2020": N_("edition of 2020"),
    "edition-2021": N_("edition of 2021"),
    "edition-2022": N_("edition of 2022"),
    "second": N_("second edition"),
    "sixth": N_("sixth edition"),
}
FACT = {
    "approved": N_("Approved"),
    "opened": N_("Opened"),
    "started": N_("Construction started"),
    "established": N_("Established"),
    "accepted": N_("Accepted for operation"),
    "authority": N_("Approving authority"),
    "area": N_("Area"),
    "districts": N_("Districts"),
    "industries": N_("Sectors"),
    "industries-as-stated": N_("Industries as stated"),
    "role": N_("Role in the plan"),
    "website": N_("Website"),
    "place": N_("Place"),
    "parts": N_("Parts"),
    "population": N_("Population"),
    "staff": N_("Staff"),
    "contracted-investment": N_("Contracted investment"),
    "contracted-investment-finance": N_("Contracted investment: finance"),
    "contracted-investment-logistics": N_("Contracted investment: logistics"),
    "contracted-investment-culture-tourism": N_("Contracted investment: culture and tourism"),
    "contracted-investment-health": N_("Contracted investment: health"),
    "leading-firms": N_("Leading firms to attract"),
    "research-institutes": N_("Top research institutes to attract"),
    "baseline": N_("2020"),
    "target": N_("2025 target"),
    "applies-to": N_("Applies to"),
    "area-of-part": N_("Area of a part"),
    "launch-projects": N_("Projects at the launch"),
    "core-area": N_("Core area"),
    "district-inaugurated": N_("District inaugurated"),
    "district-area": N_("Area of the district of 2026"),
    "district-population": N_("Population of the district of 2026"),
    "former-name": N_("Former name"),
    "framework-plan": N_("Framework plan"),
    "regulation": N_("Regulation"),
    "port": N_("Port"),
    "direct-administration": N_("Run directly by the municipality since"),
    "located-in": N_("Located in"),
    "part-of": N_("Part of"),
    "founded": N_("Founded"),
    "entries": N_("Entries"),
    "zones": N_("Zones"),
    "zones-in-national-catalogue": N_("Chongqing zones in the national catalogue of 2018"),
    "previous-edition-effective": N_("Earlier edition in effect from"),
    "measures": N_("Measures"),
    "concluded-in-principle": N_("Concluded in principle"),
    "tasks": N_("Tasks"),
    "municipal-work-plan": N_("Municipal work plan"),
    "acceleration-plan": N_("Later work plan"),
    "provinces": N_("Provinces and municipalities"),
    "effective-republic-of-korea": N_("In effect for the Republic of Korea"),
    "application-by-china": N_("China's application"),
    "chongqing-districts": N_("Districts of Chongqing covered"),
    "chongqing-districts-in-part": N_("Districts of Chongqing covered in part"),
    "sichuan-cities": N_("Cities of Sichuan covered"),
    "tax-rate": N_("Tax rate"),
    "main-business-share": N_("Share of the main business"),
    "fields": N_("Fields"),
    "pilot-cities": N_("Pilot cities"),
    "edition": N_("Edition"),
    "grouping": N_("Grouping of districts"),
    "regrouping": N_("Later grouping"),
    "wansheng": N_("Wansheng"),
    "flagships": N_("Flagships"),
    "divisions-plan-period": N_("Districts and counties in the plan period"),
    "divisions-announced": N_("Change of districts announced"),
    "divisions-change": N_("Change of districts in effect"),
    "divisions-now": N_("Districts and counties today"),
}
#: number of a unit -> message with the number in it; money, km² and percent are formatted by `l10n`
UNIT = {
    "firms": NN_("%(number)s firm", "%(number)s firms"),
    "institutes": NN_("%(number)s institute", "%(number)s institutes"),
    "projects": NN_("%(number)s project", "%(number)s projects"),
    "units": NN_("%(number)s", "%(number)s"),
    "staff": NN_("%(number)s member of staff", "%(number)s staff"),
    "percentage-points": NN_("%(number)s percentage point", "%(number)s percentage points"),
    "people-10k": NN_("%(number)s person", "%(number)s people"),
}
BOUND = {
    "at-least": N_("at least %(value)s"),
    "more-than": N_("more than %(value)s"),
    "about": N_("about %(value)s"),
    "nearly": N_("nearly %(value)s"),
}
TYPE = {
    "sectors": N_("Sectors"),
    "opportunities": N_("Opportunities"),
    "regions": N_("Regions"),
    "parks": N_("Parks"),
    "policies": N_("Policies"),
    "events": N_("Events"),
    "indicators": N_("Data"),
    "stories": N_("Landed projects"),
    "guides": N_("Guides"),
    "plan": N_("The plan"),
}
ONE = {
    "sectors": N_("Sector"),
    "opportunities": N_("Opportunity"),
    "regions": N_("Region"),
    "parks": N_("Park"),
    "policies": N_("Policy"),
    "events": N_("Event"),
    "indicators": N_("Indicator"),
    "stories": N_("Landed project"),
    "guides": N_("Guide"),
    "plan": N_("Plan"),
}
GROUPS: dict[str, dict[str, str]] = {
    "family": FAMILY,
    "level": LEVEL,
    "park-kind": PARK_KIND,
    "policy-kind": POLICY_KIND,
    "policy-status": POLICY_STATUS,
    "audience": AUDIENCE,
    "confidence": CONFIDENCE,
    "event-scope": EVENT_SCOPE,
    "recurring": RECURRING,
    "category": CATEGORY,
    "district-kind": DISTRICT_KIND,
    "sought": SOUGHT,
    "authority": AUTHORITY,
    "scope": SCOPE,
    "fact": FACT,
    "type": TYPE,
    "one": ONE,
}
