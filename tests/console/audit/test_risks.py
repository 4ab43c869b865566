import pytest

from console.audit_log import risks
from console.audit_log.change_descriptions import (
    CLIENT_SETTINGS,
    LOCAL_EVENT_SETTINGS,
    SERVICE_SETTINGS,
)
from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome


@pytest.mark.parametrize(
    ("field", "before", "after", "is_risk"),
    [
        ("pkceRequired", True, False, True),
        ("pkceRequired", False, True, False),
        ("accessTokenDuration", 3600, 7200, True),
        ("accessTokenDuration", 3600, 4000, False),
        ("accessTokenDuration", 0, 3600, False),
        ("redirectUris", [], ["http://shop.example/cb"], True),
        ("redirectUris", [], ["http://localhost:3000/cb", "https://a.example"], False),
        ("redirectUris", ["http://old.example"], ["http://old.example"], False),
        ("redirectUris", None, ["https://*.example/cb"], True),
        ("idTokenSignAlg", "ES256", "HS256", True),
        ("idTokenSignAlg", "RS256", "ES256", False),
        ("tokenAuthMethod", "PRIVATE_KEY_JWT", "CLIENT_SECRET_BASIC", True),
        ("tokenAuthMethod", "NONE", "CLIENT_SECRET_BASIC", False),
        ("tokenAuthMethod", "CLIENT_SECRET_BASIC", "NONE", True),
        ("grantTypes", ["AUTHORIZATION_CODE"], ["PASSWORD"], True),
        ("responseTypes", ["CODE"], ["CODE", "ID_TOKEN_TOKEN"], True),
        ("responseTypes", ["CODE", "TOKEN"], ["CODE"], False),
        ("clientType", "CONFIDENTIAL", "PUBLIC", True),
        ("clientType", None, "PUBLIC", False),
        ("fapiModes", ["FAPI2_SECURITY"], None, True),
        ("fapiModes", ["FAPI1_ADVANCED"], ["FAPI1_ADVANCED", "FAPI2_SECURITY"], False),
        ("fapiModes", None, ["FAPI2_SECURITY"], False),
        ("issSuppressed", None, True, True),
        ("mutualTlsValidatePkiCertChain", True, None, True),
        ("subjects", False, True, True),
        ("extension.requestableScopes", ["openid"], None, True),
        ("role", "viewer", "admin", True),
        ("description", "a", "b", False),
    ],
)
def test_weakening_changes_are_flagged(field, before, after, is_risk):
    assert bool(risks.change_risk(FieldChange(field, before, after))) is is_risk


def test_risk_rules_name_declared_settings():
    declared = {*SERVICE_SETTINGS, *CLIENT_SETTINGS, *LOCAL_EVENT_SETTINGS}
    assert {name.partition(".")[0] for name in risks.CHANGE_RULES} <= declared
    assert set(risks.EVENT_RISKS) <= {*OPERATIONS, *EVENTS}


def test_risky_entry_shows_the_reason(auditor, add_entry):
    pkce = [FieldChange("pkceRequired", True, False)]
    weaker = add_entry("client.update", label="Till", changes=pkce)
    add_entry("client.update", label="Shop", changes=pkce, end=Outcome.REJECTED)
    add_entry("client.reveal_secret", "reveal", label="Till")

    page = auditor.get("/acme/audit/").content.decode()

    assert page.count("intercepted authorization code can be used") == 1
    assert "A secret was revealed." in page
    entry = auditor.get(f"/acme/audit/{weaker.entry}/").content.decode()
    assert "intercepted authorization code can be used" in entry
