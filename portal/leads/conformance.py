"""Does a receiver keep the contract of the lead queue? Anyone can try it on an endpoint of their own.

It sends some 20 signed messages about one made-up inquiry, marked as a test and as quarantined, and looks at the
answers only. What a receiver shows its staff it cannot see: that part is for a person to look at, once.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from joserfc.jwk import ECKey

from portal import db, envelope
from portal.leads.models import new_id, new_reference
from portal.leads.transport import MAX_ANSWER, DeliveryError, Reply, post_once

#: A repeated lead, or one that came slowly, is answered like any other within this.
DEADLINE = 30.0
#: Between the ten parts of a lead that is sent slowly.
PAUSE = 0.2
#: Many in flight at once, as after an outage.
PARALLEL = 20
#: A valid inquiry is at most a quarter of this.
TOO_BIG = 1024 * 1024
#: Clocks differ; beyond this a message is old, or from the future.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Outcome:
    """One check: what was done, what should come, what came, and whether that is well."""

    name: str
    wanted: str
    came: str
    passed: bool


class _Fault(Exception):  # noqa: N818 - a finding about the receiver, not an error of the program
    pass


class Prober:
    """Checks the receiver at `url`, with which the Standard Webhooks `secret` is shared.

    `public_key` is the one its staff open leads with; without it messages are sealed to a key that nobody has.
    Raises ValueError when `url` is not http(s).
    """

    def __init__(
        self, url: str, secret: str, public_key: ECKey | None = None, *, clock: Callable[[], datetime] = db.utcnow
    ) -> None:
        if not url.startswith(("http://", "https://")):
            message = "the receiver's address must begin with http:// or https://"
            raise ValueError(message)
        self._url, self._secret, self._clock = url, secret, clock
        self._key = public_key or ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, auto_kid=True)

    async def run(self) -> list[Outcome]:
        """Every check, one after the other."""
        checks: list[tuple[str, str, Callable[[], Awaitable[str]]]] = [
            ("new lead", "2xx and our id in a JSON object", self._new),
            ("same lead again", "2xx and our id: it may be sent twice and is one lead", self._again),
            ("other lead, same id", "4xx: what is stored is not overwritten", self._conflict),
            ("unknown attributes", "2xx and our id: CloudEvents may carry more", self._unknown),
            ("sent slowly", "2xx and our id", self._slow),
            (f"{PARALLEL} at once", "2xx and each its own id", self._parallel),
            ("no signature", "4xx", self._unsigned),
            ("wrong secret", "4xx", self._wrong_secret),
            ("body changed after signing", "4xx", self._tampered),
            ("ten minutes old", "4xx", self._old),
            ("ten minutes ahead", "4xx", self._ahead),
            ("replayed with a new time", "4xx", self._replayed),
            ("signed under another id", "4xx", self._other_id),
            ("not JSON", "4xx", self._garbage),
            ("cut off in the middle", "4xx", self._truncated),
            ("other type of event", "4xx", self._other_type),
            ("other media type", "4xx", self._media_type),
            ("a megabyte", "4xx, or hung up on", self._too_big),
            ("new lead after all that", "2xx and our id", self._new),
        ]
        found = []
        for name, wanted, check in checks:
            try:
                found.append(Outcome(name, wanted, await check(), passed=True))
            except _Fault as fault:
                found.append(Outcome(name, wanted, str(fault), passed=False))
        return found

    # -- what is sent ------------------------------------------------------------------------------------------------

    def _event(self, lead: str | None = None) -> envelope.Event:
        lead, reference, now = lead or new_id(), new_reference(), self._clock()
        answers = {
            "name": "Conformance test",
            "email": "conformance-test@example.com",
            "company": f"Conformance test {secrets.token_hex(4)}",
            "country": "CN",
            "message": "This inquiry is a test of the lead queue and comes from nobody.",
            "consent_email": True,
        }
        payload = {
            "version": 1,
            "id": lead,
            "reference": reference,
            "received_at": now.isoformat(),
            "locale": "en",
            "origin": "api",
            "answers": answers,
            "flags": ["conformance-test"],
            "privacy_notice": {"version": "test", "locale": "en"},
        }
        return envelope.Event(lead, reference, now, envelope.seal(payload, self._key), quarantined=True)

    async def _send(
        self,
        body: bytes,
        lead: str,
        *,
        secret: str = "",
        late: timedelta = timedelta(0),
        slowly: bool = False,
        **headers: str,
    ) -> Reply:
        signed = envelope.sign(secret or self._secret, lead, body, self._clock() - late)
        sent = {"Content-Type": envelope.CONTENT_TYPE, **signed}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        content = _drip(body) if slowly else body
        if slowly:
            sent["Content-Length"] = str(len(body))
        try:
            return await post_once(self._url, content, {name: value for name, value in sent.items() if value}, DEADLINE)
        except DeliveryError as error:
            raise _Fault(error.code) from error

    # -- what has to be taken ----------------------------------------------------------------------------------------

    async def _new(self) -> str:
        event = self._event()
        return _taken(await self._send(event.to_json(), event.id), event.id)

    async def _again(self) -> str:
        event = self._event()
        first = _taken(await self._send(event.to_json(), event.id), event.id)
        for _ in range(2):
            _taken(await self._send(event.to_json(), event.id), event.id)
        return f"{first}, three times"

    async def _conflict(self) -> str:
        event = self._event()
        _taken(await self._send(event.to_json(), event.id), event.id)
        other = self._event(event.id)
        answer = _refused(await self._send(other.to_json(), event.id))
        _taken(await self._send(event.to_json(), event.id), event.id)
        return answer

    async def _unknown(self) -> str:
        event = self._event()
        more = {**json.loads(event.to_json()), "traceparent": "00-0-0-00", "futureextension": "yes"}
        return _taken(await self._send(json.dumps(more).encode(), event.id), event.id)

    async def _slow(self) -> str:
        event = self._event()
        return _taken(await self._send(event.to_json(), event.id, slowly=True), event.id)

    async def _parallel(self) -> str:
        events = [self._event() for _ in range(PARALLEL)]
        replies = await asyncio.gather(*(self._send(event.to_json(), event.id) for event in events))
        return [_taken(reply, event.id) for reply, event in zip(replies, events, strict=True)][-1]

    # -- what has to be refused --------------------------------------------------------------------------------------

    async def _unsigned(self) -> str:
        event = self._event()
        return _refused(await self._send(event.to_json(), event.id, webhook_signature=""))

    async def _wrong_secret(self) -> str:
        event = self._event()
        return _refused(await self._send(event.to_json(), event.id, secret="whsec_" + "AAAA" * 11))

    async def _tampered(self) -> str:
        event, other = self._event(), self._event()
        signed = envelope.sign(self._secret, event.id, other.to_json(), self._clock())["webhook-signature"]
        return _refused(await self._send(event.to_json(), event.id, webhook_signature=signed))

    async def _old(self) -> str:
        event = self._event()
        return _refused(await self._send(event.to_json(), event.id, late=2 * TOLERANCE))

    async def _ahead(self) -> str:
        event = self._event()
        return _refused(await self._send(event.to_json(), event.id, late=-2 * TOLERANCE))

    async def _replayed(self) -> str:
        event = self._event()
        old = envelope.sign(self._secret, event.id, event.to_json(), self._clock() - 2 * TOLERANCE)
        return _refused(await self._send(event.to_json(), event.id, webhook_signature=old["webhook-signature"]))

    async def _other_id(self) -> str:
        return _refused(await self._send(self._event().to_json(), new_id()))

    async def _garbage(self) -> str:
        return _refused(await self._send(b"<html>not an event</html>", new_id()))

    async def _truncated(self) -> str:
        event = self._event()
        return _refused(await self._send(event.to_json()[:-200], event.id))

    async def _other_type(self) -> str:
        event = self._event()
        other = {**json.loads(event.to_json()), "type": "org.example.other"}
        return _refused(await self._send(json.dumps(other).encode(), event.id))

    async def _media_type(self) -> str:
        event = self._event()
        return _refused(await self._send(event.to_json(), event.id, Content_Type="text/plain"))

    async def _too_big(self) -> str:
        event = self._event()
        big = {**json.loads(event.to_json()), "padding": "x" * TOO_BIG}
        try:
            return _refused(await self._send(json.dumps(big).encode(), event.id))
        except _Fault as fault:
            # A receiver may hang up before it has read it all.
            if str(fault) != "broken-answer":
                raise
            return "hung up"


async def _drip(body: bytes) -> AsyncIterator[bytes]:
    size = max(1, len(body) // 10)
    for start in range(0, len(body), size):
        yield body[start : start + size]
        await asyncio.sleep(PAUSE)


def _fail(came: str) -> NoReturn:
    raise _Fault(came)


def _taken(reply: Reply, lead: str) -> str:
    """What came, when it is a confirmation. Raises _Fault."""
    if not 200 <= reply.status < 300:
        _fail(str(reply.status))
    if len(reply.body) > MAX_ANSWER:
        _fail(f"{reply.status} with more than {MAX_ANSWER // 1024} KiB")
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        _fail(f"{reply.status}, but no JSON")
    if not isinstance(document, dict) or document.get("id") != lead:
        _fail(f"{reply.status}, but not our id")
    return f"{reply.status} with our id"


def _refused(reply: Reply) -> str:
    """What came, when it is a refusal. Raises _Fault."""
    if reply.status < 400:
        _fail(f"{reply.status}: taken, or sent elsewhere")
    if reply.status >= 500:
        _fail(f"{reply.status}: means that it be sent again and again")
    return str(reply.status)
