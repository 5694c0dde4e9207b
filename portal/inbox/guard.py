"""The one place where a request of the staff is let in: session, permission, and the token in every form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from portal.inbox.auth import Session, Sessions
from portal.inbox.people import Action, Person
from portal.inbox.receive import read_capped
from portal.inbox.render import Render

#: A form of the inbox: a long note in Chinese, percent-encoded, fits.
MAX_FORM = 64 * 1024
MAX_FIELDS = 200
ACCOUNT = "/account"
#: what is open to someone whose password was generated and not changed yet
_BEFORE_CHANGE = (ACCOUNT, "/logout")


@dataclass(frozen=True)
class Visit:
    """A request that was let in: the person, the token for the page's forms, and the fields of a posted form."""

    person: Person
    csrf: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: names the session to `Sessions.end`; never shown
    token: str = field(default="", repr=False)

    def first(self, name: str) -> str:
        """The field's first value without spaces around it, empty when it was not sent."""
        return self.fields.get(name, ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field, in order."""
        return self.fields.get(name, ())

    @property
    def frame(self) -> dict[str, object]:
        """What `inbox/frame.html` needs: `render("page.html", **visit.frame, …)`."""
        return {"person": self.person, "csrf": self.csrf}


class Guard:
    """Lets requests in or answers them; every router of the inbox is handed the same one."""

    def __init__(self, sessions: Sessions, render: Render) -> None:
        self._sessions = sessions
        self._render = render

    async def person(self, request: Request) -> Person | None:
        """Who sent the request; None when nobody has logged in with this browser."""
        session = await self._sessions.of(request)
        return session.person if session else None

    async def enter(self, request: Request, action: Action = "read") -> Visit | Response:
        """For pages: the visit, or the way to the login page, or a 403 page when the role does not allow `action`.

        Who has to change their password is led there first.
        """
        session = await self._sessions.of(request)
        if session is None or session.person is None:
            return RedirectResponse("/login", 303)
        visit = Visit(session.person, session.csrf, token=session.token)
        if must_change(request, session.person):
            return RedirectResponse(ACCOUNT, 303)
        return visit if session.person.may(action) else self.forbidden(visit)

    async def form(self, request: Request, action: Action = "read") -> Visit | Response:
        """For posts: the visit with the form's fields, or a 403 page: wrong token, another site, no session, no right."""
        fields = await read_form(request)
        session = await self._sessions.of(request)
        if session is None or session.person is None or not trusted(request, session, fields):
            return self._render("refused.html", 403, reason="expired")
        visit = Visit(session.person, session.csrf, fields, session.token)
        if must_change(request, session.person):
            return RedirectResponse(ACCOUNT, 303)
        return visit if session.person.may(action) else self.forbidden(visit)

    def forbidden(self, visit: Visit) -> Response:
        """The page that says that this role may not do that."""
        return self._render("refused.html", 403, reason="role", **visit.frame)


def must_change(request: Request, person: Person) -> bool:
    """True when this request has to wait until the person has chosen a password."""
    return person.must_change and request.url.path not in _BEFORE_CHANGE


def trusted(request: Request, session: Session, fields: Mapping[str, tuple[str, ...]]) -> bool:
    """True when the form came from our own page in this session."""
    return same_origin(request) and session.owns(fields.get("csrf", ("",))[0])


def same_origin(request: Request) -> bool:
    """False when a browser says that another site made this request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


async def read_form(request: Request) -> dict[str, tuple[str, ...]]:
    """The fields of a URL-encoded form; none when it is too large or malformed."""
    body = await read_capped(request, MAX_FORM)
    try:
        parsed = parse_qs((body or b"").decode("ascii"), max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return {}
    return {name: tuple(values) for name, values in parsed.items()}
