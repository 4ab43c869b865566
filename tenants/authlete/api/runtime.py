"""Operations that an authorization server calls while people sign in.

Meridian calls none of them. They are declared so that their names are reserved in the audit
log and their effects are known.
"""

from tenants.authlete.operation import Effect, Operation

AUTHORIZE = Operation(
    "auth.authorization",
    "POST",
    "/api/{service_id}/auth/authorization",
    dict,
    Effect.CHANGE,
    operation_id="auth_authorization_api",
    success_actions=("INTERACTION", "NO_INTERACTION"),
)
FAIL_AUTHORIZATION = Operation(
    "auth.authorization_fail",
    "POST",
    "/api/{service_id}/auth/authorization/fail",
    dict,
    Effect.CHANGE,
    operation_id="auth_authorization_fail_api",
    success_actions=("LOCATION", "FORM"),
)
ISSUE_AUTHORIZATION = Operation(
    "auth.authorization_issue",
    "POST",
    "/api/{service_id}/auth/authorization/issue",
    dict,
    Effect.REVEAL,
    operation_id="auth_authorization_issue_api",
    success_actions=("LOCATION", "FORM"),
)
PUSH_AUTHORIZATION = Operation(
    "auth.pushed_authorization",
    "POST",
    "/api/{service_id}/pushed_auth_req",
    dict,
    Effect.CHANGE,
    operation_id="pushed_auth_req_api",
    success_actions=("CREATED",),
)
TOKEN = Operation(
    "auth.token",
    "POST",
    "/api/{service_id}/auth/token",
    dict,
    Effect.REVEAL,
    operation_id="auth_token_api",
    success_actions=(
        "OK",
        "PASSWORD",
        "TOKEN_EXCHANGE",
        "JWT_BEARER",
        "NATIVE_SSO",
        "ID_TOKEN_REISSUABLE",
    ),
)
FAIL_TOKEN = Operation(
    "auth.token_fail",
    "POST",
    "/api/{service_id}/auth/token/fail",
    dict,
    Effect.CHANGE,
    operation_id="auth_token_fail_api",
    success_actions=("BAD_REQUEST",),
)
ISSUE_TOKEN = Operation(
    "auth.token_issue",
    "POST",
    "/api/{service_id}/auth/token/issue",
    dict,
    Effect.REVEAL,
    operation_id="auth_token_issue_api",
    success_actions=("OK",),
)
REVOKE = Operation(
    "auth.revocation",
    "POST",
    "/api/{service_id}/auth/revocation",
    dict,
    Effect.DESTROY,
    operation_id="auth_revocation_api",
    success_actions=("OK",),
)
USERINFO = Operation(
    "auth.userinfo",
    "POST",
    "/api/{service_id}/auth/userinfo",
    dict,
    operation_id="auth_userinfo_api",
    success_actions=("OK",),
)
ISSUE_USERINFO = Operation(
    "auth.userinfo_issue",
    "POST",
    "/api/{service_id}/auth/userinfo/issue",
    dict,
    operation_id="auth_userinfo_issue_api",
    success_actions=("JSON", "JWT"),
)
BACKCHANNEL = Operation(
    "backchannel.authentication",
    "POST",
    "/api/{service_id}/backchannel/authentication",
    dict,
    Effect.CHANGE,
    operation_id="backchannel_authentication_api",
    success_actions=("USER_IDENTIFICATION",),
)
ISSUE_BACKCHANNEL = Operation(
    "backchannel.issue",
    "POST",
    "/api/{service_id}/backchannel/authentication/issue",
    dict,
    Effect.CHANGE,
    operation_id="backchannel_authentication_issue_api",
    success_actions=("OK",),
)
FAIL_BACKCHANNEL = Operation(
    "backchannel.fail",
    "POST",
    "/api/{service_id}/backchannel/authentication/fail",
    dict,
    Effect.CHANGE,
    operation_id="backchannel_authentication_fail_api",
    success_actions=("BAD_REQUEST", "FORBIDDEN"),
)
COMPLETE_BACKCHANNEL = Operation(
    "backchannel.complete",
    "POST",
    "/api/{service_id}/backchannel/authentication/complete",
    dict,
    Effect.REVEAL,
    operation_id="backchannel_authentication_complete_api",
    success_actions=("NO_ACTION", "NOTIFICATION"),
)
DEVICE = Operation(
    "device.authorization",
    "POST",
    "/api/{service_id}/device/authorization",
    dict,
    Effect.CHANGE,
    operation_id="device_authorization_api",
    success_actions=("OK",),
)
VERIFY_DEVICE = Operation(
    "device.verification",
    "POST",
    "/api/{service_id}/device/verification",
    dict,
    operation_id="device_verification_api",
    success_actions=("VALID", "EXPIRED", "NOT_EXIST"),
)
COMPLETE_DEVICE = Operation(
    "device.complete",
    "POST",
    "/api/{service_id}/device/complete",
    dict,
    Effect.CHANGE,
    operation_id="device_complete_api",
    success_actions=("SUCCESS",),
)
REGISTER = Operation(
    "registration.create",
    "POST",
    "/api/{service_id}/client/registration",
    dict,
    Effect.REVEAL,
    operation_id="client_registration_api",
    success_actions=("CREATED",),
)
GET_REGISTRATION = Operation(
    "registration.get",
    "POST",
    "/api/{service_id}/client/registration/get",
    dict,
    operation_id="client_registration_get_api",
    success_actions=("OK",),
)
UPDATE_REGISTRATION = Operation(
    "registration.update",
    "POST",
    "/api/{service_id}/client/registration/update",
    dict,
    Effect.CHANGE,
    operation_id="client_registration_update_api",
    success_actions=("UPDATED",),
)
DELETE_REGISTRATION = Operation(
    "registration.delete",
    "POST",
    "/api/{service_id}/client/registration/delete",
    dict,
    Effect.DESTROY,
    operation_id="client_registration_delete_api",
    success_actions=("DELETED",),
)
REGISTER_FEDERATED = Operation(
    "federation.registration",
    "POST",
    "/api/{service_id}/federation/registration",
    dict,
    Effect.CHANGE,
    operation_id="federation_registration_api",
    success_actions=("OK",),
)
NATIVE_SSO = Operation(
    "native_sso.process",
    "POST",
    "/api/{service_id}/nativesso",
    dict,
    Effect.REVEAL,
    operation_id="native_sso_api",
    success_actions=("OK",),
)
NATIVE_SSO_LOGOUT = Operation(
    "native_sso.logout",
    "POST",
    "/api/{service_id}/nativesso/logout",
    dict,
    Effect.DESTROY,
    operation_id="native_sso_logout_api",
    success_actions=("OK",),
)
CREATE_OFFER = Operation(
    "vci.offer_create",
    "POST",
    "/api/{service_id}/vci/offer/create",
    dict,
    Effect.REVEAL,
    operation_id="vci_offer_create_api",
    success_actions=("CREATED",),
)
OFFER_INFO = Operation(
    "vci.offer_info",
    "POST",
    "/api/{service_id}/vci/offer/info",
    dict,
    operation_id="vci_offer_info_api",
    success_actions=("OK",),
)
PARSE_SINGLE = Operation(
    "vci.single_parse",
    "POST",
    "/api/{service_id}/vci/single/parse",
    dict,
    operation_id="vci_single_parse_api",
    success_actions=("OK",),
)
ISSUE_SINGLE = Operation(
    "vci.single_issue",
    "POST",
    "/api/{service_id}/vci/single/issue",
    dict,
    Effect.REVEAL,
    operation_id="vci_single_issue_api",
    success_actions=("OK", "ACCEPTED"),
)
PARSE_BATCH = Operation(
    "vci.batch_parse",
    "POST",
    "/api/{service_id}/vci/batch/parse",
    dict,
    operation_id="vci_batch_parse_api",
    success_actions=("OK",),
)
ISSUE_BATCH = Operation(
    "vci.batch_issue",
    "POST",
    "/api/{service_id}/vci/batch/issue",
    dict,
    Effect.REVEAL,
    operation_id="vci_batch_issue_api",
    success_actions=("OK",),
)
PARSE_DEFERRED = Operation(
    "vci.deferred_parse",
    "POST",
    "/api/{service_id}/vci/deferred/parse",
    dict,
    operation_id="vci_deferred_parse_api",
    success_actions=("OK",),
)
ISSUE_DEFERRED = Operation(
    "vci.deferred_issue",
    "POST",
    "/api/{service_id}/vci/deferred/issue",
    dict,
    Effect.REVEAL,
    operation_id="vci_deferred_issue_api",
    success_actions=("OK",),
)
