"""One sending of one event over HTTP, and what its outcome means. The only place that speaks HTTP to the outside."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Self

import httpx

from portal import db, envelope, states
from portal.leads.models import new_id

#: From connecting to the last byte of the answer.
DEADLINE = 30.0
#: An answer is a small JSON object; more than this is not read.
MAX_ANSWER = 64 * 1024

#: This lead will never be taken: malformed, in conflict with one of the same id, too big, or not understood.
_REJECTED = frozenset({400, 409, 413, 422})
#: The address or the credentials are wrong, or the receiver asks for a pause: no lead can be delivered now.
_CLOSED = frozenset({401, 403, 404, 405, 407, 410, 429, 502, 503, 504})
#: The receiver takes leads but does not tell states.
_NO_ROUTE = frozenset({404, 405, 410, 501})
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "invest-chongqing"}


class DeliveryError(Exception):
    """Base of all failures; `code` is short and stable and never holds what the receiver sent."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RejectedError(DeliveryError):
    """Permanent: the receiver refuses this very lead. A person must look at it."""


class RetryableError(DeliveryError):
    """Try again later; `retry_after` is what the receiver asked for, in seconds, not yet bounded."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class UnreachableError(RetryableError):
    """The receiver as a whole does not take leads: refused, no such host, TLS, 401, 404, 429, 503 and the like."""


class NotAcknowledgedError(RetryableError):
    """No proof of delivery: no answer in time, 500, a redirect, or a 2xx that does not echo the id."""


class NoStatesError(DeliveryError):
    """The receiver does not tell how far leads are: it has no such route."""


class HttpSender:
    """Sends events to `url`, signed with the webhook `secret`. Use as `async with`; one instance per event loop.

    No redirects, no proxies from the environment, no compression. Raises ValueError when `url` is not http(s).
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        deadline: float = DEADLINE,
        verify: ssl.SSLContext | bool = True,
        clock: Callable[[], datetime] = db.utcnow,
    ) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            message = "the lead queue's address must begin with http:// or https://"
            raise ValueError(message)
        self._url = parsed
        self._states_url = parsed.copy_with(path=parsed.path.removesuffix("/leads").rstrip("/") + "/states")
        self._levels_url = parsed.copy_with(path=parsed.path.removesuffix("/leads").rstrip("/") + "/levels/public")
        self._secret = secret
        self._deadline = deadline
        self._verify = verify
        self._clock = clock
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = httpx.AsyncClient(
            follow_redirects=False, trust_env=False, timeout=self._deadline, verify=self._verify
        )
        return self

    async def __aexit__(self, *details: object) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def fetch_states(self, after: int) -> states.Page:
        """The changes after the cursor `after`, asked for with a signature as if an empty body were sent.

        Raises NoStatesError, RetryableError, and StatesMalformedError for an answer that is no page.
        """
        url = self._states_url.copy_merge_params({"after": str(after)})
        headers = {**_HEADERS, **envelope.sign(self._secret, new_id(), b"", self._clock())}
        async with self._exchange("GET", url, headers) as response:
            if response.status_code in _NO_ROUTE:
                raise NoStatesError(_code(response))
            if response.status_code != 200:
                raise RetryableError(_code(response))
            return states.parse_page(await _read(response, states.MAX_BYTES))

    async def fetch_levels(self) -> Mapping[str, Any]:
        """The figure that everyone may see, signed for like the states. Raises RetryableError."""
        headers = {**_HEADERS, **envelope.sign(self._secret, new_id(), b"", self._clock())}
        async with self._exchange("GET", self._levels_url, headers) as response:
            if response.status_code != 200:
                raise RetryableError(_code(response))
            try:
                told = json.loads(await _read(response, MAX_ANSWER))
            except (ValueError, RecursionError) as error:
                message = "levels-malformed"
                raise RetryableError(message) from error
            return told if isinstance(told, dict) else {}

    async def send(self, event: envelope.Event) -> None:
        """Deliver `event`; returns only when the receiver has confirmed its id. Raises DeliveryError's children."""
        body = event.to_json()
        signed = envelope.sign(self._secret, event.id, body, self._clock())
        headers = {**_HEADERS, "Content-Type": envelope.CONTENT_TYPE, **signed}
        async with self._exchange("POST", self._url, headers, body) as response:
            self._check_status(response)
            _check_echo(await _read(response, MAX_ANSWER), event.id)

    @asynccontextmanager
    async def _exchange(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncIterator[httpx.Response]:
        """One request with the deadline over all of it; httpx's errors become ours."""
        if self._client is None:
            message = "use the sender as `async with`"
            raise RuntimeError(message)
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._client.stream(method, url, content=body, headers=headers) as response,
            ):
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise UnreachableError(_connect_code(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            code = "timeout"
            raise NotAcknowledgedError(code) from error
        except httpx.HTTPError as error:
            code = "broken-answer"
            raise NotAcknowledgedError(code) from error

    def _check_status(self, response: httpx.Response) -> None:
        status, code = response.status_code, _code(response)
        if 200 <= status < 300:
            return
        if status in _REJECTED:
            raise RejectedError(code)
        wait = _retry_after(response.headers.get("Retry-After", ""), self._clock())
        raise (UnreachableError if status in _CLOSED else NotAcknowledgedError)(code, wait)


@dataclass(frozen=True)
class Reply:
    """What a receiver answered, whatever it means; `body` ends soon after the cap."""

    status: int
    body: bytes


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)  # reads all certificates, which takes a while


async def post_once(url: str, content: bytes | AsyncIterable[bytes], headers: dict[str, str], deadline: float) -> Reply:
    """Post once and give the answer as it is. Raises RetryableError when none comes in time."""
    try:
        async with (
            httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=deadline, verify=_tls()) as client,
            asyncio.timeout(deadline),
            client.stream("POST", url, content=content, headers=headers) as response,
        ):
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > MAX_ANSWER:
                    break
            return Reply(response.status_code, bytes(body))
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise UnreachableError(_connect_code(error)) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        code = "timeout"
        raise NotAcknowledgedError(code) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        code = "broken-answer"
        raise NotAcknowledgedError(code) from error


def _code(response: httpx.Response) -> str:
    return f"http-{response.status_code}"


async def _read(response: httpx.Response, most: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        code = "encoded-answer"
        raise NotAcknowledgedError(code)
    parts, size = [], 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > most:
            code = "answer-too-big"
            raise NotAcknowledgedError(code)
        parts.append(part)
    return b"".join(parts)


def _check_echo(answer: bytes, event_id: str) -> None:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError) as error:
        code = "answer-not-json"
        raise NotAcknowledgedError(code) from error
    if not isinstance(document, dict) or document.get("id") != event_id:
        code = "id-not-echoed"
        raise NotAcknowledgedError(code)


def _connect_code(error: httpx.TransportError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "timeout-connecting" if isinstance(error, httpx.TimeoutException) else "unreachable"


def _retry_after(value: str, now: datetime) -> float | None:
    """Seconds from a Retry-After header in either of its forms; None when absent or unreadable."""
    if value.isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - now).total_seconds())
