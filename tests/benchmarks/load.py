"""A load of inquiries while the lead queue is dead: every one gets its receipt, and all are delivered once it is back.

`python -m tests.benchmarks.load` starts `portal serve` as a process of its own, over a VAR and ports of its own, with
nothing listening on the lead queue's port. Then, from this process:

1. It fetches one form key for each post, as a browser does when it opens the form. This is not timed: people open the
   form minutes before they send it.
2. It posts at a fixed rate whatever the answers take (open loop). A post is timed from the moment it was due, so that a
   server that falls behind cannot hide it. Posts carry no proof of work, so they are quarantined: the same way, and the
   same delivery.
3. It starts the inbox and waits until every lead is delivered there.

The requests are made beforehand and sent over kept connections by plain sockets: the machine's time belongs to the
server. What both took of it is printed for each post, as waits say little on a machine that is busy with other things.

Exit 0 when every post got a receipt of its own, no answer was a 5xx, the 99th percentile is under a second, and
delivery was complete within five minutes; else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
from sqlalchemy import text

from portal import db
from portal.leads import outbox
from portal.settings import ROOT, Settings
from tests.benchmarks.wire import Wire
from tests.support.leads import answers
from tests.support.servers import free_port

COMMAND = [sys.executable, "-m", "portal.cli"]
LONGEST_P99 = 1.0
LONGEST_RECOVERY = 300.0
_KEY = re.compile(r'name="form_key" value="([^"]+)"')


@dataclass
class Result:
    """What one run measured; times in seconds."""

    posts: int
    rate: float
    opening: float = 0.0
    receipts: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    longest: float = 0.0
    late_starts: int = 0
    connections: int = 0
    server_ms_a_post: float = 0.0
    load_ms_a_post: float = 0.0
    delivered: int = 0
    in_inbox: int = 0
    recovery: float = 0.0

    def faults(self) -> list[str]:
        """What was promised and not kept."""
        found = []
        if self.receipts != self.posts:
            found.append(f"{self.receipts} receipts for {self.posts} posts")
        if any(not status.isdigit() or status.startswith("5") for status in self.statuses):
            found.append(f"failures: {self.statuses}")
        if self.p99 >= LONGEST_P99:
            found.append(f"p99 {self.p99:.2f} s")
        if self.in_inbox != self.receipts or self.delivered != self.receipts:
            found.append(f"{self.delivered} delivered, {self.in_inbox} in the inbox")
        if self.recovery > LONGEST_RECOVERY:
            found.append(f"recovery took {self.recovery:.0f} s")
        return found


@contextmanager
def process(environment: dict[str, str], log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `portal` command of its own for as long as the block lasts."""
    with log.open("ab") as stream:
        child = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, env=environment, stdout=stream, stderr=stream)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(10)


async def ready(client: httpx.AsyncClient, url: str, child: subprocess.Popen[bytes]) -> None:
    """Wait up to 60 s for a 200."""
    for _ in range(300):
        if child.poll() is not None:
            raise SystemExit(f"the process ended with {child.returncode}")
        try:
            if (await client.get(url)).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.2)
    raise SystemExit(f"{url} did not answer within 60 s")


async def open_forms(wire: Wire, number: int) -> list[str]:
    """One form key for each post, a few forms opened at once."""
    keys: list[str] = []
    form, left = wire.request("GET", "/en/invest"), iter(range(number))

    async def reader() -> None:
        for _ in left:
            page = await wire.send(form)
            found = _KEY.search(page.body.decode())
            if page.status != 200 or found is None:
                raise SystemExit(f"the form answered {page.status}")
            keys.append(found[1])

    await asyncio.gather(*(reader() for _ in range(4)))
    return keys


