"""A visitor's side of HTTP with as little work as possible, so that what is measured is the server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """Kept-alive connections to one server on loopback; as many as there are requests at once."""

    port: int
    opened: int = 0
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """The bytes of a request, to be made beforehand; an underscore in a header's name is a hyphen."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + _END + body

    async def send(self, request: bytes, wait: float = 60) -> Answer:
        """Send and read the answer. Raises OSError, EOFError and TimeoutError when none comes."""
        async with asyncio.timeout(wait):
            reader, writer = await self._connection()
            try:
                writer.write(request)
                head = (await reader.readuntil(_END)).decode("latin-1").split("\r\n")
                pairs = (line.partition(":") for line in head[1:] if line)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                body = await reader.readexactly(int(headers["content-length"]))
            except BaseException:
                writer.close()
                raise
        self._idle.append((reader, writer))
        return Answer(int(head[0].split(" ", 2)[1]), headers, body)

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop()[1].close()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            # The server closes what was idle for a while, as a browser sees it too.
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        self.opened += 1
        return await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
