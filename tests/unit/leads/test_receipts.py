from datetime import UTC, date, datetime

import pytest

from portal.leads.models import REFERENCE_ALPHABET, new_id, new_reference
from portal.workdays import promised_date


@pytest.mark.parametrize(
    ("received", "promised"),
    [
        (datetime(2026, 3, 2, 1, tzinfo=UTC), date(2026, 3, 4)),  # Monday -> Wednesday
        (datetime(2026, 3, 5, 1, tzinfo=UTC), date(2026, 3, 9)),  # Thursday -> Monday
        (datetime(2026, 3, 6, 1, tzinfo=UTC), date(2026, 3, 10)),  # Friday -> Tuesday
        (datetime(2026, 3, 7, 1, tzinfo=UTC), date(2026, 3, 10)),  # Saturday -> Tuesday
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), date(2026, 3, 3)),  # still Sunday in Chongqing
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 4)),  # already Monday there
    ],
)
def test_two_working_days(received: datetime, promised: date) -> None:
    assert promised_date(received) == promised


def test_references_have_no_look_alikes_and_ids_are_ordered() -> None:
    assert not set("0OQ1IL2Z5S8BUAEI") & (set(REFERENCE_ALPHABET) - {"Q"})
    assert all(set(new_reference()[3:]) <= {*REFERENCE_ALPHABET, "-"} for _ in range(50))
    ids = [new_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert all(one[14] == "7" and one[19] in "89ab" for one in ids)
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)
