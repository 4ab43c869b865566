"""Settings of typical services by type."""

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.seeding.keys import create_jwk_set, trusted_root_certificates

STANDARD_SCOPES = {
    "openid": "Sign in",
    "profile": "Name, birthday and other facts of a profile",
    "email": "Email address",
    "address": "Postal address",
    "phone": "Telephone number",
    "offline_access": "Access while the user is away",
}
STANDARD_CLAIMS = """
sub name given_name family_name birthdate email email_verified phone_number address
""".split()


def plain(issuer: str) -> JsonDict:
    """Return OpenID Connect with code flow, PKCE and rotating refresh tokens."""
    return {
        "issuer": issuer,
        "authorizationEndpoint": f"{issuer}/authorize",
        "tokenEndpoint": f"{issuer}/token",
        "userInfoEndpoint": f"{issuer}/userinfo",
        "revocationEndpoint": f"{issuer}/revoke",
        "introspectionEndpoint": f"{issuer}/introspect",
        "endSessionEndpoint": f"{issuer}/logout",
        "jwksUri": f"{issuer}/jwks",
        "policyUri": f"{issuer}/legal/privacy",
        "tosUri": f"{issuer}/legal/terms",
        "serviceDocumentation": f"{issuer}/developers",
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "supportedResponseTypes": ["CODE"],
        "supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC", "PRIVATE_KEY_JWT", "NONE"],
        "supportedRevocationAuthMethods": ["CLIENT_SECRET_BASIC", "PRIVATE_KEY_JWT"],
        "supportedIntrospectionAuthMethods": ["CLIENT_SECRET_BASIC"],
        "supportedDisplays": ["PAGE", "TOUCH"],
        "supportedPromptValues": ["NONE", "LOGIN", "CONSENT"],
        "supportedClaimTypes": ["NORMAL"],
        "supportedClaims": STANDARD_CLAIMS,
        "supportedClaimLocales": ["en"],
        "supportedUiLocales": ["en"],
        "supportedAcrs": ["urn:mace:incommon:iap:silver"],
        "supportedScopes": build_scopes(),
        "pkceRequired": True,
        "pkceS256Required": True,
        "accessTokenType": "Bearer",
        "accessTokenDuration": 3600,
        "refreshTokenDuration": 2_592_000,
        "idTokenDuration": 3600,
        "refreshTokenIdempotent": True,
        "allowableClockSkew": 30,
        "authorizationResponseDuration": 600,
        "idTokenAudType": "string",
        "loopbackRedirectionUriVariable": True,
        "claimShortcutRestrictive": True,
    }


def fapi1(issuer: str) -> JsonDict:
    """Return FAPI 1.0 Advanced: signed requests and responses, mutual TLS."""
    return plain(issuer) | {
        "supportedServiceProfiles": ["FAPI", "OPEN_BANKING"],
        "fapiModes": ["FAPI1_ADVANCED"],
        "supportedResponseTypes": ["CODE", "CODE_ID_TOKEN"],
        "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT", "TLS_CLIENT_AUTH"],
        "tlsClientCertificateBoundAccessTokens": True,
        "mutualTlsValidatePkiCertChain": True,
        "trustedRootCertificates": [*trusted_root_certificates()],
        "mtlsEndpointAliases": [
            {"name": "token_endpoint", "uri": f"{issuer.replace('://', '://mtls.')}/token"},
            {"name": "userinfo_endpoint", "uri": f"{issuer.replace('://', '://mtls.')}/userinfo"},
        ],
        "requestObjectRequired": True,
        "requestObjectAudienceChecked": True,
        "frontChannelRequestObjectEncryptionRequired": True,
        "accessTokenDuration": 600,
        "supportedScopes": build_scopes(accounts="Accounts", payments="Payments"),
        "supportedAuthorizationDetailsTypes": ["account_information"],
        "supportedClaimTypes": ["NORMAL"],
    }


def fapi2(issuer: str) -> JsonDict:
    """Return FAPI 2.0 Security Profile: PAR, DPoP or mutual TLS."""
    return plain(issuer) | {
        "supportedServiceProfiles": ["FAPI"],
        "fapiModes": ["FAPI2_SECURITY", "FAPI2_MESSAGE_SIGNING_AUTH_RES"],
        "pushedAuthReqEndpoint": f"{issuer}/par",
        "pushedAuthReqDuration": 60,
        "parRequired": True,
        "dpopNonceRequired": True,
        "dpopNonceDuration": 300,
        "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT"],
        "supportedAuthorizationDetailsTypes": ["payment_initiation", "account_access"],
        "accessTokenDuration": 300,
        "clientAssertionAudRestrictedToIssuer": True,
        "grantManagementEndpoint": f"{issuer}/grants",
        "supportedScopes": build_scopes(
            accounts="Accounts and balances", transfers="Transfers up to a limit"
        ),
    }


