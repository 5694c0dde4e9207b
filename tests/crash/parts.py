"""The installation under test: each part a process of its own, as in production, started again whenever it ends."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.settings import ROOT
from tests.support.content import tiny

#: A process without a port counts as up after this long; imports take most of it.
_WORKER_UP = 3.0

_KINDS = ("web", "worker", "inbox")


@dataclass
class Part:
    """One process of the installation."""

    kind: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    #: exit codes of ends that this test did not cause
    own_ends: list[int] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", *self.arguments],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started = time.monotonic()

    def kill(self) -> None:
        """SIGKILL: no handler runs, no buffer is written."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

    def look(self) -> None:
        """Start it again when it ended by itself, and remember that."""
        assert self.process is not None
        code = self.process.poll()
        if code is not None:
            self.own_ends.append(code)
            self.start()

    def up(self) -> bool:
        """True when it does its work, as far as can be seen from outside."""
        if self.port is None:
            return time.monotonic() - self.started > _WORKER_UP
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass(frozen=True)
class Aim:
    """A process that is to be killed: mostly while it works, so that there is work to be broken, or just after it began."""

    part: Part
    starting: bool

    def fire(self) -> bool:
        """Kill it and start it again; False when it is not yet in the state to be killed in."""
        self.part.look()
        if not self.starting and not self.part.up():
            return False
        self.part.kill()
        self.part.start()
        return True


class Installation:
    """Some web processes, some workers and an inbox over one folder and two databases."""

    def __init__(
        self,
        var: Path,
        ports: list[int],
        *,
        webs: int,
        workers: int,
        databases: tuple[str, str] | None,
        deadline: float,
    ) -> None:
        self.var = var
        self.inbox_port, *web_ports = ports[: webs + 1]
        self.webs = [f"http://127.0.0.1:{port}" for port in web_ports]
        own = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        environment = {
            **own,
            "VAR": str(var),
            "INBOX_PORT": str(self.inbox_port),
            "RATE_BURST": "0",
            "DELIVERY_DEADLINE": str(deadline),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
        }
        if databases:
            environment |= {"DATABASE_URL": databases[0], "INBOX_DATABASE_URL": databases[1]}
        self.environment = environment
        self._turns: list[str] = []
        tiny(var).publish(var)
        self.command("inbox", "--init")
        logs = var / "logs"
        logs.mkdir()

        def part(kind: str, *arguments: str, port: int | None = None, number: int = 1) -> Part:
            settings = {**environment, "PORT": str(port)} if port else environment
            return Part(kind, arguments, settings, logs / f"{kind}-{number}.log", port)

        self.parts = [
            part("inbox", "inbox", port=self.inbox_port),
            *(part("worker", "deliver", number=number + 1) for number in range(workers)),
            *(
                part("web", "serve", "--no-inbox", "--no-deliver", port=port, number=number + 1)
                for number, port in enumerate(web_ports)
            ),
        ]

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one `portal` command to its end; raises when it fails, unless `check` is off."""
        return subprocess.run(
            [sys.executable, "-m", "portal.cli", *arguments],
            env=self.environment,
            cwd=ROOT,
            check=check,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def __enter__(self) -> Installation:
        for part in self.parts:
            part.start()
        self.wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        for part in self.parts:
            if part.process is not None and part.process.poll() is None:
                part.process.kill()
                part.process.wait(30)

    def wait_until_up(self, seconds: float = 90.0) -> None:
        until = time.monotonic() + seconds
        while not all(part.up() for part in self.parts):
            for part in self.parts:
                part.look()
            if time.monotonic() > until:
                message = f"not up after {seconds:.0f} s: {[part.kind for part in self.parts if not part.up()]}"
                raise RuntimeError(message)
            time.sleep(0.2)

    def aim(self, dice: random.Random) -> Aim:
        """The next process to kill. Kinds take turns in random order, so that a short run kills each of them too."""
        if not self._turns:
            self._turns = dice.sample(_KINDS, len(_KINDS))
        kind = self._turns.pop()
        part = dice.choice([part for part in self.parts if part.kind == kind])
        return Aim(part, starting=dice.random() < 0.1)
