"""Settling what became of tokens that were to be made at once."""

from django.utils.translation import gettext_lazy as _

from tenants.audit.lost.found import (
    Finding,
    Lost,
    cannot_tell,
    done,
    not_done,
    otherwise,
)
from tenants.authlete.errors import NotFound


def made(lost: Lost) -> Finding:
    """By the status of its request, whose id only the reply tells: Authlete has no
    list of batches (api.md, section 4)."""
    request_id = lost.known.get("request_id")
    if not request_id:
        return cannot_tell(
            _(
                "Only the reply tells the id of the request, and there is no list of"
                " batches. The page of the batch counts its clients' tokens, and takes"
                " the id from whoever finds it."
            )
        )
    try:
        status = lost.service.token_batches.status(request_id)
    except NotFound as error:
        if not error.is_told:
            raise
        return cannot_tell(_("Authlete knows no batch of the id that was told."))
    size = lost.known.get("size", 0)
    match status.result:
        case "SUCCEEDED" if status.token_count == size:
            return done(_("Authlete has made all of its tokens."))
        case "FAILED" if status.token_count == 0:
            return not_done(_("Authlete has given it up before the first token."))
        case "SUCCEEDED" | "FAILED":
            return otherwise(_("Authlete has made some of its tokens."))
        case None | "":
            return cannot_tell(_("Authlete still works on it."))
        case _:
            return cannot_tell(_("Authlete told a result that nobody knows."))