def ciba(issuer: str) -> JsonDict:
    """Return payments approved on a phone (CIBA)."""
    return plain(issuer) | {
        "supportedGrantTypes": ["CIBA", "REFRESH_TOKEN", "CLIENT_CREDENTIALS"],
        "backchannelAuthenticationEndpoint": f"{issuer}/bc-authorize",
        "supportedBackchannelTokenDeliveryModes": ["POLL", "PING"],
        "backchannelAuthReqIdDuration": 300,
        "backchannelPollingInterval": 5,
        "backchannelUserCodeParameterSupported": True,
        "backchannelBindingMessageRequiredInFapi": True,
        "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT"],
        "accessTokenDuration": 120,
        "supportedScopes": build_scopes(payments="Confirm payments"),
    }


def device(issuer: str) -> JsonDict:
    """Return the device flow for kiosks and televisions."""
    return plain(issuer) | {
        "supportedGrantTypes": ["DEVICE_CODE", "REFRESH_TOKEN"],
        "deviceAuthorizationEndpoint": f"{issuer}/device",
        "deviceVerificationUri": f"{issuer}/activate",
        "deviceVerificationUriComplete": f"{issuer}/activate?user_code=USER_CODE",
        "deviceFlowCodeDuration": 900,
        "deviceFlowPollingInterval": 5,
        "userCodeCharset": "BASE20",
        "userCodeLength": 8,
    }


def wallet(issuer: str) -> JsonDict:
    """Return a credential issuer (OID4VCI 1.0)."""
    credential = (
        '{"IdentityCredential":{"format":"dc+sd-jwt","vct":"https://credentials.'
        'example/identity","claims":{"given_name":{},"family_name":{}}}}'
    )
    return plain(issuer) | {
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"],
        "verifiableCredentialsEnabled": True,
        "oid4vciVersion": "1.0",
        "credentialIssuerMetadata": {
            "credentialIssuer": issuer,
            "authorizationServers": [issuer],
            "credentialEndpoint": f"{issuer}/credential",
            "deferredCredentialEndpoint": f"{issuer}/deferred",
            "credentialsSupported": credential,
            "credentialResponseEncryptionAlgValuesSupported": ["ECDH-ES"],
            "credentialResponseEncryptionEncValuesSupported": ["A256GCM"],
            "requireCredentialResponseEncryption": False,
        },
        "credentialJwks": create_jwk_set("credential", "ES256"),
        "credentialJwksUri": f"{issuer}/credential-jwks",
        "credentialDuration": 31_536_000,
        "credentialOfferDuration": 600,
        "credentialTransactionDuration": 86_400,
        "cnonceDuration": 300,
        "userPinLength": 6,
        "preAuthorizedGrantAnonymousAccessSupported": True,
        "supportedTokenAuthMethods": ["NONE", "ATTEST_JWT_CLIENT_AUTH"],
    }


def federated(issuer: str) -> JsonDict:
    """Return a member of an OpenID Federation with verified claims."""
    anchor = "https://trust.example"
    return plain(issuer) | {
        "federationEnabled": True,
        "federationJwks": create_jwk_set("federation", "ES256"),
        "federationSignatureKeyId": "federation-es256",
        "federationConfigurationDuration": 86_400,
        "federationRegistrationEndpoint": f"{issuer}/federation/register",
        "authorityHints": [anchor],
        "trustAnchors": [{"entityId": anchor, "jwks": '{"keys": []}'}],
        "supportedClientRegistrationTypes": ["AUTOMATIC", "EXPLICIT"],
        "organizationName": "Harbor Mutual",
        "supportedTrustFrameworks": ["eidas", "de_aml"],
        "supportedEvidence": ["document", "electronic_record"],
        "supportedDocuments": ["idcard", "passport"],
        "supportedVerifiedClaims": ["given_name", "family_name", "birthdate"],
        "verifiedClaimsValidationSchemaSet": "standard+id_document",
    }


def build_scopes(**extra: str) -> list[JsonDict]:
    """Return the standard scopes and extra ones with short durations."""
    usual: list[JsonDict] = [
        {"name": name, "defaultEntry": name == "openid", "description": text}
        for name, text in STANDARD_SCOPES.items()
    ]
    return usual + [
        {
            "name": name,
            "description": text,
            "descriptions": [{"tag": "ja", "value": f"{text} (ja)"}],
            "attributes": [{"key": "access_token.duration", "value": "300"}],
        }
        for name, text in extra.items()
    ]
