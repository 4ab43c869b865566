"""Values that Authlete offers for settings, and their labels.

Every list is open: a newer Authlete may send other values, which are kept and shown as
they are.
"""

from tenants.authlete.messages import gettext_noop as _

GRANT_TYPE = {
    "AUTHORIZATION_CODE": _("Authorization code"),
    "REFRESH_TOKEN": _("Refresh token"),
    "CLIENT_CREDENTIALS": _("Client credentials"),
    "CIBA": _("CIBA"),
    "DEVICE_CODE": _("Device code"),
    "TOKEN_EXCHANGE": _("Token exchange"),
    "JWT_BEARER": _("JWT bearer"),
    "PRE_AUTHORIZED_CODE": _("Pre-authorized code"),
    "IMPLICIT": _("Implicit"),
    "PASSWORD": _("Password"),
}
RESPONSE_TYPE = {
    "CODE": "code",
    "CODE_ID_TOKEN": "code id_token",
    "CODE_TOKEN": "code token",
    "CODE_ID_TOKEN_TOKEN": "code id_token token",
    "ID_TOKEN": "id_token",
    "ID_TOKEN_TOKEN": "id_token token",
    "TOKEN": "token",
    "NONE": "none",
}
PROMPT = {
    "NONE": _("none: no user interface"),
    "LOGIN": _("login: sign in again"),
    "CONSENT": _("consent: ask for consent"),
    "SELECT_ACCOUNT": _("select_account: choose an account"),
    "CREATE": _("create: create an account"),
}
DISPLAY = {
    "PAGE": _("Page"),
    "POPUP": _("Pop-up"),
    "TOUCH": _("Touch screen"),
    "WAP": _("WAP (feature phone)"),
}
CLIENT_AUTH_METHOD = {
    "NONE": _("None (public clients)"),
    "CLIENT_SECRET_BASIC": _("Client secret (Basic)"),
    "CLIENT_SECRET_POST": _("Client secret (POST)"),
    "CLIENT_SECRET_JWT": _("Client secret JWT"),
    "PRIVATE_KEY_JWT": _("Private key JWT"),
    "TLS_CLIENT_AUTH": _("Mutual TLS (PKI certificate)"),
    "SELF_SIGNED_TLS_CLIENT_AUTH": _("Mutual TLS (self-signed certificate)"),
    "ATTEST_JWT_CLIENT_AUTH": _("Client attestation"),
    "SPIFFE_JWT": _("SPIFFE JWT"),
}
CLAIM_TYPE = {"NORMAL": _("Normal"), "AGGREGATED": _("Aggregated"), "DISTRIBUTED": _("Distributed")}
SERVICE_PROFILE = {"FAPI": _("Financial-grade API (FAPI)"), "OPEN_BANKING": _("Open Banking")}
FAPI_MODE = {
    "FAPI1_BASELINE": _("FAPI 1.0 Baseline"),
    "FAPI1_ADVANCED": _("FAPI 1.0 Advanced"),
    "FAPI2_SECURITY": _("FAPI 2.0 Security Profile"),
    "FAPI2_MESSAGE_SIGNING_AUTH_REQ": _("FAPI 2.0 Message Signing: authorization requests"),
    "FAPI2_MESSAGE_SIGNING_AUTH_RES": _("FAPI 2.0 Message Signing: authorization responses"),
    "FAPI2_MESSAGE_SIGNING_INTROSPECTION_RES": _(
        "FAPI 2.0 Message Signing: introspection responses"
    ),
    "FAPI2_MESSAGE_SIGNING_RESOURCE_REQ": _("FAPI 2.0 Message Signing: resource requests"),
    "FAPI2_MESSAGE_SIGNING_RESOURCE_RES": _("FAPI 2.0 Message Signing: resource responses"),
}
DELIVERY_MODE = {
    "PING": _("Ping: notified, then requests tokens"),
    "POLL": _("Poll: requests tokens until ready"),
    "PUSH": _("Push: receives tokens"),
}
USER_CODE_CHARSET = {"BASE20": _("Base20 (20 consonants)"), "NUMERIC": _("Numeric")}
JWS_ALG_ASYMMETRIC = {
    "RS256": "RS256",
    "RS384": "RS384",
    "RS512": "RS512",
    "PS256": "PS256",
    "PS384": "PS384",
    "PS512": "PS512",
    "ES256": "ES256",
    "ES384": "ES384",
    "ES512": "ES512",
    "ES256K": "ES256K",
    "EdDSA": "EdDSA",
}
JWS_ALG_SYMMETRIC = {"HS256": "HS256", "HS384": "HS384", "HS512": "HS512"}
JWS_ALG_SIGNED = {**JWS_ALG_SYMMETRIC, **JWS_ALG_ASYMMETRIC}
JWS_ALG = {"NONE": _("none (not signed)"), **JWS_ALG_SIGNED}
JWE_ALG_ASYMMETRIC = {
    "RSA_OAEP": "RSA-OAEP",
    "RSA_OAEP_256": "RSA-OAEP-256",
    "ECDH_ES": "ECDH-ES",
    "ECDH_ES_A128KW": "ECDH-ES+A128KW",
    "ECDH_ES_A192KW": "ECDH-ES+A192KW",
    "ECDH_ES_A256KW": "ECDH-ES+A256KW",
    "RSA1_5": "RSA1_5",
}
JWE_ALG = {
    **JWE_ALG_ASYMMETRIC,
    "A128KW": "A128KW",
    "A192KW": "A192KW",
    "A256KW": "A256KW",
    "A128GCMKW": "A128GCMKW",
    "A192GCMKW": "A192GCMKW",
    "A256GCMKW": "A256GCMKW",
    "DIR": "dir",
    "PBES2_HS256_A128KW": "PBES2-HS256+A128KW",
    "PBES2_HS384_A192KW": "PBES2-HS384+A192KW",
    "PBES2_HS512_A256KW": "PBES2-HS512+A256KW",
}
JWE_ENC = {
    "A128CBC_HS256": "A128CBC-HS256",
    "A192CBC_HS384": "A192CBC-HS384",
    "A256CBC_HS512": "A256CBC-HS512",
    "A128GCM": "A128GCM",
    "A192GCM": "A192GCM",
    "A256GCM": "A256GCM",
}
ID_TOKEN_AUD_TYPE = {"array": _("Array"), "string": _("String")}
ATTACHMENT_TYPE = {"EMBEDDED": _("Embedded"), "EXTERNAL": _("External")}
VERIFIED_CLAIMS_SCHEMA = {
    "standard": _("Standard"),
    "standard+id_document": _("Standard and ID document"),
}
FEDERATION_REGISTRATION = {"AUTOMATIC": _("Automatic"), "EXPLICIT": _("Explicit")}
OID4VCI_VERSION = {
    "1.0-ID1": _("First implementer's draft (1.0-ID1)"),
    "1.0-Final": _("Final (1.0-Final)"),
    "1.0": _("Final (1.0)"),
}
SNS = {"FACEBOOK": "Facebook"}

