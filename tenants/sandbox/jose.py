"""Whether a JWS is by a service or by a client, and whether it is of now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tenants.sandbox import aliases, signing
from tenants.sandbox.context import Context
from tenants.sandbox.errors import Refusal
from tenants.sandbox.shapes import members_of
from tenants.sandbox.state import now
from tenants.sandbox.wire import Answer, Members, answer

KINDS = {
    "jose": "text",
    "mandatoryClaims": "[text]",
    "clockSkew": "int32",
    "clientIdentifier": "text",
    "signedByClient": "flag",
}
TIMES = {
    "exp": ("A160206", "has passed"),
    "iat": ("A160207", "is in the future"),
    "nbf": ("A160208", "is in the future"),
}


@dataclass(slots=True)
class Checked:
    """What is wrong with a JWS; the first code is the one that is told."""

    problems: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    signed: bool = False


def verify(context: Context) -> Answer:
    service = context.service("use_service")
    asked = members_of(context.request, KINDS)
    text = asked.get("jose", "")
    if not text:
        raise Refusal(400, "A160201", "'jose' is missing.")
    checked = Checked()
    if text.count(".") == 4:
        checked.problems.append(("A160101", "Encrypted JWTs are not supported."))
        return _told(checked)
    try:
        header, claims = signing.opened(text)
    except ValueError as error:
        checked.problems.append(("A160202", f"It cannot be parsed: {error}."))
        return _told(checked)
    _claims(checked, asked, claims)
    if problem := _signature(context, service, asked, str(header.get("alg"))):
        checked.problems.append(problem)
    return _told(checked)


def _claims(checked: Checked, asked: Members, claims: Members) -> None:
    for name in asked.get("mandatoryClaims", ()):
        if claims.get(name) is None:
            checked.missing.append(name)
            checked.problems.append(("A160203", f"The claim '{name}' is missing."))
    skew, at = int(asked.get("clockSkew", 0)), now() / 1000
    for name, (code, said) in TIMES.items():
        value: Any = claims.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            problem = ("A160205", f"The claim '{name}' is not an integer.")
        elif value + skew < at if name == "exp" else value - skew > at:
            problem = (code, f"The time of '{name}' {said}.")
        else:
            continue
        checked.invalid.append(name)
        checked.problems.append(problem)


def _signature(
    context: Context, service: Members, asked: Members, alg: str
) -> tuple[str, str] | None:
    """What is wrong with the signature."""
    holder, who = service, "218"
    name = asked.get("clientIdentifier", "")
    client = aliases.found(context.region.clients[service["apiKey"]], name)
    if asked.get("signedByClient"):
        if not name:
            return "A160215", "No client is named that signed it."
        if client is None:
            return "A160216", "There is no such client."
        holder, who = client, "301"
    if alg.startswith("HS"):
        return ("A160217", "There is no shared key.")
    keys = signing.keys(holder)
    if not keys:
        return f"A160{who}", "No JWK Set is registered."
    fitting = [one for one in keys if signing.fits(one, alg)]
    if not fitting:
        return "A160221", "No key fits."
    if any(signing.is_by(asked["jose"], one, alg) for one in fitting):
        return None
    return "A160219", "The signature is wrong."


def _told(checked: Checked) -> Answer:
    return answer(dict(_members(checked)))


def _members(checked: Checked) -> Iterator[tuple[str, Any]]:
    signature = {"A160101", "A160202", "A160215", "A160216", "A160217", "A160218"}
    signature |= {"A160219", "A160221", "A160301"}
    codes = [code for code, _ in checked.problems]
    code = codes[0] if codes else "A160001"
    said = checked.problems[0][1] if codes else "The JWS is valid."
    yield "resultCode", code
    yield "resultMessage", f"[{code}] {said}"
    yield "valid", not codes
    yield "signatureValid", signature.isdisjoint(codes)
    if checked.missing:
        yield "missingClaims", checked.missing
    if checked.invalid:
        yield "invalidClaims", checked.invalid
    if codes:
        yield "errorDescriptions", [text for _, text in checked.problems]
