"""Refusals in Authlete's two shapes: the clusters' and the IdP's.

* Refusal       the status and body of a cluster: resultCode and resultMessage
  - Failure     the same of an operation that answers with an action
  - IdpRefusal  the same of the IdP: error, and what it is about
"""

from tenants.sandbox.wire import Answer, answer


class Refusal(Exception):
    """A request that is answered with an error; the message is for its sender."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self, path: str) -> Answer:
        """The answer; ``path`` is the API as Authlete names it in its messages."""
        message = f"[{self.code}] {path}, {self.message}"
        said = {"resultCode": self.code, "resultMessage": message}
        return answer(said, self.status)


class Failure(Refusal):
    """A refusal by an operation that tells in its ``action`` what to do."""

    def __init__(self, status: int, action: str, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.action = action

    def answer(self, path: str) -> Answer:
        message = f"[{self.code}] {path}, {self.message}"
        said = {"resultCode": self.code, "resultMessage": message}
        return answer(said | {"action": self.action}, self.status)


class IdpRefusal(Refusal):
    """A refusal of the IdP, with the identifiers that it is about."""

    def __init__(self, status: int, error: str, code: str = "", **about: object):
        super().__init__(status, code, error)
        self.about = about

    def answer(self, path: str) -> Answer:
        if not self.message:  # the validation errors in ``about`` say it all
            return answer(self.about, self.status)
        error = f"[{self.code}] {self.message}" if self.code else self.message
        return answer({"error": error, **self.about}, self.status)


def no_subject(code: str) -> Refusal:
    return Refusal(400, code, "The request has no 'subject'.")


def unparsable(why: str) -> Refusal:
    return Refusal(
        400, "A126202", f"The request body could not be parsed as expected: {why}."
    )


def denied(right: str, service_id: object = None) -> Refusal:
    about = "" if service_id is None else f" for the service ({service_id})"
    return Refusal(
        403,
        "A457101",
        f"The access token does not have the {right} access right{about}.",
    )


def not_built(operation: str) -> Refusal:
    """What no Authlete ever says; the code is the sandbox's own."""
    return Refusal(501, "A001199", f"The sandbox has not built {operation} yet.")
