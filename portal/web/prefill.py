"""Answers that the page before has given: `/en/invest?opportunity=a&opportunity=b&park=c`."""

from __future__ import annotations

from contextlib import suppress

from starlette.datastructures import QueryParams

from portal.leads.forms import FIELDS, FormOptions
from portal.leads.text import UncleanError, clean_line

#: parameter of the address -> field of the form
PARAMETERS = {
    "sector": "sectors",
    "opportunity": "opportunities",
    "region": "regions",
    "park": "parks",
    "policy": "policies",
}
#: A shortlist holds no more; the rest of a longer address is passed over.
_MOST = 20
#: A search has no more characters; whole letters are not sent round in addresses.
_LONGEST = 100


def prefilled(query: QueryParams, options: FormOptions) -> dict[str, list[str]]:
    """Answers by field from the address of the form; what is not on the lists is passed over.

    `segment` names parts of the opportunity; sectors follow from opportunities; `report=error` is the topic; `message`
    is what was searched for.
    """
    allowed = options.allowed
    values: dict[str, list[str]] = {}

    def take(field: str, given: list[str]) -> None:
        known = [code for code in dict.fromkeys(given[:_MOST]) if code in allowed[field]]
        if known:
            values[field] = known

    for parameter, field in PARAMETERS.items():
        take(field, query.getlist(parameter))
    chosen = values.get("opportunities", [])
    take("segments", [f"{slug}/{segment}" for slug in chosen for segment in query.getlist("segment")])
    if chosen and "sectors" not in values:
        picked = set(chosen)
        owners = [sector for sector, entries in options.opportunities.items() if picked & {code for code, _ in entries}]
        take("sectors", owners)
    with suppress(UncleanError):
        if message := clean_line(query.get("message", "")[:_LONGEST]).strip():
            values["message"] = [message]
    if query.get("report") == "error":
        values["topic"] = ["page-error"]
    elif values.get("policies"):
        values["topic"] = ["question"]
    return {name: values[name] for name in FIELDS if name in values}
