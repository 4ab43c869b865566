"""Key pages survive values of wrong types."""

import json
from typing import Any

import pytest

from tenants.organizations.roles import Role
from tests.support.keys import KEYS, jwk, rollover

ODD: dict[str, list[Any]] = {
    "authorityHints": [5, True, [5], {"a": 1}],
    "hsks": ["till", ["till"], [{"kid": [1]}]],
    "supportedScopes": ["openid", ["openid"], [{"attributes": 5}], 5],
    "supportedGrantTypes": [5, [[]]],
    "trustedRootCertificates": [True, [5]],
    "trustAnchors": ["x", [{"jwks": 5}]],
}


@pytest.mark.parametrize("member_name", ODD)
def test_key_pages_survive_values_of_wrong_types(member, bank, acme, member_name):
    bank["federationJwks"] = json.dumps({"keys": [jwk("fed")]})
    begun = [rollover(acme, member=item) for item in ("federationJwks", "hsks")]
    admin = member(Role.ADMIN)
    pages = [
        "/acme/keys/",
        "/acme/keys/expiry/",
        "/acme/services/us/17/batches/new/",
        "/acme/services/us/17/tokens/new/",
        KEYS,
        f"{KEYS}hsm/",
        f"{KEYS}new/?set=federationJwks",
        f"{KEYS}roll/?set=jwks&key=0",
        f"{KEYS}remove/?set=jwks&key=0",
        *(f"{KEYS}rollovers/{item.pk}/" for item in begun),
        *(f"{KEYS}rollovers/{item.pk}/tell/" for item in begun),
    ]

    for value in ODD[member_name]:
        bank[member_name] = value
        for page in pages:
            # 404: a rollover that is in no federation
            assert admin.get(page).status_code in (200, 404), (value, page)


def test_invalid_scope_duration_is_ignored(member, bank):
    odd = {"key": "id_token.duration", "value": "9" * 5000}
    bank["supportedScopes"] = [{"name": "openid", "attributes": [odd]}]

    assert member(Role.ADMIN).get(f"{KEYS}roll/?set=jwks&key=0").status_code == 200
