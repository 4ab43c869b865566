"""What an Authlete 3.0 server knows of a service.

Spec 3.0.16, schema `service`, with what live servers do otherwise (`supportedAcrs`
can be written although the spec says it cannot).
"""

from tenants.sandbox.fields import Table

# Name and kind, in the order in which a server answers them. A dash: an update
# takes the member and does not store it.
_MEMBERS = """
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

# What the server takes when an update leaves the member out; an empty list is
# stored as it is, and breaks the service later (api.md, section 5).
_FALLBACKS = {
    "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "supportedResponseTypes": ["CODE"],
    "supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"],
    "supportedDisplays": ["PAGE"],
    "supportedPromptValues": ["NONE", "LOGIN", "CONSENT", "SELECT_ACCOUNT"],
    "supportedClaimTypes": ["NORMAL"],
}

_LIMITED = ("number", "serviceName", "description", "apiKey")


SERVICE = Table.read(_MEMBERS, _FALLBACKS, _LIMITED)
