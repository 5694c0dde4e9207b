"""The whole portal in processes of its own, and a chromium to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.leads import PASSWORD, csrf, log_in
from tests.support.needs import missing
from tests.support.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Portal:
    """Where the running portal answers, the password of its first administrator, and what it made."""

    url: str
    inbox: str
    password: str
    var: Path


def wait_for(url: str, child: subprocess.Popen[bytes]) -> None:
    """Wait until `url` answers 200; fails when the process ends or 180 s have passed."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        assert child.poll() is None, f"portal serve ended with {child.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer")


def choose_password(inbox: str, generated: str) -> None:
    """Change the generated password of the first administrator, without which nothing of the inbox opens."""
    with httpx.Client(base_url=inbox, timeout=60) as client:
        assert log_in(client, generated, "admin").status_code == 303
        data = {"csrf": csrf(client, "/account"), "password": generated, "new": PASSWORD, "again": PASSWORD}
        assert client.post("/account", data=data).status_code == 200


@contextmanager
def running(var: Path) -> Iterator[Portal]:
    """Run site, inbox and worker in `var`, over the real content; it is published where `var/current` is not there."""
    var.mkdir(exist_ok=True)
    site, inbox = free_port(), free_port()
    environment = {**os.environ, "VAR": str(var), "PORT": str(site), "INBOX_PORT": str(inbox)}
    command = [sys.executable, "-m", "portal.cli"]
    if not (var / "current").exists():
        subprocess.run([*command, "publish"], cwd=ROOT, env=environment, check=True, capture_output=True)
    log = (var / "serve.log").open("wb")
    child = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{site}/readyz", child)
        wait_for(f"http://127.0.0.1:{inbox}/readyz", child)
        first = (var / "inbox" / "admin.password").read_text().strip()
        choose_password(f"http://127.0.0.1:{inbox}", first)
        assert not (var / "inbox" / "admin.password").exists()
        yield Portal(f"http://127.0.0.1:{site}", f"http://127.0.0.1:{inbox}", PASSWORD, var)
    finally:
        child.terminate()
        child.wait(30)
        log.close()


@pytest.fixture(scope="session")
def portal(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The running portal, over the release that the run has published already."""
    var = tmp_path_factory.mktemp("var")
    (var / "current").symlink_to(published)
    with running(var) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium. Without it the test is skipped; under CI=true it fails."""
    if not Path(CHROMIUM).exists():
        missing(f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, portal: Portal) -> Iterator[Callable[..., Page]]:
    """Open an address of the portal: `open_page("/en/", width=360, dark=True, script=False)`."""
    contexts = []

    def opened(path: str, *, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path if path.startswith("http") else f"{portal.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
