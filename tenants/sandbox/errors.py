"""Refusals in Authlete's two shapes: the clusters' and the IdP's.

* Refusal       the status and body of a cluster: resultCode and resultMessage
  - Failure     the same of an operation that answers with an action
  - IdpRefusal  the same of the IdP: error, and what it is about
"""

from tenants.sandbox.http_messages import SandboxResponse, json_response


class ApiResponseError(Exception):
    """A request that is answered with an error; the message is for its sender."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def to_response(self, path: str) -> SandboxResponse:
        """The answer; ``path`` is the API as Authlete names it in its messages."""
        message = f"[{self.code}] {path}, {self.message}"
        said = {"resultCode": self.code, "resultMessage": message}
        return json_response(said, self.status)


class ActionResponseError(ApiResponseError):
    """A refusal by an operation that tells in its ``action`` what to do."""

    def __init__(self, status: int, action: str, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.action = action

    def to_response(self, path: str) -> SandboxResponse:
        message = f"[{self.code}] {path}, {self.message}"
        said = {"resultCode": self.code, "resultMessage": message}
        return json_response(said | {"action": self.action}, self.status)


class IdpResponseError(ApiResponseError):
    """A refusal of the IdP, with the identifiers that it is about."""

    def __init__(self, status: int, error: str, code: str = "", **about: object):
        super().__init__(status, code, error)
        self.about = about

    def to_response(self, path: str) -> SandboxResponse:
        if not self.message:  # the validation errors in ``about`` say it all
            return json_response(self.about, self.status)
        error = f"[{self.code}] {self.message}" if self.code else self.message
        return json_response({"error": error, **self.about}, self.status)


def missing_subject(code: str) -> ApiResponseError:
    return ApiResponseError(400, code, "The request has no 'subject'.")


def unparsable_body(reason: str) -> ApiResponseError:
    return ApiResponseError(
        400, "A126202", f"The request body could not be parsed as expected: {reason}."
    )


def access_denied(permission: str, service_id: object = None) -> ApiResponseError:
    about = "" if service_id is None else f" for the service ({service_id})"
    return ApiResponseError(
        403,
        "A457101",
        f"The access token does not have the {permission} access right{about}.",
    )


def not_implemented(operation: str) -> ApiResponseError:
    """What no Authlete ever says; the code is the sandbox's own."""
    return ApiResponseError(501, "A001199", f"The sandbox has not built {operation} yet.")
