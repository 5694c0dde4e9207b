"""What an operator may set can be set: by compose.yaml, its example of an environment, and the guide."""

import json
import re
from typing import Any

import pytest
import yaml

from portal.settings import Settings
from tests.support.content import ROOT

DEPLOY = ROOT / "deploy"
FIELDS = {name.upper() for name in Settings.model_fields}
#: folders of the source, which nobody moves, and what the image and compose.yaml fix
FIXED = {"CONTENT", "LOCALES_DIR", "TEMPLATES", "STATIC", "VAR", "HOST", "PORT", "INBOX_HOST", "INBOX_PORT"}
#: variables of compose.yaml and its images that are no settings of the portal
OTHERS = {"PORTAL_DB_PASSWORD", "INBOX_DB_PASSWORD", "HEALTH_PORT"}


def environments() -> dict[str, dict[str, Any]]:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    return {name: services[name].get("environment", {}) for name in ("publish", "web", "deliver", "inbox")}


def example() -> dict[str, str]:
    lines = (DEPLOY / "env.example").read_text("utf-8").splitlines()
    return dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))


def test_every_setting_reaches_a_service() -> None:
    passed = {name for variables in environments().values() for name in variables}
    assert FIELDS - FIXED - passed == set()
    assert passed - FIELDS - OTHERS == set()


def test_every_setting_is_told_to_operators() -> None:
    told = example().keys() | set(re.findall(r"[A-Z_]{3,}", (DEPLOY / "README.md").read_text("utf-8")))
    assert FIELDS - told - {"CONTENT", "LOCALES_DIR", "TEMPLATES", "STATIC"} == set()


def test_what_compose_hands_on_is_in_the_example() -> None:
    handed = {name for variables in environments().values() for name, value in variables.items() if value is None}
    assert handed
    assert handed - example().keys() == set()
    assert example().keys() - FIELDS - OTHERS == set()


@pytest.mark.parametrize("name", sorted(FIELDS & {"DELIVERY_DEADLINE", "LOCAL_LOGIN", "MAIL", "MAIL_FROM", "RATE_BURST",
    "RATE_SECONDS", "RELEASES_KEPT", "RETENTION_CLOSED_DAYS", "RETENTION_QUARANTINE_DAYS", "RETENTION_SPAM_DAYS",
    "SEARCH_ENGINE", "SMTP_HOST", "SMTP_PORT", "SMTP_TLS", "OIDC_ROLE_CLAIM", "INBOX_HTTPS"}))  # fmt: skip
def test_the_example_shows_the_default(name: str) -> None:
    default = Settings.model_fields[name.lower()].default
    shown = example()[name]
    assert type(default)(json.loads(shown) if isinstance(default, bool | int | float) else shown) == default
