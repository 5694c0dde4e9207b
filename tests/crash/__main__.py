"""`python -m tests.crash`: the whole crash test. Exit 0 when nothing was lost, doubled or amiss, else 1."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
import tempfile
from pathlib import Path

from tests.crash.run import Plan, run
from tests.support.postgres import create_database, running_server
from tests.support.servers import free_port


def main() -> int:
    """Read the arguments, run, print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=main.__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--receipts", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=40.0, help="fail when it takes longer")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--keep", type=Path, help="leave everything in this new folder, to look at it")
    given = parser.parse_args()
    sys.stdout.write(f"crash test on {given.database}, seed {given.seed}\n")
    sys.stdout.flush()
    with contextlib.ExitStack() as stack:
        databases = None
        if given.database == "postgres":
            server = stack.enter_context(running_server())
            databases = create_database(server), create_database(server)
        if given.keep:
            given.keep.mkdir(parents=True)
        var = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crash-")))
        plan = Plan(
            given.kills,
            given.receipts,
            given.seed,
            given.minutes * 60,
            webs=2,
            workers=2,
            senders=8,
            databases=databases,
        )
        report = run(plan, var, [free_port() for _ in range(3)])
    sys.stdout.write(f"\n{report}\n")
    return 0 if report.verdict.well else 1


if __name__ == "__main__":
    sys.exit(main())
