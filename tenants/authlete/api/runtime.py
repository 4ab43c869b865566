"""Operations that an authorization server calls while people sign in.

Meridian calls none of them. They are declared so that their names are reserved in the audit
log and their effects are known.
"""

from typing import Any

from tenants.authlete.operation import Effect, Operation


def _post(name: str, path: str, effect: Effect, *success_actions: str) -> Operation[dict[str, Any]]:
    request = f"POST /api/{{service_id}}/{path}"
    return Operation(name, request, dict, effect, success_actions=success_actions)


AUTHORIZE = _post(
    "auth.authorization", "auth/authorization", Effect.CHANGE, "INTERACTION", "NO_INTERACTION"
)
FAIL_AUTHORIZATION = _post(
    "auth.authorization_fail", "auth/authorization/fail", Effect.CHANGE, "LOCATION", "FORM"
)
ISSUE_AUTHORIZATION = _post(
    "auth.authorization_issue", "auth/authorization/issue", Effect.REVEAL, "LOCATION", "FORM"
)
PUSH_AUTHORIZATION = _post("auth.pushed_authorization", "pushed_auth_req", Effect.CHANGE, "CREATED")
TOKEN = _post(
    "auth.token",
    "auth/token",
    Effect.REVEAL,
    "OK",
    "PASSWORD",
    "TOKEN_EXCHANGE",
    "JWT_BEARER",
    "NATIVE_SSO",
    "ID_TOKEN_REISSUABLE",
)
FAIL_TOKEN = _post("auth.token_fail", "auth/token/fail", Effect.CHANGE, "BAD_REQUEST")
ISSUE_TOKEN = _post("auth.token_issue", "auth/token/issue", Effect.REVEAL, "OK")
REVOKE = _post("auth.revocation", "auth/revocation", Effect.DESTROY, "OK")
USERINFO = _post("auth.userinfo", "auth/userinfo", Effect.READ, "OK")
ISSUE_USERINFO = _post("auth.userinfo_issue", "auth/userinfo/issue", Effect.READ, "JSON", "JWT")
BACKCHANNEL = _post(
    "backchannel.authentication", "backchannel/authentication", Effect.CHANGE, "USER_IDENTIFICATION"
)
ISSUE_BACKCHANNEL = _post(
    "backchannel.issue", "backchannel/authentication/issue", Effect.CHANGE, "OK"
)
FAIL_BACKCHANNEL = _post(
    "backchannel.fail", "backchannel/authentication/fail", Effect.CHANGE, "BAD_REQUEST", "FORBIDDEN"
)
COMPLETE_BACKCHANNEL = _post(
    "backchannel.complete",
    "backchannel/authentication/complete",
    Effect.REVEAL,
    "NO_ACTION",
    "NOTIFICATION",
)
DEVICE = _post("device.authorization", "device/authorization", Effect.CHANGE, "OK")
VERIFY_DEVICE = _post(
    "device.verification", "device/verification", Effect.READ, "VALID", "EXPIRED", "NOT_EXIST"
)
COMPLETE_DEVICE = _post("device.complete", "device/complete", Effect.CHANGE, "SUCCESS")
REGISTER = _post("registration.create", "client/registration", Effect.REVEAL, "CREATED")
GET_REGISTRATION = _post("registration.get", "client/registration/get", Effect.READ, "OK")
UPDATE_REGISTRATION = _post(
    "registration.update", "client/registration/update", Effect.CHANGE, "UPDATED"
)
DELETE_REGISTRATION = _post(
    "registration.delete", "client/registration/delete", Effect.DESTROY, "DELETED"
)
REGISTER_FEDERATED = _post(
    "federation.registration", "federation/registration", Effect.CHANGE, "OK"
)
NATIVE_SSO = Operation(
    "native_sso.process",
    "POST /api/{service_id}/nativesso",
    dict,
    Effect.REVEAL,
    operation_id="native_sso_api",
    success_actions=("OK",),
)
NATIVE_SSO_LOGOUT = Operation(
    "native_sso.logout",
    "POST /api/{service_id}/nativesso/logout",
    dict,
    Effect.DESTROY,
    operation_id="native_sso_logout_api",
    success_actions=("OK",),
)
CREATE_OFFER = _post("vci.offer_create", "vci/offer/create", Effect.REVEAL, "CREATED")
OFFER_INFO = _post("vci.offer_info", "vci/offer/info", Effect.READ, "OK")
PARSE_SINGLE = _post("vci.single_parse", "vci/single/parse", Effect.READ, "OK")
ISSUE_SINGLE = _post("vci.single_issue", "vci/single/issue", Effect.REVEAL, "OK", "ACCEPTED")
PARSE_BATCH = _post("vci.batch_parse", "vci/batch/parse", Effect.READ, "OK")
ISSUE_BATCH = _post("vci.batch_issue", "vci/batch/issue", Effect.REVEAL, "OK")
PARSE_DEFERRED = _post("vci.deferred_parse", "vci/deferred/parse", Effect.READ, "OK")
ISSUE_DEFERRED = _post("vci.deferred_issue", "vci/deferred/issue", Effect.REVEAL, "OK")
