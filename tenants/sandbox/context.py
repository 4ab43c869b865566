"""The context that a handler of the sandbox gets."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenants.sandbox.api_tokens import ApiToken
from tenants.sandbox.http_messages import ActionResponseError, JsonDict, SandboxRequest
from tenants.sandbox.state import SandboxRegion, SandboxState

ACTION_STATUSES = {
    "BAD_REQUEST": 400,
    "INVALID_REQUEST": 400,
    "CALLER_ERROR": 400,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVER_ERROR": 500,
}


@dataclass(slots=True)
class SandboxContext:
    """One request to a region, or to the IdP if ``cluster`` is None."""

    state: SandboxState
    request: SandboxRequest
    path_params: Mapping[str, str]
    cluster: SandboxRegion | None
    bearer: ApiToken | None = None

    @property
    def region(self) -> SandboxRegion:
        assert self.cluster is not None, "requested from the IdP"
        return self.cluster

    @property
    def token(self) -> ApiToken:
        assert self.bearer is not None, "requested without a token"
        return self.bearer

    def get_service(self, permission: str) -> JsonDict:
        """Return the service in the path; raise `ApiResponseError` without permission."""
        return self.region.get_service(self.token, self.path_params["service_id"], permission)

    def action_error(self, action: str, code: str, message: str) -> ActionResponseError:
        """Build the error of a failed action.

        Its status is 200, or that of the action if `action_statuses` is set: Authlete doesn't
        document which.
        """
        status = ACTION_STATUSES[action] if self.state.action_statuses else 200
        return ActionResponseError(status, action, code, message)
