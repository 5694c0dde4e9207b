"""What the commands print: faults, progress, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar

from portal.catalog.faults import ContentError
from portal.release.build import Progress

# Into a file or a pipe, a table keeps its columns whole, where rich would take the line to be 80 characters long.
out = Console(width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True)


def print_faults(error: ContentError, as_json: bool) -> None:
    """Every fault on a line of its own, or all as one JSON document."""
    if as_json:
        faults = [fault.__dict__ for fault in error.faults]
        sys.stdout.write(json.dumps({"ok": False, "faults": faults}, ensure_ascii=False, indent=1) + "\n")
        return
    for fault in error.faults:
        sys.stderr.write(f"{fault}\n")
    sys.stderr.write(f"{len(error.faults)} fault(s)\n")


@contextmanager
def progress_bar(title: str) -> Iterator[Progress | None]:
    """A progress bar when standard error is a terminal; None otherwise."""
    if not err.is_terminal:
        yield None
        return
    with Bar(console=err, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda _, done, total: bar.update(task, completed=done, total=total)
