"""Fields of a service (spec 3.0.16, schema `service`) and their validation.

Differences of live servers are included: `supportedAcrs` can be written.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from cryptography import x509

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.schema import fields
from tenants.sandbox.schema.fields import MAX_TEXT_LENGTH, FieldTable, bad_request

# Name and type in response order; a dash marks fields that updates don't store.
_SERVICE_FIELDS = """
number int32 -
serviceName text
issuer text
description text
apiKey int64 -
apiSecret text -
tokenBatchNotificationEndpoint uri -
clientAssertionAudRestrictedToIssuer flag
serviceOwnerNumber int32 -
clientsPerDeveloper int32
developerAuthenticationCallbackEndpoint uri -
developerAuthenticationCallbackApiKey text -
developerAuthenticationCallbackApiSecret text -
supportedSnses [sns] -
snsCredentials [sns_credentials]
clientIdAliasEnabled flag -
metadata [pair] -
createdAt int64 -
modifiedAt int64 -
authenticationCallbackEndpoint uri
authenticationCallbackApiKey text
authenticationCallbackApiSecret text
supportedAcrs [text]
supportedGrantTypes [grant_type]
supportedResponseTypes [response_type]
supportedAuthorizationDetailsTypes [text]
supportedServiceProfiles [service_profile]
errorDescriptionOmitted flag
errorUriOmitted flag
authorizationEndpoint uri
directAuthorizationEndpointEnabled flag -
supportedUiLocales [text]
supportedDisplays [display]
pkceRequired flag
pkceS256Required flag
authorizationResponseDuration int64
tokenEndpoint uri
directTokenEndpointEnabled flag -
supportedTokenAuthMethods [client_auth_method]
missingClientIdAllowed flag
revocationEndpoint uri
directRevocationEndpointEnabled flag -
supportedRevocationAuthMethods [client_auth_method]
introspectionEndpoint uri
directIntrospectionEndpointEnabled flag -
supportedIntrospectionAuthMethods [client_auth_method]
pushedAuthReqEndpoint uri
pushedAuthReqDuration int64
parRequired flag
requestObjectRequired flag
traditionalRequestObjectProcessingApplied flag
mutualTlsValidatePkiCertChain flag
trustedRootCertificates [text]
mtlsEndpointAliases [named_uri]
accessTokenType text
tlsClientCertificateBoundAccessTokens flag
accessTokenDuration int64
singleAccessTokenPerSubject flag
accessTokenSignAlg jws_alg
accessTokenSignatureKeyId text
refreshTokenDuration int64
refreshTokenDurationKept flag
refreshTokenDurationReset flag
refreshTokenKept flag
supportedScopes [scope]
scopeRequired flag
idTokenDuration int64
allowableClockSkew int32
supportedClaimTypes [claim_type]
supportedClaimLocales [text]
supportedClaims [text]
claimShortcutRestrictive flag
jwksUri uri
directJwksEndpointEnabled flag -
jwks jwks
idTokenSignatureKeyId text
userInfoSignatureKeyId text
authorizationSignatureKeyId text
userInfoEndpoint uri
directUserInfoEndpointEnabled flag -
dynamicRegistrationSupported flag
registrationEndpoint uri
registrationManagementEndpoint uri
policyUri uri
tosUri uri
serviceDocumentation uri
backchannelAuthenticationEndpoint uri
supportedBackchannelTokenDeliveryModes [delivery_mode]
backchannelAuthReqIdDuration int32
backchannelPollingInterval int32
backchannelUserCodeParameterSupported flag
backchannelBindingMessageRequiredInFapi flag
deviceAuthorizationEndpoint uri
deviceVerificationUri uri
deviceVerificationUriComplete uri
deviceFlowCodeDuration int32
deviceFlowPollingInterval int32
userCodeCharset user_code_charset
userCodeLength int32
supportedTrustFrameworks [text]
supportedEvidence [text]
supportedIdentityDocuments [text]
supportedVerificationMethods [text]
supportedVerifiedClaims [text]
verifiedClaimsValidationSchemaSet verified_claims_validation_schema
attributes [pair]
nbfOptional flag
issSuppressed flag
supportedCustomClientMetadata [text]
tokenExpirationLinked flag
frontChannelRequestObjectEncryptionRequired flag
requestObjectEncryptionAlgMatchRequired flag
requestObjectEncryptionEncMatchRequired flag
hsmEnabled flag
hsks [hsk] -
grantManagementEndpoint text
grantManagementActionRequired flag
unauthorizedOnClientConfigSupported flag
dcrScopeUsedAsRequestable flag
endSessionEndpoint uri
loopbackRedirectionUriVariable flag
requestObjectAudienceChecked flag
accessTokenForExternalAttachmentEmbedded flag
authorityHints [text]
federationEnabled flag
federationJwks jwks
federationSignatureKeyId text
federationConfigurationDuration int32
federationRegistrationEndpoint text
organizationName text
predefinedTransformedClaims json
refreshTokenIdempotent flag
signedJwksUri text
supportedAttachments [attachment_type]
supportedDigestAlgorithms [text]
supportedDocuments [text]
supportedDocumentsMethods [text]
supportedDocumentsValidationMethods [text]
supportedDocumentsVerificationMethods [text]
supportedElectronicRecords [text]
supportedClientRegistrationTypes [client_registration_type]
tokenExchangeByIdentifiableClientsOnly flag
tokenExchangeByConfidentialClientsOnly flag
tokenExchangeByPermittedClientsOnly flag
tokenExchangeEncryptedJwtRejected flag
tokenExchangeUnsignedJwtRejected flag
jwtGrantByIdentifiableClientsOnly flag
jwtGrantEncryptedJwtRejected flag
jwtGrantUnsignedJwtRejected flag
dcrDuplicateSoftwareIdBlocked flag
trustAnchors [trust_anchor]
openidDroppedOnRefreshWithoutOfflineAccess flag
supportedDocumentsCheckMethods [text]
rsResponseSigned flag
cnonceDuration int64
dpopNonceRequired flag
verifiableCredentialsEnabled flag
credentialJwksUri text
credentialOfferDuration int64
dpopNonceDuration int64
preAuthorizedGrantAnonymousAccessSupported flag
credentialTransactionDuration int64
introspectionSignatureKeyId text
resourceSignatureKeyId text
userPinLength int32
supportedPromptValues [prompt]
idTokenReissuable flag
credentialJwks jwks
fapiModes [fapi_mode]
credentialDuration int64
credentialIssuerMetadata credential_issuer_metadata
idTokenAudType text
nativeSsoSupported flag
oid4vciVersion text
cimdMetadataPolicyEnabled flag
clientIdMetadataDocumentSupported flag
cimdAllowlistEnabled flag
cimdAllowlist [text]
cimdAlwaysRetrieved flag
cimdHttpPermitted flag
cimdQueryPermitted flag
cimdMetadataPolicy json
httpAliasProhibited flag
"""

# Values if an update leaves the field out. Empty lists are stored and break the service.
_SERVICE_FALLBACKS = {
    "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "supportedResponseTypes": ["CODE"],
    "supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"],
    "supportedDisplays": ["PAGE"],
    "supportedPromptValues": ["NONE", "LOGIN", "CONSENT", "SELECT_ACCOUNT"],
    "supportedClaimTypes": ["NORMAL"],
}

_SERVICE_SUMMARY = ("number", "serviceName", "description", "apiKey")


SERVICE_FIELDS = FieldTable.parse(_SERVICE_FIELDS, _SERVICE_FALLBACKS, _SERVICE_SUMMARY)


INTEGER_MAXIMUMS = {"userCodeLength": 255, "allowableClockSkew": 65_535}
SCOPE_NAME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
RESERVED_CLIENT_METADATA = frozenset(  # RFC 7591, section 2, and extensions
    """
    client_id client_secret client_name redirect_uris grant_types response_types
    token_endpoint_auth_method scope jwks jwks_uri contacts software_id
    software_version
    """.split()
)


def validate_service(service: JsonDict) -> None:
    """Raise `ApiResponseError`, 400, for the first invalid field."""
    for name, type_name in SERVICE_FIELDS.types.items():
        value = service.get(name)
        if value is None:
            continue
        if type_name in ("int32", "int64"):
            fields.validate_number(name, value)
        elif type_name == "uri":
            fields.validate_uri(name, value)
        elif type_name in ("jwks", "json"):
            fields.validate_json_text(name, type_name, value)
        elif type_name == "text" and len(value) > MAX_TEXT_LENGTH:
            raise bad_request("A031204", f"'{name}' is too long.")
        elif type_name == "[trust_anchor]":
            for anchor in value:
                keys = anchor.get("jwks", '{"keys": []}')
                fields.validate_json_text(f"{name}.jwks", "jwks", keys)
        elif type_name in ("[pair]", "[tagged_value]", "[named_uri]"):
            fields.validate_keyed_list(name, value, "A039231")
    _validate_rules(service)
    _validate_scopes(service.get("supportedScopes") or ())


def _validate_rules(service: JsonDict) -> None:
    for name, limit in INTEGER_MAXIMUMS.items():
        if service.get(name, 0) > limit:
            raise bad_request("A031221", f"'{name}' is out of range; the most is {limit}.")
    for name in ("issuer", "endSessionEndpoint"):
        if value := service.get(name):
            fields.validate_https(name, value)
            fields.validate_no_fragment(name, value)
    if urlsplit(service.get("issuer", "")).query:
        raise bad_request("A031218", "'issuer' has a query component.")
    if str(service.get("accessTokenSignAlg") or "").startswith("HS"):
        raise bad_request("A031222", "'accessTokenSignAlg' must be asymmetric.")
    for pem in service.get("trustedRootCertificates") or ():
        try:
            x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            raise bad_request(
                "A039230", "'trustedRootCertificates' has a malformed certificate."
            ) from None
    for taken in RESERVED_CLIENT_METADATA & set(service.get("supportedCustomClientMetadata") or ()):
        raise bad_request("A039232", f"'supportedCustomClientMetadata': {taken} is reserved.")


def _validate_scopes(scopes: Iterable[JsonDict]) -> None:
    names = Counter(scope.get("name") for scope in scopes)
    for name, times in names.items():
        if not name:
            raise bad_request("A039204", "A scope in 'supportedScopes' has no name.")
        if times > 1:
            raise bad_request("A039203", f"'supportedScopes' has '{name}' twice.")
        if len(name) > 255:
            raise bad_request("A039205", "A scope name in 'supportedScopes' is too long.")
        if not SCOPE_NAME.fullmatch(name):
            raise bad_request("A039206", f"'supportedScopes': bad letter in '{name}'.")
    for scope in scopes:
        if len(scope.get("description", "")) > MAX_TEXT_LENGTH:
            raise bad_request("A039207", "A description in 'supportedScopes' is too long.")
        if any(not item.get("tag") for item in scope.get("descriptions", ())):
            raise bad_request("A039217", "A description in 'supportedScopes' has no tag.")
        if any(not item.get("key") for item in scope.get("attributes", ())):
            raise bad_request("A039224", "An attribute in 'supportedScopes' has no key.")
