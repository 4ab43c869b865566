"""Error responses in the formats of the clusters and of the IdP."""

from tenants.sandbox.http_messages import SandboxResponse, json_response


class ApiResponseError(Exception):
    """An error response of a cluster: resultCode and resultMessage."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def to_response(self, path: str) -> SandboxResponse:
        """Build the response; ``path`` is the API name in Authlete's messages."""
        message = f"[{self.code}] {path}, {self.message}"
        body = {"resultCode": self.code, "resultMessage": message}
        return json_response(body, self.status)


class ActionResponseError(ApiResponseError):
    """An error response of an operation that returns an ``action``."""

    def __init__(self, status: int, action: str, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.action = action

    def to_response(self, path: str) -> SandboxResponse:
        message = f"[{self.code}] {path}, {self.message}"
        body = {"resultCode": self.code, "resultMessage": message}
        return json_response(body | {"action": self.action}, self.status)


class IdpResponseError(ApiResponseError):
    """An error response of the IdP: error, and the identifiers concerned."""

    def __init__(self, status: int, error: str, code: str = "", **about: object):
        super().__init__(status, code, error)
        self.about = about

    def to_response(self, path: str) -> SandboxResponse:
        if not self.message:  # the validation errors in ``about`` say it all
            return json_response(self.about, self.status)
        error = f"[{self.code}] {self.message}" if self.code else self.message
        return json_response({"error": error, **self.about}, self.status)


def missing_subject(code: str) -> ApiResponseError:
    """Build the error for a missing subject."""
    return ApiResponseError(400, code, "The request has no 'subject'.")


def unparsable_body(reason: str) -> ApiResponseError:
    """Build the error for a body that can't be parsed."""
    return ApiResponseError(
        400, "A126202", f"The request body could not be parsed as expected: {reason}."
    )


def access_denied(permission: str, service_id: object = None) -> ApiResponseError:
    """Build the error for a missing permission."""
    about = "" if service_id is None else f" for the service ({service_id})"
    return ApiResponseError(
        403, "A457101", f"The access token does not have the {permission} access right{about}."
    )


def not_implemented(operation: str) -> ApiResponseError:
    """Build the error for an operation that only Authlete implements."""
    return ApiResponseError(501, "A001199", f"The sandbox has not built {operation} yet.")
