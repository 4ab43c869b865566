"""Resolve the creation of token batches."""

from django.utils.translation import gettext_lazy as _

from tenants.audit.reconciliation.evidence import (
    Evidence,
    UnresolvedCall,
    conclude_conflicting,
    conclude_failed,
    conclude_inconclusive,
    conclude_succeeded,
)
from tenants.authlete.errors import NotFoundError


def check_batch_created(call: UnresolvedCall) -> Evidence:
    """Check the batch's status.

    Its ID is only in the response, and Authlete has no list of batches.
    """
    request_id = call.hints.get("request_id")
    if not request_id:
        return conclude_inconclusive(
            _(
                "The request ID is only in the response, and Authlete has no list of batches. "
                "If you know the ID, enter it on the page of the batch."
            )
        )
    try:
        status = call.service.token_batches.status(request_id)
    except NotFoundError as error:
        if not error.is_from_authlete:
            raise
        return conclude_inconclusive(_("Authlete has no batch with this ID."))
    size = call.hints.get("size", 0)
    match status.result:
        case "SUCCEEDED" if status.token_count == size:
            return conclude_succeeded(_("Authlete created all tokens."))
        case "FAILED" if status.token_count == 0:
            return conclude_failed(_("The batch failed before the first token."))
        case "SUCCEEDED" | "FAILED":
            return conclude_conflicting(_("Authlete created some of the tokens."))
        case None | "":
            return conclude_inconclusive(_("The batch is still running."))
        case _:
            return conclude_inconclusive(_("Authlete returned an unknown result."))
