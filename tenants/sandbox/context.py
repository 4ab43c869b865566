"""What an operation of the pretend Authlete is given to answer with."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenants.sandbox.access import Token
from tenants.sandbox.state import Region, State
from tenants.sandbox.wire import Members, Request


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