APPLICATION_TYPE = {"WEB": _("Web application"), "NATIVE": _("Native application")}
CLIENT_TYPE = {"CONFIDENTIAL": _("Confidential"), "PUBLIC": _("Public")}
CLIENT_SOURCE = {
    "STATIC_REGISTRATION": _("Static registration"),
    "DYNAMIC_REGISTRATION": _("Dynamic registration"),
    "AUTOMATIC_REGISTRATION": _("Automatic registration (federation)"),
    "EXPLICIT_REGISTRATION": _("Explicit registration (federation)"),
    "METADATA_DOCUMENT": _("Client ID metadata document"),
}
RESPONSE_MODE = {
    "QUERY": "query",
    "FRAGMENT": "fragment",
    "FORM_POST": "form_post",
    "JWT": "jwt",
    "QUERY_JWT": "query.jwt",
    "FRAGMENT_JWT": "fragment.jwt",
    "FORM_POST_JWT": "form_post.jwt",
}
SUBJECT_TYPE = {
    "PUBLIC": _("Public: same identifier for all clients"),
    "PAIRWISE": _("Pairwise: different identifier per sector"),
}
TOKEN_TYPE = {
    "JWT": "JWT",
    "ACCESS_TOKEN": _("Access token"),
    "REFRESH_TOKEN": _("Refresh token"),
    "ID_TOKEN": _("ID token"),
    "SAML1": "SAML 1.1",
    "SAML2": "SAML 2.0",
    "DEVICE_SECRET": _("Device secret"),
    "DEVICE_CODE": _("Device code"),
    "TOKEN_EXCHANGE": _("Token exchange"),
    "JWT_BEARER": _("JWT bearer"),
}
GRANT_MANAGEMENT_ACTION = {
    "CREATE": _("Create"),
    "QUERY": _("Query"),
    "REPLACE": _("Replace"),
    "MERGE": _("Merge"),
    "REVOKE": _("Revoke"),
}
HSK_TYPE = {"EC": _("Elliptic curve"), "RSA": "RSA"}
HSK_USE = {"sig": _("Signing"), "enc": _("Encryption")}
HSK_ACTION = {
    "SUCCESS": _("Succeeded"),
    "INVALID_REQUEST": _("Invalid request"),
    "NOT_FOUND": _("Key not found"),
    "SERVER_ERROR": _("Server error"),
}
BATCH_KIND = {"CREATE": _("Create tokens")}
BATCH_RESULT = {"SUCCEEDED": _("Succeeded"), "FAILED": _("Failed")}
TOKEN_STATUS = {
    "ALL": _("All tokens"),
    "VALID": _("Valid tokens"),
    "INVALID": _("Expired or revoked tokens"),
}
ORGANIZATION_PLAN = {
    "FREE": _("Free"),
    "BUSINESS": _("Business"),
    "BUSINESSPLUS": _("Business Plus"),
    "ENTERPRISE": _("Enterprise"),
}
