"""Threat: a field with an unlisted secret name is shown and stored in clear."""

import pytest

from tenants.authlete.redaction.field_names import SECRET_FIELDS
from tenants.authlete.redaction.secret_names import is_secret_name
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA, SERVICE_SCHEMA

SECRET_NAMES = """
    apiKey sharedKey psk totpSeed privateKeyPem clientAssertion recoveryCodes api_key API-KEY apikey
    x.api.key clientsecret CLIENT_SECRET passWord pass_phrase secretKeyBase64 hmacKey
    awsSecretAccessKey bearerToken sessionCookie refreshtoken signing.key backupCodes webhookSecrets
    db_pwd dbPassword2 encryption-key masterKey otp userPin sharedSecretHex privateJwk passwordHash
    subscriptionKey sasToken client_secret_value credentialsJson
""".split()
PUBLIC_NAMES = """
    tokenEndpoint jwksUri publicKey public_key key keys kid tokenType accessTokenHash signingKeyId
    passwordPolicyUri idTokenSignAlg tokenAuthMethod resultCode errorCode clientName description
""".split()


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_secret_names_are_recognized_in_every_spelling(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_names_about_a_secret_are_public(name):
    assert not is_secret_name(name)


def test_declared_settings_are_not_taken_for_secrets():
    """Numbers and flags are never redacted for their name, so these stay visible."""
    numbers_and_flags = {
        "apiKey",
        "accessTokenExpiresAtUpdatedOnScopeUpdate",
        "refreshTokenExpiresAtUpdatedOnScopeUpdate",
        "tlsClientCertificateBoundAccessTokens",
        "inScopeForTokenMigration",
        "requireCredentialResponseEncryption",
    }

    secret_names = {name for name in {*CLIENT_SCHEMA, *SERVICE_SCHEMA} if is_secret_name(name)}

    assert secret_names <= SECRET_FIELDS | {"credentialJwks"} | numbers_and_flags
