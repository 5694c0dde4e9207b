"""The whole public site on a loopback port, over a release."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from portal import envelope
from portal.app import create_app
from portal.settings import Settings
from tests.support.content import BASE_URL
from tests.support.servers import served


@dataclass(frozen=True)
class Answer:
    """What came back for a request that was sent byte for byte."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Site:
    """A running site; `client` does not follow redirects."""

    address: str
    settings: Settings
    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """Send a request line as it is, without any tidying of the address."""
        connection = http.client.HTTPConnection(str(urlsplit(self.address).netloc), timeout=30)
        try:
            connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


@contextmanager
def running(var: Path, base_url: str = BASE_URL) -> Iterator[Site]:
    """Serve the release that `var/current` points to."""
    settings = Settings(var=var, base_url=base_url)
    envelope.load_or_create_keys(settings.public_key.parent)
    with served(create_app(settings)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield Site(address, settings, client)
