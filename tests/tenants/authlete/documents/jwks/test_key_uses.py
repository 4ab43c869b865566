from tenants.authlete.documents.client import Client
from tenants.authlete.documents.jwks.inventory import find_key_uses
from tenants.authlete.documents.service import Service


def test_uses_include_settings_of_newer_versions():
    service = Service.model_validate(
        {
            "apiKey": 17,
            "idTokenSignatureKeyId": "a",
            "accessTokenSignatureKeyId": "a",
            "userInfoSignatureKeyId": "b",
            "logoutTokenSignatureKeyId": "a",
        }
    )

    assert find_key_uses(service, "a") == [
        ("idTokenSignatureKeyId", "ID token signature key ID"),
        ("accessTokenSignatureKeyId", "Access token signature key ID"),
        ("logoutTokenSignatureKeyId", "logoutTokenSignatureKeyId"),
    ]


def test_empty_key_id_has_no_uses():
    client = Client.model_validate(
        {"clientId": 1, "rsSignedRequestKeyId": "", "selfSignedCertificateKeyId": "c"}
    )

    assert find_key_uses(client, "") == []
    assert [key_use.field for key_use in find_key_uses(client, "c")] == [
        "selfSignedCertificateKeyId"
    ]
