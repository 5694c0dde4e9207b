"""The policy check: a few answers -> for each policy what is met, what is not, and what stays open. Never a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.catalog.models import PolicyFacts
from portal.catalog.store import Entry
from portal.release.finders import ORDER, Asked, Choice, Match, Reason, State
from portal.release.labels import REQUIRES
from portal.release.matching import Given, policy_audience, policy_sector, policy_validity, reason, titles
from portal.release.view import View

_YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Checked:
    """The questions as answered, and every policy by state."""

    asked: tuple[Asked, ...]
    matches: Mapping[State, tuple[Match, ...]]
    answered: bool


def check(view: View, given: Given) -> Checked:
    """Judge every policy by the answers in `given`; a question without an answer leaves what hangs on it open."""
    answers: dict[str, str] = {}
    asked: list[Asked] = []
    for name, label, choices in questions(view):
        value = next(iter(given.get(name, ())[-1:]), "")
        if value in dict(choices):
            answers[name] = value
        asked.append(Asked(name, label, tuple(Choice(c, text, answers.get(name) == c) for c, text in choices)))
    matches = [judge(view, policy, answers) for policy in view.catalog.all("policies")]
    return Checked(
        tuple(asked),
        {state: tuple(match for match in matches if match.state == state) for state in ORDER},
        bool(answers),
    )


def questions(view: View) -> list[tuple[str, str, Sequence[tuple[str, str]]]]:
    """(name, question, answers) in the order of the form."""
    yes_no = [("yes", view._("Yes")), ("no", view._("No"))]
    return [
        (
            "investor",
            view._("Who invests?"),
            [(code, view.label("audience", code)) for code in ("foreign", "domestic")],
        ),
        ("sector", view._("In which sector?"), titles(view, "sectors")),
        *((name, view._(label), yes_no) for name, label in REQUIRES.items()),
    ]


def judge(view: View, policy: Entry, answers: Mapping[str, str]) -> Match:
    """One policy with a reason for each of its conditions: validity, investor, sector, and what else it requires."""
    assert isinstance(policy.facts, PolicyFacts)
    reasons = [policy_validity(view, policy)]
    if len(policy.facts.audience) == 1:
        reasons.append(
            policy_audience(view, policy, answers["investor"])
            if "investor" in answers
            else reason(view, "Investor", "unknown", view.label("audience", policy.facts.audience[0]))
        )
    if not policy.facts.all_sectors:
        reasons.append(
            policy_sector(view, policy, answers["sector"])
            if "sector" in answers
            else _open(policy_sector(view, policy, ""))
        )
    for name in policy.facts.requires:
        answer = answers.get(name)
        state: State = "unknown" if answer not in _YES_NO else "met" if answer == "yes" else "unmet"
        reasons.append(Reason(view._("Condition"), state, view.marked(view._(REQUIRES[name]), view.tag)))
    return Match(policy, tuple(reasons))


def _open(found: Reason) -> Reason:
    return Reason(found.criterion, "unknown", found.text, found.evidence)
