import pytest
from pydantic import ValidationError

from portal.settings import Settings


def test_somebody_has_to_be_able_to_log_in() -> None:
    with pytest.raises(ValidationError, match="nobody could log in"):
        Settings(local_login=False)
    with pytest.raises(ValidationError, match="OIDC_ROLES"):
        Settings(oidc_issuer="https://id.example", oidc_client_id="inbox")
    with pytest.raises(ValidationError):
        Settings(oidc_issuer="https://id.example", oidc_client_id="inbox", oidc_roles={"x": "root"})  # type: ignore[dict-item]
    ready = Settings(
        local_login=False, oidc_issuer="https://id.example", oidc_client_id="inbox", oidc_roles={"x": "admin"}
    )
    assert ready.inbox_url == "http://127.0.0.1:8001"
