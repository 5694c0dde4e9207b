"""Proof of work: only a fresh solution of a challenge of ours, made for this very key, counts."""

import base64
import json
from datetime import timedelta

import pytest

from portal import db
from portal.leads.intake import FormKey
from portal.leads.proof import Proofs
from tests.support.leads import SECRET, solved

KEY = FormKey("nonce", "digest-of-the-key", timedelta(seconds=30))


@pytest.fixture
def proofs() -> Proofs:
    return Proofs(SECRET)


def changed(solution: str, *path: str, value: object) -> str:
    document = json.loads(base64.b64decode(solution))
    place = document
    for name in path[:-1]:
        place = place[name]
    assert path[-1] in place
    place[path[-1]] = value
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_a_solution_counts_for_its_key_alone(proofs: Proofs) -> None:
    solution = solved(proofs.challenge(KEY))
    assert proofs.flag(solution, KEY) is None
    assert proofs.flag(solution, FormKey("other", "another-digest", None)) == "bad-proof"
    assert proofs.flag("", KEY) == "no-proof"
    assert Proofs(b"t" * 32).flag(solution, KEY) == "bad-proof"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("solution", "derivedKey"), "00" * 32),
        (("challenge", "parameters", "cost"), 1),
        (("challenge", "parameters", "keyPrefix"), ""),
        (("challenge", "parameters", "keySignature"), None),
        (("challenge", "parameters", "expiresAt"), 99_999_999_999),
        (("challenge", "parameters", "data"), {"key": "another-digest"}),
        (("challenge", "signature"), None),
        (("challenge",), {}),
        (("solution",), None),
    ],
)
def test_nothing_in_it_can_be_changed(proofs: Proofs, path: tuple[str, ...], value: object) -> None:
    solution = solved(proofs.challenge(KEY))
    assert proofs.flag(changed(solution, *path, value=value), KEY) == "bad-proof"


def test_an_old_challenge_is_of_no_use(proofs: Proofs, monkeypatch: pytest.MonkeyPatch) -> None:
    now = db.utcnow()
    monkeypatch.setattr(db, "utcnow", lambda: now - timedelta(days=2))
    challenge = proofs.challenge(KEY)
    monkeypatch.undo()
    assert proofs.flag(solved(challenge), KEY) == "bad-proof"


def test_challenges_differ_and_are_bounded(proofs: Proofs) -> None:
    made = [json.loads(proofs.challenge(KEY)) for _ in range(5)]
    assert len({challenge["parameters"]["keyPrefix"] for challenge in made}) == 5
    assert all(challenge["parameters"]["cost"] == 2000 for challenge in made)
    for challenge in made[:2]:
        counter = json.loads(base64.b64decode(solved(json.dumps(challenge))))["solution"]["counter"]
        assert 100 <= counter < 500
