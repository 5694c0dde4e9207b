"""Investors and programs that send inquiries, send again when no answer came, and keep what they were shown."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.leads import answers

_FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')
_REFERENCE = re.compile(r"/receipt/([^?/]+)\?")
#: Answers of a web process that cannot store now; everything else but success is a fault.
_LATER = frozenset({502, 503, 504})
#: One in this many gives up after a failure, as people do; what became of that inquiry, its sender never learns.
_GIVES_UP = 25
#: One in this many sends again what was already confirmed: a double click, a reload.
_SENDS_AGAIN = 20


@dataclass(frozen=True)
class Receipt:
    """What a sender was shown, and the mark that its inquiry carries."""

    mark: str
    reference: str
    path: str


class Ledger:
    """What the outside knows: every receipt shown, every sender that gave up. Kept in a file, outside of the portal."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._stream = file.open("a", encoding="utf-8")
        self.receipts: dict[str, Receipt] = {}
        self.given_up: set[str] = set()
        self.faults: list[str] = []
        self.failures: Counter[str] = Counter()

    def close(self) -> None:
        with self._lock:
            self._stream.close()

    def shown(self, receipt: Receipt) -> None:
        with self._lock:
            self.receipts[receipt.mark] = receipt
            self._stream.write(json.dumps(receipt.__dict__) + "\n")
            self._stream.flush()

    def gave_up(self, mark: str) -> None:
        with self._lock:
            self.given_up.add(mark)

    def failed(self, what: str) -> None:
        with self._lock:
            self.failures[what] += 1

    def fault(self, what: str) -> None:
        with self._lock:
            self.faults.append(what)


class Sender(threading.Thread):
    """Sends one inquiry after the other until `stop`: four of five as a program, the others by the form."""

    def __init__(self, number: int, seed: int, webs: list[str], ledger: Ledger, stop: threading.Event) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self._dice = random.Random(f"{seed}/{number}")
        self._mark = f"crash-{seed}-{number}"
        self._webs = webs
        self._ledger = ledger
        self._ended = stop
        self._client = httpx.Client(timeout=20)

    def run(self) -> None:
        count = 0
        try:
            while not self._ended.is_set():
                count += 1
                mark = f"{self._mark}-{count}"
                by_form = self._dice.randrange(5) == 0
                form = answers(message=mark, company=f"Firm {mark}")
                receipt = self._send(mark, {**form, "form_key": self._form_key()} if by_form else form, by_form)
                if receipt and self._dice.randrange(_SENDS_AGAIN) == 0:
                    again = self._send(mark, self._sent, by_form)
                    if again and again.reference != receipt.reference:
                        self._ledger.fault(f"{mark}: another reference for the same sending")
        except Exception as error:
            self._ledger.fault(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            self._client.close()

    def _form_key(self) -> str:
        while True:
            answer = self._try("GET", "/en/invest")
            if answer is not None:
                found = _FORM_KEY.search(answer.text)
                assert found, "the form shows no key"
                return found[1]
            if self._ended.wait(0.1):
                return "ended"

    def _send(self, mark: str, form: dict[str, str], by_form: bool) -> Receipt | None:
        """Send until there is an answer; None when the sender gave up first."""
        self._sent = form
        until = time.monotonic() + 120
        while True:
            answer = self._post_form(form) if by_form else self._post_json(mark, form)
            if answer is not None and answer.status_code not in _LATER:
                return self._read(mark, answer)
            if answer is not None:
                self._ledger.failed(str(answer.status_code))
            if self._ended.is_set() or self._dice.randrange(_GIVES_UP) == 0:
                self._ledger.gave_up(mark)
                return None
            if time.monotonic() > until:
                self._ledger.fault(f"{mark}: no answer for two minutes")
                return None
            time.sleep(self._dice.uniform(0.02, 0.3))

    def _post_form(self, form: dict[str, str]) -> httpx.Response | None:
        if form["form_key"] == "ended":
            return None
        return self._try("POST", "/en/invest", data={**form, "step": "send"})

    def _post_json(self, mark: str, form: dict[str, str]) -> httpx.Response | None:
        document = {**form, "locale": "en", "consent_email": True}
        return self._try("POST", "/api/v1/inquiries", json=document, headers={"Idempotency-Key": f"{mark:->32}"})

    def _try(self, method: str, path: str, **parts: object) -> httpx.Response | None:
        try:
            return self._client.request(method, self._dice.choice(self._webs) + path, **parts)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            self._ledger.failed(type(error).__name__)
            return None

    def _read(self, mark: str, answer: httpx.Response) -> Receipt | None:
        path = answer.headers.get("location", "")
        found = _REFERENCE.search(path)
        if answer.status_code not in (200, 201, 303) or not found:
            self._ledger.fault(f"{mark}: status {answer.status_code}: {answer.text[:200]}")
            return None
        receipt = Receipt(mark, found[1], path)
        self._ledger.shown(receipt)
        return receipt
