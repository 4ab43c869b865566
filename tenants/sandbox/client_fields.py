"""What an Authlete 3.0 server knows of a client: spec 3.0.16, schema `client`."""

from tenants.sandbox.fields import Table

# Name and kind, in the order in which a server answers them. A dash: an update
# takes the member and does not store it.
_MEMBERS = """
number int32 -
serviceNumber int32 -
clientName text
clientNames [tagged_value]
description text
descriptions [tagged_value]
clientId int64 -
clientSecret text -
clientIdAlias text
clientIdAliasEnabled flag -
clientType client_type
applicationType application_type
logoUri uri
logoUris [tagged_value]
contacts [text]
tlsClientCertificateBoundAccessTokens flag
dynamicallyRegistered flag -
softwareId text
developer text -
softwareVersion text
registrationAccessTokenHash text -
createdAt int64 -
modifiedAt int64 -
grantTypes [grant_type]
responseTypes [response_type]
redirectUris [text]
authorizationSignAlg jws_alg
authorizationEncryptionAlg jwe_alg
authorizationEncryptionEnc jwe_enc
tokenAuthMethod client_auth_method
tokenAuthSignAlg jws_alg
selfSignedCertificateKeyId text
tlsClientAuthSubjectDn text
tlsClientAuthSanDns text
tlsClientAuthSanUri text
tlsClientAuthSanIp text
tlsClientAuthSanEmail text
parRequired flag
requestObjectRequired flag
requestSignAlg jws_alg
requestEncryptionAlg jwe_alg
requestEncryptionEnc jwe_enc
requestUris [text]
defaultMaxAge int32
defaultAcrs [text]
idTokenSignAlg jws_alg
idTokenEncryptionAlg jwe_alg
idTokenEncryptionEnc jwe_enc
authTimeRequired flag
subjectType subject_type
sectorIdentifierUri uri
derivedSectorIdentifier text -
jwksUri uri
jwks jwks
userInfoSignAlg jws_alg
userInfoEncryptionAlg jwe_alg
userInfoEncryptionEnc jwe_enc
loginUri uri
tosUri uri
tosUris [tagged_value]
policyUri uri
policyUris [tagged_value]
clientUri uri
clientUris [tagged_value]
bcDeliveryMode delivery_mode
bcNotificationEndpoint uri
bcRequestSignAlg jws_alg
bcUserCodeRequired flag
attributes [pair]
extension client_extension
authorizationDetailsTypes [text]
customMetadata text
frontChannelRequestObjectEncryptionRequired flag
requestObjectEncryptionAlgMatchRequired flag
requestObjectEncryptionEncMatchRequired flag
digestAlgorithm text
singleAccessTokenPerSubject flag
pkceRequired flag
pkceS256Required flag
dpopRequired flag
automaticallyRegistered flag -
explicitlyRegistered flag -
rsRequestSigned flag
rsSignedRequestKeyId text
clientRegistrationTypes [client_registration_type] -
organizationName text -
signedJwksUri text -
entityId text -
trustAnchorId text -
trustChain [text]
trustChainExpiresAt int64 -
trustChainUpdatedAt int64 -
locked flag -
credentialOfferEndpoint uri
fapiModes [fapi_mode]
responseModes [response_mode]
credentialResponseEncryptionRequired flag
mtlsEndpointAliasesUsed flag
inScopeForTokenMigration flag
metadataDocumentLocation uri -
metadataDocumentExpiresAt int64 -
metadataDocumentUpdatedAt int64 -
discoveredByMetadataDocument flag -
clientSource client_source -
"""

# What the server takes when an update leaves the member out (api.md, section 6). The
# response modes are a guess: nobody has told which the server's default are.
_FALLBACKS = {
    "tokenAuthMethod": "NONE",
    "idTokenSignAlg": "RS256",
    "subjectType": "PUBLIC",
    "responseModes": [
        "QUERY",
        "FRAGMENT",
        "FORM_POST",
        "JWT",
        "QUERY_JWT",
        "FRAGMENT_JWT",
        "FORM_POST_JWT",
    ],
}

_LIMITED = (
    "number",
    "clientName",
    "clientId",
    "clientIdAlias",
    "clientIdAliasEnabled",
    "clientType",
)

CLIENT = Table.read(_MEMBERS, _FALLBACKS, _LIMITED)
