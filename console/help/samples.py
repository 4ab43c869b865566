"""A section with a setting of each kind, for the patterns page."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import get_template
from django.utils import timezone

from console.charts import Chart, ChartPoint, ChartSeries, make_bars
from console.forms.settings_form import SettingsForm, form_for
from console.lists.definition import WORDS_ONLY
from console.lists.request import ListRequest
from tenants.authlete.documents import types
from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import (
    AuthleteError,
    BadRequestError,
    NoResponseError,
    UnreachableError,
)
from tenants.authlete.redaction.fingerprint import Fingerprint


class SampleSettings(Section):
    """One setting of each kind."""

    title = "Sample settings"

    plain_text: types.Text = setting("Text")
    """A single-line text with an unsaved change."""

    long_text: types.MultilineText = setting("Long text")
    """A multi-line text."""

    address: types.EndpointUrl = setting("URL")
    """A stored URL that validation rejects."""

    flag: types.Boolean = setting("Flag")
    """On or off."""

    lifetime: types.Seconds = setting("Duration", default=86400)
    """A duration with an error."""

    number: types.Number = setting("Number")
    """A whole number."""

    algorithm: types.AsymmetricAlg = setting("Choice", unset_label="Not signed")
    """One of a list."""

    delivery_modes: types.DeliveryModes = setting("Choices")
    """Several of a list, with an unknown value."""

    entries: types.Strings = setting("Texts")
    """A list of texts."""

    pairs: types.KeyValuePairs = setting("Pairs")
    """A list of names and values."""

    scopes: types.Scopes = setting("Scopes")
    """A list of objects."""

    secret: types.Secret = setting("Secret")
    """Kept, replaced or removed, and never shown."""

    keys: types.Jwks = setting("JWK Set")
    """A JWK Set and its keys."""

    document: types.JsonObject = setting("JSON")
    """A JSON object as text."""

    odd: types.Number = setting("Other type")
    """A value of another type, kept unchanged."""

    fixed: types.Timestamp = setting("Timestamp", read_only=True)
    """Set by Authlete."""

    dropped: types.Boolean = setting("Ignored", ignored_on_update=True)
    """Accepted but ignored by Authlete."""


SAMPLE_JWKS = """{"keys": [{
  "kty": "EC", "crv": "P-256", "kid": "2026-02", "use": "sig", "alg": "ES256",
  "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
}]}"""
SAMPLE_DOCUMENT = {
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
    "keys": SAMPLE_JWKS,
    "document": '{"a": [1, 2]}',
    "odd": "a hundred",
    "fixed": 1_795_510_152_000,
}


def sample_settings_form() -> SettingsForm:
    """Build the sample form with one change and one error."""
    edits = {"plainText": "Retail banking, Europe", "lifetime": -5}
    service = Service.model_validate(SAMPLE_DOCUMENT)
    form = form_for([SampleSettings])(document=service, edits=edits)
    form.add_error("lifetime", "Must be 0 or more.")
    return form


SECTIONS = (
    ("foundations", "Type, colors and icons"),
    ("buttons", "Buttons"),
    ("badges", "Badges"),
    ("navigation", "Tabs, sections and filters"),
    ("tables", "Tables and pager"),
    ("empty_states", "Empty states"),
    ("fields", "Fields"),
    ("alerts", "Notices, errors and toasts"),
    ("dialogs", "Dialogs"),
    ("loading", "Loading and progress"),
    ("facts", "Facts, times and numbers"),
    ("charts", "Charts"),
    ("changes", "Changes, code and chain"),
)
TYPE_SCALE = (
    ("--t-xxl", "24", "t-xxl"),
    ("--t-xl", "20", "t-xl"),
    ("--t-l", "16", "t-l"),
    ("--t-m", "14", "t-m"),
    ("--t-s", "13", "t-s"),
    ("--t-xs", "12", "t-xs"),
)
COLOUR_GROUPS = (
    ("Surfaces", ("canvas", "sunken", "raised", "hover", "press")),
    ("Lines", ("line", "line-2", "line-control")),
    ("Text", ("text", "text-2", "text-3")),
    ("Accent", ("accent", "accent-hover", "accent-fill", "accent-line")),
    ("Success", ("ok", "ok-fill", "ok-line")),
    ("Warning", ("warn", "warn-fill", "warn-line")),
    ("Error", ("bad", "bad-fill", "bad-line", "bad-solid")),
)
SAMPLE_JSON = """{
  "serviceName": "Retail banking",
  "accessTokenDuration": 3600,
  "pkceRequired": true,
  "supportedScopes": [
    { "name": "accounts", "defaultEntry": false }
  ],
  "sharedSignals": null
}"""

SAMPLE_REGIONS = [
    {"region": "us", "state": "ok", "latency": 88},
    {"region": "jp", "state": "slow", "latency": 1412},
    {"region": "eu", "state": "", "latency": None},
    {"region": "br", "state": "down", "latency": None},
]
SAMPLE_CHANGES = [
    {
        "label": "Access token duration",
        "name": "accessTokenDuration",
        "was": "1 hour",
        "now": "24 hours",
        "note": "more than 1 hour",
        "kind": "warn",
    },
    {
        "label": "Grant types",
        "name": "supportedGrantTypes",
        "lost": ["IMPLICIT"],
        "gained": ["TOKEN_EXCHANGE", "CIBA"],
    },
    {
        "label": "Authentication callback API secret",
        "name": "authenticationCallbackApiSecret",
        "replaced": True,
        "was": "7f3a 91c2",
        "now": "20be 5d17",
    },
    {
        "label": "Policy URL",
        "name": "policyUri",
        "was": None,
        "now": "https://harbor.example/policy",
    },
]


class SampleForm(forms.Form):
    """A plain Django form with each kind of control."""

    email = forms.EmailField(label="Email address", help_text="Used to sign in.")
    role = forms.ChoiceField(choices=[("viewer", "Viewer"), ("editor", "Editor")])
    reason = forms.CharField(widget=forms.Textarea)
    notify = forms.BooleanField(label="Notify by email")


SAMPLE_RESULTS = [
    {
        "slug": "clients",
        "label": "Clients",
        "icon": "clients",
        "results": [
            {"label": "Ledger sync", "url": "#navigation", "detail": "ledger", "region": "eu"}
        ],
    }
]


def pattern_context() -> dict[str, Any]:
    """Return the context of the pattern page."""
    now = timezone.now()
    return {
        "sections": SECTIONS,
        "type": TYPE_SCALE,
        "colours": COLOUR_GROUPS,
        "icons": icon_names(),
        "settings": sample_settings_form(),
        "form": SampleForm({"email": "mara@harbor"}),
        "json": SAMPLE_JSON,
        "sizes": (20, 50, 100),
        "list_request": ListRequest(QueryDict(), WORDS_ONLY),
        "moments": {
            "seconds": now - timedelta(seconds=20),
            "minutes": now - timedelta(minutes=6),
            "days": now - timedelta(days=19),
            "ahead": now + timedelta(days=37),
            "milliseconds": int(now.timestamp() * 1000) - 7_200_000,
        },
        "refused": _with_request_id(
            BadRequestError("A redirect URI has a fragment.", status=400, code="A031207")
        ),
        "not_sent": _with_request_id(
            UnreachableError("The connection to br.authlete.com timed out.")
        ),
        "unknown": _with_request_id(
            NoResponseError("The connection was lost before the complete response arrived.")
        ),
        "regions": SAMPLE_REGIONS,
        "changes": SAMPLE_CHANGES,
        "search_groups": SAMPLE_RESULTS,
        "before": {"number": 18_204_133, "digest": "9f2c 41d8 77ab", "matches": True},
        "entry": {"number": 18_204_134, "digest": "c07e 118b 2d94", "matches": True},
        "after": {"number": 18_204_135, "digest": "51aa 9c0f b3e8", "matches": False},
        "outside": "\u202eabc <script>alert(1)</script>",
        "stacked_chart": _sample_chart("sample-stacked", [12, 0, 31, 18, 24, 9, 15], [1, 0, 4, 0]),
        "line_chart": _sample_chart("sample-line", [40, None, 55, 61, 60, 72, 86], is_line=True),
        "empty_chart": _sample_chart("sample-empty", [0]),
        "bars": make_bars(
            [("Authorization code", 1_204, "#charts"), ("Client credentials", 310, "#charts")]
        ),
    }


def _sample_chart(
    chart_id: str, values: Sequence[int | None], rejected: Sequence[int] = (), **options: Any
) -> Chart:
    points = [ChartPoint(f"{day} Dec 2026", f"{day} Dec") for day in range(1, len(values) + 1)]
    series = [ChartSeries("Succeeded", "", values, "#charts")]
    if rejected:
        padding = [0] * (len(values) - len(rejected))
        series.append(ChartSeries("Rejected", "warn", [*rejected, *padding], "#charts"))
    return Chart(chart_id, "Changes per day", points, series, **options)


def icon_names() -> Iterable[str]:
    """Return the names of all icons."""
    drawn = get_template("components/icons.html")
    partials: dict[str, object] = drawn.template.extra_data["partials"]  # type: ignore[attr-defined]
    return partials


def _with_request_id(error: AuthleteError) -> AuthleteError:
    error.request_id = "01jdf7q2w8m4"
    return error
