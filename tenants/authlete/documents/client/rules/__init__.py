"""What settings of a client must be like together, told where it bites.

Each rule takes the members of a whole client, as they would be stored, and finds
nothing, or the settings that do not go together and what comes of it. Where Authlete
itself refuses the combination, the rule names its result code; elsewhere the client
is stored, and requests fail later, or are less safe than they seem. A value that is
not known here, or has an odd form, breaks no rule.
"""

from collections.abc import Callable

from tenants.authlete.documents.client.rules import flows, proof
from tenants.authlete.documents.client.rules.fapi import fapi_modes
from tenants.authlete.documents.finding import Finding, Members

RULES: tuple[Callable[[Members], list[Finding]], ...] = (
    flows.redirects,
    flows.code_flow,
    flows.implicit_flow,
    proof.public_secret,
    proof.public_signatures,
    proof.public_credentials,
    proof.unproven,
    proof.keys_twice,
    proof.key_of_proof,
    proof.key_of_signatures,
    proof.key_to_hide_with,
    proof.named_keys,
    proof.assertion,
    proof.certificate,
    flows.signed_responses,
    flows.encryption,
    flows.pairwise,
    flows.backchannel,
    flows.requestable_scopes,
    fapi_modes,
)


def findings(client: Members) -> list[Finding]:
    """What all rules find; once where two of them say the same of a setting."""
    return list(dict.fromkeys(one for rule in RULES for one in rule(client)))
