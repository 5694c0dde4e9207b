"""Writes the pages that are made on demand to a folder, for the HTML validator: `python -m tests.support.dynamic FOLDER`.

The form, its check page and receipts come in the tests' stand-in frame, for the published pages show the real one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import httpx
from bs4 import BeautifulSoup

from portal import db, envelope
from portal.leads.intake import Intake
from tests.support.cases import DESKS, event, receive
from tests.support.leads import SECRET, SIGNER, Clock, answers, csrf, log_in, make_inbox, make_portal
from tests.support.servers import served


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form on the check page."""
    hidden = BeautifulSoup(page, "html.parser").select("form#inquiry input[type=hidden]")
    return {str(field["name"]): str(field.get("value", "")) for field in hidden}


def form_pages(client: httpx.Client) -> dict[str, httpx.Response]:
    """The form filled in wrongly and rightly, and the receipt."""
    pages = {"form": client.get("/en/invest?sector=ic"), "lookup": client.get("/en/receipt/")}
    key = BeautifulSoup(pages["form"].text, "html.parser").select_one("input[name=form_key]")
    assert key is not None
    sent = {**answers(parks="undecided"), "form_key": str(key["value"])}
    wrong = {**sent, "email": "nobody", "phone": "1", "jobs": "many", "step": "check"}
    pages["errors"] = client.post("/en/invest", data=wrong)
    pages["check"] = client.post("/en/invest", data={**sent, "step": "check"})
    done = client.post("/en/invest", data={**fields_of(pages["check"].text), "step": "send"})
    assert done.status_code == 303, done.status_code
    pages["receipt"] = client.get(done.headers["location"])
    return pages


def inbox_pages(client: httpx.Client) -> dict[str, httpx.Response]:
    """Pages of the inbox: before the login, lists, leads in each state, what administrators see."""
    pages = {"login": client.get("/login"), "login-wrong": log_in(client, "wrong")}
    assert log_in(client).status_code == 303
    token = csrf(client, "/account")
    asked = ("account", "leads", "leads?quarantine=1", "leads?q=none", "leads/lead-00001", "leads/lead-00002", "levels",
             "people", "audit", "leads/lead-00001/erase", "leads/none")  # fmt: skip
    pages |= {f"inbox-{number}": client.get(f"/{path}") for number, path in enumerate(asked)}
    nothing = {"csrf": token, "version": "1", "state": "won", "desk": "general", "assignee": "", "note": "x"}
    pages["inbox-refused"] = client.post("/leads/lead-00001", data=nothing)
    pages["inbox-conflict"] = client.post("/leads/lead-00001", data={**nothing, "version": "7"})
    pages["inbox-people"] = client.post("/people", data={"csrf": token, "email": "erika@example.com"})
    pages["inbox-unsure"] = client.post("/people/erase", data={"csrf": token, "email": "erika@example.com"})
    pages["inbox-expired"] = client.post("/leads/lead-00001", data={})
    return pages


def made(folder: Path) -> dict[str, httpx.Response]:
    """Every page, from a portal and an inbox in `folder`; the inbox has an open lead and one in quarantine."""
    keys, clock = envelope.load_or_create_keys(folder / "keys"), Clock()
    engines = {side: db.make_engine(f"sqlite:///{folder / side}.db") for side in ("portal", "inbox")}
    db.upgrade(engines["portal"], "portal")
    db.upgrade(engines["inbox"], "inbox")
    more = {"sectors": ["ic"], "phone": "+49 30 1234567", "message": "One\nTwo", "parks": ["undecided"]}
    leads = [event(keys, 1, clock(), **more), event(keys, 2, clock(), quarantined=True)]
    receive(engines["inbox"], clock, *leads)
    intake = Intake(engines["portal"], public_key=keys.public, secret=SECRET, signer=SIGNER)
    with served(make_portal(engines["portal"], intake)) as address, httpx.Client(base_url=address, timeout=60) as site:
        pages = form_pages(site)
    app = make_inbox(engines["inbox"], keys, clock=clock, desks=lambda: DESKS)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as inbox:
        pages |= inbox_pages(inbox)
    for engine in engines.values():
        engine.dispose()
    return pages


def main(folder: Path) -> None:
    """Write every page; raises AssertionError where one could not be made."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        pages = made(Path(name))
    for file, answer in pages.items():
        assert answer.status_code < 500, (file, answer.status_code)
        assert answer.headers.get("content-type", "").startswith("text/html"), (file, answer.status_code)
        (folder / f"{file}.html").write_text(answer.text, "utf-8")
    sys.stdout.write(f"{len(pages)} pages made on demand\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
