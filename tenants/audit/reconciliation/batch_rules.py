"""Settling what became of tokens that were to be made at once."""

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


def check_batch_created(lost: UnresolvedCall) -> Evidence:
    """By the status of its request, whose id only the reply tells: Authlete has no
    list of batches (Authlete facts, 4)."""
    request_id = lost.hints.get("request_id")
    if not request_id:
        return conclude_inconclusive(
            _(
                "Only the reply tells the id of the request, and there is no list of"
                " batches. The page of the batch counts its clients' tokens, and takes"
                " the id from whoever finds it."
            )
        )
    try:
        status = lost.service.token_batches.status(request_id)
    except NotFoundError as error:
        if not error.is_from_authlete:
            raise
        return conclude_inconclusive(_("Authlete knows no batch of the id that was told."))
    size = lost.hints.get("size", 0)
    match status.result:
        case "SUCCEEDED" if status.token_count == size:
            return conclude_succeeded(_("Authlete has made all of its tokens."))
        case "FAILED" if status.token_count == 0:
            return conclude_failed(_("Authlete has given it up before the first token."))
        case "SUCCEEDED" | "FAILED":
            return conclude_conflicting(_("Authlete has made some of its tokens."))
        case None | "":
            return conclude_inconclusive(_("Authlete still works on it."))
        case _:
            return conclude_inconclusive(_("Authlete told a result that nobody knows."))
