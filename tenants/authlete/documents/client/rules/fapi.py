"""What the FAPI modes of a client ask of its other settings.

With a mode, Authlete judges each request of the client by that profile, unless the
service has modes of its own; a setting against it is stored, and requests fail.
Sources: FAPI 1.0 Part 1 (Baseline) and Part 2 (Advanced), FAPI 2.0 Security Profile
and Message Signing.
"""

from tenants.authlete.documents.client.rules.proof import method
from tenants.authlete.documents.enums import JWS_ALG
from tenants.authlete.documents.finding import (
    Finding,
    Members,
    text,
    texts,
)
from tenants.authlete.documents.words import _

ADVANCED = "FAPI1_ADVANCED"
BASELINE = "FAPI1_BASELINE"
WEAK = frozenset({"CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"})
WEAKER = WEAK | {"CLIENT_SECRET_JWT", "NONE"}  # than the later profiles take
STRONG = frozenset({"PS256", "ES256"})  # Part 2, section 8.6
SIGNATURES = (
    "idTokenSignAlg",
    "userInfoSignAlg",
    "authorizationSignAlg",
    "requestSignAlg",
    "tokenAuthSignAlg",
)
KEY_ENCRYPTIONS = (
    "idTokenEncryptionAlg",
    "userInfoEncryptionAlg",
    "authorizationEncryptionAlg",
    "requestEncryptionAlg",
)
BOUND = ("tlsClientCertificateBoundAccessTokens", "dpopRequired")


def fapi_modes(client: Members) -> list[Finding]:
    """All that the client's modes ask for and it does not have."""
    modes = texts(client, "fapiModes")
    second = any(mode.startswith("FAPI2_") for mode in modes)
    found = []
    if ADVANCED in modes or second:
        later = ADVANCED not in modes  # which takes less, where both are there
        found += _proof(client) + _algorithms(client, second=later)
        found += _bound(client, second=later)
    elif BASELINE in modes and method(client) in WEAK:
        found.append(
            Finding(
                ("tokenAuthMethod", "fapiModes"),
                _(
                    "FAPI does not take a client secret that is sent as it is (Part 1, "
                    "section 5.2.2). Choose a JWT or mutual TLS."
                ),
            )
        )
    if second:
        found += _code_only(client)
    return found + _message_signing(client, modes)


def _proof(client: Members) -> list[Finding]:
    """Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1."""
    found = []
    if text(client, "clientType") == "PUBLIC":
        found.append(
            Finding(
                ("clientType", "fapiModes"),
                _(
                    "This FAPI mode does not take public clients, so that every "
                    "request fails. Make the client confidential, or leave the mode "
                    "out."
                ),
            )
        )
    if method(client) in WEAKER:
        found.append(
            Finding(
                ("tokenAuthMethod", "fapiModes"),
                _(
                    "In this FAPI mode a client proves who it is with a private key or "
                    "mutual TLS; other token requests fail. Choose one of these "
                    "methods."
                ),
            )
        )
    return found


def _algorithms(client: Members, *, second: bool) -> list[Finding]:
    """Part 2, section 8.6; FAPI 2.0, section 5.4.1."""
    good = STRONG | ({"EdDSA"} if second else set())
    wanted = {member: text(client, member) for member in SIGNATURES}
    wanted["idTokenSignAlg"] = wanted["idTokenSignAlg"] or "RS256"  # what then holds
    if not texts(client, "responseTypes"):
        del wanted["idTokenSignAlg"]  # nothing says that there are ID tokens
    weak = [name for name, alg in wanted.items() if alg in JWS_ALG.keys() - good]
    found = []
    if weak:
        found.append(
            Finding(
                (*weak, "fapiModes"),
                _(
                    "In this FAPI mode only PS256, ES256 and EdDSA count as "
                    "signatures. Choose one of them."
                )
                if second
                else _(
                    "In this FAPI mode only PS256 and ES256 count as signatures. "
                    "Choose one of them."
                ),
            )
        )
    broken = [name for name in KEY_ENCRYPTIONS if text(client, name) == "RSA1_5"]
    if broken:
        found.append(
            Finding(
                (*broken, "fapiModes"),
                _("FAPI does not take RSA1_5. Choose RSA-OAEP-256 or ECDH-ES."),
            )
        )
    return found


def _bound(client: Members, *, second: bool) -> list[Finding]:
    """Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1."""
    mutual_tls, dpop = (client.get(member) is True for member in BOUND)
    if mutual_tls or (second and dpop):
        return []
    if second:
        message = _(
            "In this FAPI mode access tokens are bound to the client. Require DPoP, or "
            "bind them to its certificate, so that no request slips through unbound."
        )
        return [Finding((*BOUND, "fapiModes"), message)]
    message = _(
        "In this FAPI mode access tokens are bound to the client's certificate; other "
        "token requests fail. Turn that on."
    )
    return [Finding((BOUND[0], "fapiModes"), message)]


def _code_only(client: Members) -> list[Finding]:
    """FAPI 2.0, section 5.3.2."""
    found = []
    if set(texts(client, "responseTypes")) - {"CODE"}:
        found.append(
            Finding(
                ("responseTypes", "fapiModes"),
                _(
                    "FAPI 2.0 has no response type but code; requests for others fail. "
                    "Leave them out."
                ),
            )
        )
    if {"IMPLICIT", "PASSWORD"} & set(texts(client, "grantTypes")):
        found.append(
            Finding(
                ("grantTypes", "fapiModes"),
                _(
                    "FAPI 2.0 has neither the implicit nor the password grant. Leave "
                    "them out."
                ),
            )
        )
    return found


def _message_signing(client: Members, modes: list[str]) -> list[Finding]:
    """FAPI 2.0 Message Signing, sections 5.3 and 5.4."""
    found = []
    if "FAPI2_MESSAGE_SIGNING_AUTH_REQ" in modes and text(client, "requestSignAlg") in (
        "",
        "NONE",
    ):
        found.append(
            Finding(
                ("requestSignAlg", "fapiModes"),
                _(
                    "In this FAPI mode each authorization request is a signed JWT. "
                    "Choose the request signature that the client uses."
                ),
            )
        )
    if "FAPI2_MESSAGE_SIGNING_AUTH_RES" in modes and not text(
        client, "authorizationSignAlg"
    ):
        found.append(
            Finding(
                ("authorizationSignAlg", "fapiModes"),
                _(
                    "In this FAPI mode each authorization response is a signed JWT, "
                    "and those fail until it is chosen how. Choose a response "
                    "signature."
                ),
            )
        )
    return found
