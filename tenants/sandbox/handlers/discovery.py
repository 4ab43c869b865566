"""The discovery document of a service, derived from its settings."""

import json
from typing import Any

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import ApiResponseError, JsonDict, SandboxResponse, json_response
from tenants.sandbox.json_patch import JsonPatchError, apply_patch
from tenants.sandbox.signing import parse_keys

# Name in discovery and API field: copied unchanged.
COPIED_FIELDS = """
issuer issuer
authorization_endpoint authorizationEndpoint
token_endpoint tokenEndpoint
userinfo_endpoint userInfoEndpoint
jwks_uri jwksUri
registration_endpoint registrationEndpoint
service_documentation serviceDocumentation
claims_supported supportedClaims
claims_locales_supported supportedClaimLocales
ui_locales_supported supportedUiLocales
acr_values_supported supportedAcrs
op_policy_uri policyUri
op_tos_uri tosUri
revocation_endpoint revocationEndpoint
introspection_endpoint introspectionEndpoint
end_session_endpoint endSessionEndpoint
device_authorization_endpoint deviceAuthorizationEndpoint
pushed_authorization_request_endpoint pushedAuthReqEndpoint
backchannel_authentication_endpoint backchannelAuthenticationEndpoint
grant_management_endpoint grantManagementEndpoint
authorization_details_types_supported supportedAuthorizationDetailsTypes
trust_frameworks_supported supportedTrustFrameworks
evidence_supported supportedEvidence
claims_in_verified_claims_supported supportedVerifiedClaims
documents_supported supportedDocuments
documents_methods_supported supportedDocumentsMethods
documents_validation_methods_supported supportedDocumentsValidationMethods
documents_verification_methods_supported supportedDocumentsVerificationMethods
documents_check_methods_supported supportedDocumentsCheckMethods
electronic_records_supported supportedElectronicRecords
digest_algorithms_supported supportedDigestAlgorithms
organization_name organizationName
signed_jwks_uri signedJwksUri
federation_registration_endpoint federationRegistrationEndpoint
tls_client_certificate_bound_access_tokens tlsClientCertificateBoundAccessTokens
require_pushed_authorization_requests parRequired
require_signed_request_object requestObjectRequired
backchannel_user_code_parameter_supported backchannelUserCodeParameterSupported
grant_management_action_required grantManagementActionRequired
client_id_metadata_document_supported clientIdMetadataDocumentSupported
"""
# The same for lists of values, converted to lower case.
LOWERCASED_FIELDS = """
display_values_supported supportedDisplays
prompt_values_supported supportedPromptValues
claim_types_supported supportedClaimTypes
backchannel_token_delivery_modes_supported supportedBackchannelTokenDeliveryModes
client_registration_types_supported supportedClientRegistrationTypes
attachments_supported supportedAttachments
token_endpoint_auth_methods_supported supportedTokenAuthMethods
revocation_endpoint_auth_methods_supported supportedRevocationAuthMethods
introspection_endpoint_auth_methods_supported supportedIntrospectionAuthMethods
"""
GRANT_TYPE_URNS = {
    "CIBA": "urn:openid:params:grant-type:ciba",
    "DEVICE_CODE": "urn:ietf:params:oauth:grant-type:device_code",
    "TOKEN_EXCHANGE": "urn:ietf:params:oauth:grant-type:token-exchange",
    "JWT_BEARER": "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "PRE_AUTHORIZED_CODE": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
}
ASYMMETRIC_ALGS = "RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA".split()
SYMMETRIC_ALGS = "HS256 HS384 HS512".split()
ALG_BY_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
RSA_ALGS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]


def get(context: SandboxContext) -> SandboxResponse:
    """Return the discovery document, optionally with a JSON Patch applied."""
    document = build_discovery_document(context.get_service("view_service"))
    request = context.request
    if patch := request.query.get("patch"):
        try:
            document = apply_patch(document, json.loads(patch))
        except (JsonPatchError, ValueError, RecursionError) as error:
            message = f"The value of 'patch' is not usable: {error}."
            # Invented: the code is undocumented.
            raise ApiResponseError(400, "A229201", message) from None
    return json_response(document, pretty=request.get_flag("pretty"))


def build_discovery_document(service: JsonDict) -> JsonDict:
    """Build the document: unset values are left out, booleans are always included."""
    document: JsonDict = {}
    for name, member in _split_rows(COPIED_FIELDS):
        if (value := service.get(member)) is not None:
            document[name] = value
    for name, member in _split_rows(LOWERCASED_FIELDS):
        if (words := service.get(member)) is not None:
            document[name] = [word.lower() for word in words]
    document |= _list_fields(service) | _algorithm_fields(service)
    if aliases := service.get("mtlsEndpointAliases"):
        document["mtls_endpoint_aliases"] = {
            alias.get("name"): alias.get("uri") for alias in aliases
        }
    return document


def _list_fields(service: JsonDict) -> JsonDict:
    grants = service.get("supportedGrantTypes") or []
    types = service.get("supportedResponseTypes") or []
    scopes = service.get("supportedScopes") or []
    modes = ["query", "fragment", "form_post"]
    return {
        "scopes_supported": [scope.get("name") for scope in scopes],
        "response_types_supported": [
            response_type.lower().replace("_", " ").replace("id token", "id_token")
            for response_type in types
        ],
        "response_modes_supported": modes + [f"{mode}.jwt" for mode in modes] + ["jwt"],
        "grant_types_supported": [
            GRANT_TYPE_URNS.get(grant_type, grant_type.lower()) for grant_type in grants
        ],
        "subject_types_supported": ["public", "pairwise"],
        "code_challenge_methods_supported": ["S256"]
        if service.get("pkceS256Required")
        else ["plain", "S256"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "authorization_response_iss_parameter_supported": not service.get("issSuppressed", False),
    }


def _algorithm_fields(service: JsonDict) -> JsonDict:
    """Return the supported algorithms, which follow from the keys."""
    keys = parse_keys(service.get("jwks"))
    own_algs = sorted({alg for key in keys for alg in _signing_algorithms(key)})
    return {
        "id_token_signing_alg_values_supported": SYMMETRIC_ALGS + own_algs,
        "userinfo_signing_alg_values_supported": [*SYMMETRIC_ALGS, *own_algs, "none"],
        "introspection_signing_alg_values_supported": [*SYMMETRIC_ALGS, *own_algs, "none"],
        "authorization_signing_alg_values_supported": SYMMETRIC_ALGS + own_algs,
        "request_object_signing_alg_values_supported": SYMMETRIC_ALGS + ASYMMETRIC_ALGS,
        "token_endpoint_auth_signing_alg_values_supported": SYMMETRIC_ALGS + ASYMMETRIC_ALGS,
        "dpop_signing_alg_values_supported": list(ASYMMETRIC_ALGS),
    }


def _signing_algorithms(key: JsonDict) -> list[str]:
    """Return the algorithms a JWK can sign with; its `alg` limits them to one."""
    if key.get("use", "sig") != "sig" or key.get("kty") == "oct":
        return []
    if alg := key.get("alg"):
        return [alg] if alg in ASYMMETRIC_ALGS else []
    match key.get("kty"):
        case "RSA":
            return list(RSA_ALGS)
        case "OKP":
            return ["EdDSA"] if str(key.get("crv")).startswith("Ed") else []
        case _:
            return [ALG_BY_CURVE[key["crv"]]] if key.get("crv") in ALG_BY_CURVE else []


def _split_rows(table: str) -> list[tuple[Any, Any]]:
    return [(*line.split(),) for line in table.strip().splitlines()]  # type: ignore[misc]
