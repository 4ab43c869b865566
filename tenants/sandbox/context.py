"""What an operation of the pretend Authlete is given to answer with."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenants.sandbox.access import Token
from tenants.sandbox.errors import Failure
from tenants.sandbox.state import Region, State
from tenants.sandbox.wire import Members, Request

ACTIONS = {
    "BAD_REQUEST": 400,
    "INVALID_REQUEST": 400,
    "CALLER_ERROR": 400,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVER_ERROR": 500,
}


@dataclass(slots=True)
class Context:
    """One request at one place: a region, or the IdP when ``region`` is None."""

    state: State
    request: Request
    places: Mapping[str, str]
    at: Region | None
    bearer: Token | None = None

    @property
    def region(self) -> Region:
        assert self.at is not None, "asked of the IdP"
        return self.at

    @property
    def token(self) -> Token:
        assert self.bearer is not None, "asked without a token"
        return self.bearer

    def service(self, right: str) -> Members:
        """The service in the path; raises `Refusal` without that right on it."""
        return self.region.service(self.token, self.places["service_id"], right)

    def failure(self, action: str, code: str, message: str) -> Failure:
        """An action that failed: in a 200, unless statuses are asked to tell it too,
        since nobody has told which it is (api.md, section 14)."""
        status = ACTIONS[action] if self.state.action_statuses else 200
        return Failure(status, action, code, message)