def processor_seconds(pid: int) -> float:
    """What a process and its children have used of the processors so far; 0 where there is no /proc."""
    folder = Path(f"/proc/{pid}")
    try:
        used = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
        children = (folder / f"task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = sum(map(int, used)) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)


def filled_in(wire: Wire, number: int, key: str) -> bytes:
    """One person's post of the form."""
    form = answers(name=f"Load {number}", email=f"load-{number}@example.com", form_key=key, step="send")
    kind = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
    return wire.request("POST", "/en/invest", urlencode(form, doseq=True).encode(), **kind)


async def post_all(wire: Wire, keys: list[str], result: Result, server: int) -> None:
    """Post each form when it is due, and time it from then. `server` is the process that is measured."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    references: set[str] = set()
    statuses: Counter[str] = Counter()
    requests = [filled_in(wire, number, key) for number, key in enumerate(keys)]
    used, own = processor_seconds(server), time.process_time()
    begin = loop.time() + 0.5

    async def post(request: bytes, due: float) -> None:
        try:
            answer = await wire.send(request)
        except (OSError, EOFError) as error:  # TimeoutError is an OSError
            statuses[type(error).__name__] += 1
        else:
            statuses[str(answer.status)] += 1
            if answer.status == 303:
                references.add(answer.headers["location"].partition("?")[0])
        times.append(loop.time() - due)

    tasks = []
    for number, request in enumerate(requests):
        due = begin + number / result.rate
        await asyncio.sleep(max(0.0, due - loop.time()))
        result.late_starts += loop.time() - due > 0.1
        tasks.append(asyncio.create_task(post(request, due)))
    await asyncio.gather(*tasks)
    result.server_ms_a_post = (processor_seconds(server) - used) / len(keys) * 1000
    result.load_ms_a_post = (time.process_time() - own) / len(keys) * 1000
    times.sort()
    result.receipts, result.statuses, result.connections = len(references), dict(statuses), wire.opened
    result.p50, result.p95, result.p99 = (times[math.ceil(len(times) * part) - 1] for part in (0.50, 0.95, 0.99))
    result.longest = times[-1]


async def measure(result: Result, folder: Path) -> None:
    """The whole run; fills in `result`."""
    site, queue = free_port(), free_port()
    environment = {
        **os.environ,
        "VAR": str(folder),
        "PORT": str(site),
        "INBOX_PORT": str(queue),
        # The limit is for one address; here all visitors share one.
        "RATE_BURST": "0",
    }
    settings = Settings(var=folder)
    for arguments in (["publish"], ["inbox", "--init"]):
        subprocess.run([*COMMAND, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=600)
    wire = Wire(site)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        with process(environment, folder / "serve.log", "serve", "--no-inbox") as child:
            await ready(client, f"http://127.0.0.1:{site}/readyz", child)
            started = time.monotonic()
            keys = await open_forms(wire, result.posts)
            result.opening = time.monotonic() - started
            await asyncio.sleep(3)  # what is sent within three seconds counts as a machine's
            await post_all(wire, keys, result, child.pid)
            wire.close()
            engine = db.make_engine(settings.portal_database)
            started = time.monotonic()
            with process(environment, folder / "inbox.log", "inbox"):
                while time.monotonic() - started < 2 * LONGEST_RECOVERY:
                    counts = outbox.counts(engine, db.utcnow())
                    if counts["delivered"] >= result.receipts:
                        break
                    await asyncio.sleep(0.5)
            result.recovery, result.delivered = time.monotonic() - started, counts["delivered"]
            engine.dispose()
    inbox = db.make_engine(settings.inbox_database)
    with inbox.connect() as connection:
        result.in_inbox = connection.execute(text("SELECT count(DISTINCT id) FROM inbox_lead")).scalar_one()
    inbox.dispose()


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=100, help="posts a second (100)")
    parser.add_argument("--seconds", type=float, default=60, help="how long (60)")
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    options = parser.parse_args()
    result = Result(posts=round(options.rate * options.seconds), rate=options.rate)
    with tempfile.TemporaryDirectory(prefix="portal-load-") as folder:
        asyncio.run(measure(result, Path(folder)))
    faults = result.faults()
    if options.json:
        sys.stdout.write(json.dumps({**asdict(result), "faults": faults}, indent=1) + "\n")
    else:
        for name, value in asdict(result).items():
            sys.stdout.write(f"{name:12} {value if not isinstance(value, float) else round(value, 3)}\n")
        sys.stdout.write("\n".join(f"FAULT: {fault}" for fault in faults) + ("\n" if faults else "all kept\n"))
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
