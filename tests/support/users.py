"""Helpers for the tests of users."""

import time
from typing import Any

from tenants.audit.actor import Actor
from tenants.audit.events import SUBJECT_SEARCH
from tenants.audit.recorder import record_event
from tenants.authlete.operation import Effect
from tenants.sandbox.state import StoredToken
from tests.support.clients import LATE

USERS_URL = "/acme/subjects/"
SUBJECT = "user-204188"
YESTERDAY = int(time.time() - 86_400) * 1000  # milliseconds since 1970


def issue(sandbox, client_id, *, service=17, region="us", subject=SUBJECT, **more):
    """A token of a subject's."""
    tokens = sandbox.region(region).tokens[service]
    fields: dict[str, Any] = {"scopes": (), "created_at": YESTERDAY, "expires_at": LATE}
    tokens.append(
        StoredToken(
            f"hash-{client_id}-{len(tokens)}",
            client_id,
            "AUTHORIZATION_CODE",
            subject=subject,
            **(fields | more),
        )
    )


def did(organization, subject=SUBJECT, **fields):
    """Something was done to a subject."""
    actor = Actor(7, "bo@acme.example", "help desk", organization.pk, page_id="a page")
    record_event(actor, SUBJECT_SEARCH, Effect.DESTROY, subject=subject, **fields)


WHY = {"reason": "Account taken over", "ticket": "INC-7", "typed": SUBJECT[-4:]}
