"""One run: start, load, kill, settle, compare."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from portal import db, envelope
from portal.leads import outbox
from tests.crash.parts import Installation
from tests.crash.senders import Ledger, Sender
from tests.crash.verdict import Verdict, compare


@dataclass(frozen=True)
class Plan:
    """How much is asked of a run; it ends when kills and receipts are both reached, or fails at `longest` seconds."""

    kills: int
    receipts: int
    seed: int
    longest: float
    webs: int = 1
    workers: int = 1
    senders: int = 4
    databases: tuple[str, str] | None = None
    #: seconds for one delivery; what a killed worker had leased waits half as long again
    deadline: float = 30.0


@dataclass
class Report:
    """What a run came to."""

    plan: Plan
    kills: Counter[str] = field(default_factory=Counter)
    receipts: int = 0
    given_up: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    own_ends: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    settled: float = 0.0
    verdict: Verdict = field(default_factory=Verdict)

    def __str__(self) -> str:
        killed = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kills.items()))
        lines = [
            f"seed       {self.plan.seed}",
            f"kills      {self.kills.total()} ({killed})",
            f"receipts   {self.receipts}",
            f"gave up    {self.given_up}",
            f"failures   {dict(self.failures)} seen by senders and sent again",
            f"lost       {len(self.verdict.lost)}",
            f"twice      {len(self.verdict.twice)}",
            f"faults     {len(self.verdict.faults)}",
            f"seconds    {self.seconds:.0f}, of these {self.settled:.0f} until all was delivered",
        ]
        details = [*sorted(self.verdict.lost)[:5], *sorted(self.verdict.twice)[:5], *self.verdict.faults[:10]]
        return "\n".join([*lines, *(f"  {detail}" for detail in details)])


def run(plan: Plan, var: Path, ports: list[int]) -> Report:
    """Do `plan` in the empty folder `var`. The report says whether it went well; nothing of it is raised."""
    report, dice, begun = Report(plan), random.Random(plan.seed), time.monotonic()
    installation = Installation(
        var, ports, webs=plan.webs, workers=plan.workers, databases=plan.databases, deadline=plan.deadline
    )
    ledger, stop = Ledger(var / "ledger.jsonl"), threading.Event()
    senders = [Sender(number, plan.seed, installation.webs, ledger, stop) for number in range(plan.senders)]
    with installation:
        for sender in senders:
            sender.start()
        _kill(plan, installation, ledger, dice, report, begun + plan.longest)
        stop.set()
        for sender in senders:
            sender.join(150)
        installation.wait_until_up()
        _settle(installation, ledger, report, plan)
        chain = installation.command("leads", "verify", "--chain", check=False)
        if chain.returncode:
            ledger.fault(f"the chain of receipts is broken: {(chain.stdout + chain.stderr)[-300:]}")
        report.own_ends = Counter({part.kind: len(part.own_ends) for part in installation.parts if part.own_ends})
    report.receipts, report.given_up, report.failures = len(ledger.receipts), len(ledger.given_up), ledger.failures
    ledger.close()
    report.verdict = _verdict(installation, ledger, plan)
    if any(sender.is_alive() for sender in senders):
        report.verdict.faults.append("a sender hangs")
    if report.own_ends:
        report.verdict.faults.append(f"processes ended by themselves: {dict(report.own_ends)}")
    if report.kills.total() < plan.kills or report.receipts < plan.receipts:
        report.verdict.faults.append(
            f"not reached within {plan.longest:.0f} s: {plan.kills} kills, {plan.receipts} receipts"
        )
    report.seconds = time.monotonic() - begun
    return report


def _kill(
    plan: Plan, installation: Installation, ledger: Ledger, dice: random.Random, report: Report, until: float
) -> None:
    """Spread the kills over the receipts: the next is due at a random moment of the next share of the load."""
    share = plan.receipts / plan.kills
    due, said, aim = share * dice.random(), time.monotonic(), installation.aim(dice)
    while len(ledger.receipts) < plan.receipts or report.kills.total() < plan.kills:
        time.sleep(dice.uniform(0.01, 0.1))
        now, shown, done = time.monotonic(), len(ledger.receipts), report.kills.total()
        if now > until or len(ledger.faults) > 20:
            return
        for part in installation.parts:
            part.look()
        if done < plan.kills and shown >= due and aim.fire():
            report.kills[aim.part.kind] += 1
            due, aim = max(shown, share * (done + 1) + share * (dice.random() - 0.5)), installation.aim(dice)
        if sys.stderr.isatty() or now - said > 30:
            said = now
            start = "\r" if sys.stderr.isatty() else ""
            sys.stderr.write(f"{start}{done} kills, {shown} receipts   ")
            sys.stderr.write("" if sys.stderr.isatty() else "\n")
            sys.stderr.flush()


def _settle(installation: Installation, ledger: Ledger, report: Report, plan: Plan) -> None:
    """Wait until nothing is left to deliver; look at a few receipts as their owners would."""
    begun = time.monotonic()
    engine = db.make_engine(_databases(installation, plan)[0])
    try:
        while time.monotonic() - begun < 300:
            counts = outbox.counts(engine, db.utcnow())
            if counts["delivered"] == counts["accepted"]:
                break
            time.sleep(0.3)
        else:
            ledger.fault(f"not everything was delivered within five minutes: {counts}")
    finally:
        engine.dispose()
    report.settled = time.monotonic() - begun
    shown = list(ledger.receipts.values())
    with httpx.Client(base_url=installation.webs[0], timeout=30) as client:
        for receipt in random.Random(plan.seed).sample(shown, min(50, len(shown))):
            page = client.get(receipt.path)
            if page.status_code != 200 or receipt.reference not in page.text:
                ledger.fault(f"{receipt.reference}: the receipt page answers {page.status_code}")


def _databases(installation: Installation, plan: Plan) -> tuple[str, str]:
    folder = installation.var
    return plan.databases or (f"sqlite:///{folder}/portal/portal.db", f"sqlite:///{folder}/inbox/inbox.db")


def _verdict(installation: Installation, ledger: Ledger, plan: Plan) -> Verdict:
    keys = envelope.load_or_create_keys(installation.var / "inbox" / "keys")
    portal, inbox = (db.make_engine(url) for url in _databases(installation, plan))
    try:
        return compare(ledger, portal, inbox, keys)
    finally:
        portal.dispose()
        inbox.dispose()
