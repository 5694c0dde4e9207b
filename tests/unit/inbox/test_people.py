import pytest

from portal.inbox.people import PERMISSIONS, Action, Person, Role


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reader", {"read"}),
        ("officer", {"read", "triage", "export"}),
        ("admin", {"read", "triage", "export", "erase", "manage"}),
    ],
)
def test_what_a_role_may_do(role: Role, allowed: set[Action]) -> None:
    person = Person("p", "P", role)
    assert {action for action in PERMISSIONS["admin"] if person.may(action)} == allowed
