"""The crash test in short: the same run with fewer kills, on both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.run import Plan, run
from tests.support.postgres import postgres_server, postgres_url
from tests.support.servers import free_port

__all__ = ["postgres_server", "postgres_url"]

SEED = 20_260_101


@pytest.mark.crash
@pytest.mark.parametrize(
    ("database", "kills", "receipts"),
    [("sqlite", 9, 200), pytest.param("postgres", 6, 120, marks=pytest.mark.postgres)],
    ids=["sqlite", "postgres"],
)
def test_no_lead_is_lost_or_doubled_when_processes_are_killed(
    database: str, kills: int, receipts: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    databases = None
    if database == "postgres":
        new: Callable[[], str] = request.getfixturevalue("postgres_url")
        databases = new(), new()
    plan = Plan(kills=kills, receipts=receipts, seed=SEED, longest=240, databases=databases, deadline=4)
    report = run(plan, tmp_path, [free_port() for _ in range(2)])
    assert report.verdict.well, str(report)
    assert len(report.kills) == 3, str(report)
