"""Calls that an authorization server makes while people log in.

The console makes none of them by itself; they are declared so that whoever does is
held to the same record and the same rights. An `action` that is not a success here
means that Authlete was asked to refuse, or could not do, what it was asked.
"""

from tenants.authlete.operation import Effect, Operation

AUTHORIZE = Operation(
    "auth.authorization",
    "POST",
    "/api/{service_id}/auth/authorization",
    dict,
    Effect.CHANGE,
    spec="auth_authorization_api",
    succeeds=("INTERACTION", "NO_INTERACTION"),
)
FAIL_AUTHORIZATION = Operation(
    "auth.authorization_fail",
    "POST",
    "/api/{service_id}/auth/authorization/fail",
    dict,
    Effect.CHANGE,
    spec="auth_authorization_fail_api",
    succeeds=("LOCATION", "FORM"),
)
ISSUE_AUTHORIZATION = Operation(
    "auth.authorization_issue",
    "POST",
    "/api/{service_id}/auth/authorization/issue",
    dict,
    Effect.REVEAL,
    spec="auth_authorization_issue_api",
    succeeds=("LOCATION", "FORM"),
)
PUSH_AUTHORIZATION = Operation(
    "auth.pushed_authorization",
    "POST",
    "/api/{service_id}/pushed_auth_req",
    dict,
    Effect.CHANGE,
    spec="pushed_auth_req_api",
    succeeds=("CREATED",),
)
TOKEN = Operation(
    "auth.token",
    "POST",
    "/api/{service_id}/auth/token",
    dict,
    Effect.REVEAL,
    spec="auth_token_api",
    succeeds=(
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
    spec="auth_token_fail_api",
    succeeds=("BAD_REQUEST",),
)
ISSUE_TOKEN = Operation(
    "auth.token_issue",
    "POST",
    "/api/{service_id}/auth/token/issue",
    dict,
    Effect.REVEAL,
    spec="auth_token_issue_api",
    succeeds=("OK",),
)
REVOKE = Operation(
    "auth.revocation",
    "POST",
    "/api/{service_id}/auth/revocation",
    dict,
    Effect.DESTROY,
    spec="auth_revocation_api",
    succeeds=("OK",),
)
USERINFO = Operation(
    "auth.userinfo",
    "POST",
    "/api/{service_id}/auth/userinfo",
    dict,
    spec="auth_userinfo_api",
    succeeds=("OK",),
)
ISSUE_USERINFO = Operation(
    "auth.userinfo_issue",
    "POST",
    "/api/{service_id}/auth/userinfo/issue",
    dict,
    spec="auth_userinfo_issue_api",
    succeeds=("JSON", "JWT"),
)
BACKCHANNEL = Operation(
    "backchannel.authentication",
    "POST",
    "/api/{service_id}/backchannel/authentication",
    dict,
    Effect.CHANGE,
    spec="backchannel_authentication_api",
    succeeds=("USER_IDENTIFICATION",),
)
ISSUE_BACKCHANNEL = Operation(
    "backchannel.issue",
    "POST",
    "/api/{service_id}/backchannel/authentication/issue",
    dict,
    Effect.CHANGE,
    spec="backchannel_authentication_issue_api",
    succeeds=("OK",),
)
FAIL_BACKCHANNEL = Operation(
    "backchannel.fail",
    "POST",
    "/api/{service_id}/backchannel/authentication/fail",
    dict,
    Effect.CHANGE,
    spec="backchannel_authentication_fail_api",
    succeeds=("BAD_REQUEST", "FORBIDDEN"),
)
COMPLETE_BACKCHANNEL = Operation(
    "backchannel.complete",
    "POST",
    "/api/{service_id}/backchannel/authentication/complete",
    dict,
    Effect.REVEAL,
    spec="backchannel_authentication_complete_api",
    succeeds=("NO_ACTION", "NOTIFICATION"),
)
DEVICE = Operation(
    "device.authorization",
    "POST",
    "/api/{service_id}/device/authorization",
    dict,
    Effect.CHANGE,
    spec="device_authorization_api",
    succeeds=("OK",),
)
VERIFY_DEVICE = Operation(
    "device.verification",
    "POST",
    "/api/{service_id}/device/verification",
    dict,
    spec="device_verification_api",
    succeeds=("VALID", "EXPIRED", "NOT_EXIST"),
)
COMPLETE_DEVICE = Operation(
    "device.complete",
    "POST",
    "/api/{service_id}/device/complete",
    dict,
    Effect.CHANGE,
    spec="device_complete_api",
    succeeds=("SUCCESS",),
)
REGISTER = Operation(
    "registration.create",
    "POST",
    "/api/{service_id}/client/registration",
    dict,
    Effect.REVEAL,
    spec="client_registration_api",
    succeeds=("CREATED",),
)
GET_REGISTRATION = Operation(
    "registration.get",
    "POST",
    "/api/{service_id}/client/registration/get",
    dict,
    spec="client_registration_get_api",
    succeeds=("OK",),
)
UPDATE_REGISTRATION = Operation(
    "registration.update",
    "POST",
    "/api/{service_id}/client/registration/update",
    dict,
    Effect.CHANGE,
    spec="client_registration_update_api",
    succeeds=("UPDATED",),
)
DELETE_REGISTRATION = Operation(
    "registration.delete",
    "POST",
    "/api/{service_id}/client/registration/delete",
    dict,
    Effect.DESTROY,
    spec="client_registration_delete_api",
    succeeds=("DELETED",),
)
REGISTER_FEDERATED = Operation(
    "federation.registration",
    "POST",
    "/api/{service_id}/federation/registration",
    dict,
    Effect.CHANGE,
    spec="federation_registration_api",
    succeeds=("OK",),
)
NATIVE_SSO = Operation(
    "native_sso.process",
    "POST",
    "/api/{service_id}/nativesso",
    dict,
    Effect.REVEAL,
    spec="native_sso_api",
    succeeds=("OK",),
)
NATIVE_SSO_LOGOUT = Operation(
    "native_sso.logout",
    "POST",
    "/api/{service_id}/nativesso/logout",
    dict,
    Effect.DESTROY,
    spec="native_sso_logout_api",
    succeeds=("OK",),
)
CREATE_OFFER = Operation(
    "vci.offer_create",
    "POST",
    "/api/{service_id}/vci/offer/create",
    dict,
    Effect.REVEAL,
    spec="vci_offer_create_api",
    succeeds=("CREATED",),
)
OFFER_INFO = Operation(
    "vci.offer_info",
    "POST",
    "/api/{service_id}/vci/offer/info",
    dict,
    spec="vci_offer_info_api",
    succeeds=("OK",),
)
PARSE_SINGLE = Operation(
    "vci.single_parse",
    "POST",
    "/api/{service_id}/vci/single/parse",
    dict,
    spec="vci_single_parse_api",
    succeeds=("OK",),
)
ISSUE_SINGLE = Operation(
    "vci.single_issue",
    "POST",
    "/api/{service_id}/vci/single/issue",
    dict,
    Effect.REVEAL,
    spec="vci_single_issue_api",
    succeeds=("OK", "ACCEPTED"),
)
PARSE_BATCH = Operation(
    "vci.batch_parse",
    "POST",
    "/api/{service_id}/vci/batch/parse",
    dict,
    spec="vci_batch_parse_api",
    succeeds=("OK",),
)
ISSUE_BATCH = Operation(
    "vci.batch_issue",
    "POST",
    "/api/{service_id}/vci/batch/issue",
    dict,
    Effect.REVEAL,
    spec="vci_batch_issue_api",
    succeeds=("OK",),
)
PARSE_DEFERRED = Operation(
    "vci.deferred_parse",
    "POST",
    "/api/{service_id}/vci/deferred/parse",
    dict,
    spec="vci_deferred_parse_api",
    succeeds=("OK",),
)
ISSUE_DEFERRED = Operation(
    "vci.deferred_issue",
    "POST",
    "/api/{service_id}/vci/deferred/issue",
    dict,
    Effect.REVEAL,
    spec="vci_deferred_issue_api",
    succeeds=("OK",),
)
