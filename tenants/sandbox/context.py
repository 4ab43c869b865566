"""What an operation of the pretend Authlete is given to answer with."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenants.sandbox.api_tokens import ApiToken
from tenants.sandbox.errors import ActionResponseError
from tenants.sandbox.http_messages import JsonDict, SandboxRequest
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
    """One request at one place: a region, or the IdP when ``region`` is None."""

    state: SandboxState
    request: SandboxRequest
    path_params: Mapping[str, str]
    cluster: SandboxRegion | None
    bearer: ApiToken | None = None

    @property
    def region(self) -> SandboxRegion:
        assert self.cluster is not None, "asked of the IdP"
        return self.cluster

    @property
    def token(self) -> ApiToken:
        assert self.bearer is not None, "asked without a token"
        return self.bearer

    def get_service(self, permission: str) -> JsonDict:
        """The service in the path; raises `Refusal` without that right on it."""
        return self.region.get_service(self.token, self.path_params["service_id"], permission)

    def action_error(self, action: str, code: str, message: str) -> ActionResponseError:
        """An action that failed: in a 200, unless statuses are asked to tell it too,
        since nobody has told which it is (Authlete facts, 14)."""
        status = ACTION_STATUSES[action] if self.state.action_statuses else 200
        return ActionResponseError(status, action, code, message)
