"""A section with a setting of each kind, and its form."""

from typing import Any

from console.forms.settings_form import SettingsForm, form_for
from tenants.authlete.documents import types
from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.service.credentials import IssuerMetadata
from tests.support.form_data import build_form_data


class Sample(Section):
    """One setting of each kind."""

    title = "Sample"

    text: types.Text = setting("Text")
    """A text."""

    prose: types.MultilineText = setting("Prose")
    """Lines."""

    uri: types.EndpointUrl = setting("Address")
    """Where."""

    flag: types.Boolean = setting("Flag")
    """On or off."""

    lasting_flag: types.Boolean = setting("Lasting flag", default=True)
    """On unless told otherwise."""

    seconds: types.Seconds = setting("Lifetime", default=86400, zero_label="No end")
    """How long."""

    number: types.Number = setting("Number")
    """How many."""

    alg: types.AsymmetricAlg = setting("Algorithm", unset_label="Not signed")
    """How."""

    modes: types.DeliveryModes = setting("Modes")
    """Which."""

    displays: types.DisplayTypes = setting("Displays", unset_label="Authlete's default: page")
    """Which, or Authlete's own."""

    strings: types.Strings = setting("Words")
    """Words."""

    pairs: types.KeyValuePairs = setting("Pairs")
    """Names and values."""

    uris: types.NamedUris = setting("Aliases")
    """Names and addresses."""

    scopes: types.Scopes = setting("Scopes")
    """Scopes."""

    anchors: types.TrustAnchors = setting("Anchors")
    """Whom to trust."""

    secret: types.Secret = setting("Secret")
    """Never shown."""

    keys: types.Jwks = setting("Keys")
    """Keys."""

    body: types.JsonObject = setting("Document")
    """JSON."""

    certificates: types.PemCertificates = setting("Certificates")
    """PEM."""

    issuer: IssuerMetadata = setting("Issuer metadata")
    """An object."""

    made_at: types.Timestamp = setting("Made", read_only=True)
    """When."""

    dropped: types.Boolean = setting("Dropped", ignored_on_update=True)
    """Never kept."""


SampleForm = form_for([Sample])


def service(**members: Any) -> Service:
    return Service.model_validate({"apiKey": 17, "modifiedAt": 5, **members})


def page(**members: Any) -> str:
    """The form as it is drawn for a service."""
    return str(SampleForm(document=service(**members)))


def filled(seen: dict[str, Any], **changed: str | list[str] | None) -> SettingsForm:
    """The form after a person changed some inputs and sent it."""
    return SampleForm(build_form_data(page(**seen), **changed))


def edits(seen: dict[str, Any], **changed: str | list[str] | None) -> dict[str, Any]:
    form = filled(seen, **changed)
    assert form.is_valid(), form.errors
    return dict(form.edits)


def messages(seen: dict[str, Any], **changed: str | list[str] | None) -> list[str]:
    """What the form says instead of taking this; nothing of it is an edit."""
    form = filled(seen, **changed)
    assert not form.is_valid()
    assert form.edits == {}
    return [problem.message for problem in form.errors]
