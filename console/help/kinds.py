"""A section with a setting of each kind, for the patterns page."""

from console.forms.section import SettingsForm, form_for
from tenants.authlete.documents import types
from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction import Fingerprint


class Sample(Section):
    """One setting of each kind, in the states that a page can show."""

    title = "One of each kind"

    plain_text: types.Text = setting("Text")
    """A text of one line, changed and not saved."""

    long_text: types.Prose = setting("Prose")
    """A text of several lines."""

    address: types.Endpoint = setting("Address")
    """An address that the rules would refuse, as Authlete has it."""

    flag: types.Flag = setting("Flag")
    """On or off."""

    lifetime: types.Seconds = setting("Duration", initial=86400)
    """A span of time with its unit, and an error."""

    number: types.Number = setting("Number")
    """A whole number."""

    algorithm: types.AsymmetricAlg = setting("Choice", absent="Not signed")
    """One of a list."""

    delivery_modes: types.DeliveryModes = setting("Choices")
    """Some of a list, with a value that this console does not know."""

    entries: types.Strings = setting("Texts")
    """A list of texts."""

    pairs: types.Pairs = setting("Pairs")
    """A list of names and values."""

    scopes: types.Scopes = setting("Scopes")
    """A list of objects."""

    secret: types.Secret = setting("Secret")
    """Kept, replaced or removed, and never shown."""

    keys: types.Jwks = setting("Key set")
    """A JWK Set, with what it holds."""

    document: types.JsonObject = setting("JSON")
    """A JSON object as text."""

    odd: types.Number = setting("Odd")
    """A value that is not of the kind; it is kept as it is."""

    fixed: types.Moment = setting("Moment", read_only=True)
    """Set by Authlete alone."""

    dropped: types.Flag = setting("Ignored", ignored=True)
    """Taken by Authlete and never kept."""


KEYS = """{"keys": [{
  "kty": "EC", "crv": "P-256", "kid": "2026-02", "use": "sig", "alg": "ES256",
  "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
}]}"""
SEEN = {
    "apiKey": 1,
    "modifiedAt": 1_795_510_152_000,
    "plainText": "Retail banking",
    "longText": "Accounts, cards and statements\nfor retail customers.",
    "address": "http://id.harbor.example/token",
    "flag": True,
    "lifetime": 3600,
    "number": 120,
    "algorithm": "ES256",
    "deliveryModes": ["POLL", "PIGEON"],
    "entries": ["ja", "en"],
    "pairs": [{"key": "region", "value": "eu"}],
    "scopes": [{"name": "accounts", "description": "See accounts"}],
    "secret": Fingerprint("7f3a91c2"),
    "keys": KEYS,
    "document": '{"a": [1, 2]}',
    "odd": "a hundred",
    "fixed": 1_795_510_152_000,
}


def kinds() -> SettingsForm:
    """A form over the sample, with one change and one error."""
    edits = {"plainText": "Retail banking, Europe", "lifetime": -5}
    seen = Service.model_validate(SEEN)
    form = form_for([Sample])(document=seen, edits=edits)
    form.add_error("lifetime", "Must be 0 or more.")
    return form
