"""Rules about the settings of a client, shown as configuration warnings.

Each rule takes all fields of a client as they would be stored and returns its
violations. If Authlete itself rejects the combination, the violation carries the result
code; otherwise the client is stored, and requests fail later or are less secure. Unknown
values and values of an unexpected type violate no rule.
"""

from collections.abc import Callable

from tenants.authlete.documents.base import DocumentFields, RuleViolation
from tenants.authlete.documents.client.rules import authentication, flows
from tenants.authlete.documents.client.rules.fapi import check_fapi_modes

CLIENT_RULES: tuple[Callable[[DocumentFields], list[RuleViolation]], ...] = (
    flows.check_redirect_uris,
    flows.check_code_flow,
    flows.check_implicit_flow,
    authentication.check_public_client_secret,
    authentication.check_public_client_signatures,
    authentication.check_public_client_credentials_grant,
    authentication.check_missing_authentication,
    authentication.check_duplicate_key_sources,
    authentication.check_authentication_key,
    authentication.check_signature_key,
    authentication.check_encryption_key,
    authentication.check_named_keys,
    authentication.check_assertion_algorithm,
    authentication.check_certificate_subject,
    flows.check_signed_responses,
    flows.check_encryption,
    flows.check_pairwise_subject,
    flows.check_ciba_delivery,
    flows.check_requestable_scopes,
    check_fapi_modes,
)


def check_client(client: DocumentFields) -> list[RuleViolation]:
    """Return the violations of all rules, without duplicates."""
    return list(dict.fromkeys(violation for rule in CLIENT_RULES for violation in rule(client)))
