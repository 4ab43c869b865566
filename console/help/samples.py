"""What the patterns page shows its components with."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.template.loader import get_template
from django.utils import timezone

from console.help.kinds import kinds
from tenants.authlete.errors import AuthleteError, BadRequest, Unanswered, Unreachable

SECTIONS = (
    ("foundations", "Type, colours, icons"),
    ("buttons", "Buttons"),
    ("marks", "Words with a mark"),
    ("moving", "Tabs, sections, filters"),
    ("tables", "Tables and pager"),
    ("empties", "Four empties"),
    ("fields", "Fields"),
    ("telling", "Notices, errors, toasts"),
    ("dialogs", "Dialogs"),
    ("waiting", "Waiting and progress"),
    ("facts", "Facts, times, numbers"),
    ("changes", "Changes, code, chain"),
)
TYPE = (
    ("--t-xxl", "24", "t-xxl"),
    ("--t-xl", "20", "t-xl"),
    ("--t-l", "16", "t-l"),
    ("--t-m", "14", "t-m"),
    ("--t-s", "13", "t-s"),
    ("--t-xs", "12", "t-xs"),
)
COLOURS = (
    ("Surfaces", ("canvas", "sunken", "raised", "hover", "press")),
    ("Lines", ("line", "line-2", "line-control")),
    ("Text", ("text", "text-2", "text-3")),
    ("Accent", ("accent", "accent-hover", "accent-fill", "accent-line")),
    ("Well", ("ok", "ok-fill", "ok-line")),
    ("Look at it", ("warn", "warn-fill", "warn-line")),
    ("Wrong", ("bad", "bad-fill", "bad-line", "bad-solid")),
)
JSON = """{
  "serviceName": "Retail banking",
  "accessTokenDuration": 3600,
  "pkceRequired": true,
  "supportedScopes": [
    { "name": "accounts", "defaultEntry": false }
  ],
  "sharedSignals": null
}"""

REGIONS = [
    {"region": "us", "state": "ok", "latency": 88},
    {"region": "jp", "state": "slow", "latency": 1412},
    {"region": "eu", "state": "", "latency": None},
    {"region": "br", "state": "down", "latency": None},
]
CHANGES = [
    {
        "label": "Access token lifetime",
        "name": "accessTokenDuration",
        "was": "1 hour",
        "now": "24 hours",
        "note": "above the rule of 1 hour",
        "kind": "warn",
    },
    {
        "label": "Grant types",
        "name": "supportedGrantTypes",
        "lost": ["IMPLICIT"],
        "gained": ["TOKEN_EXCHANGE", "CIBA"],
    },
    {
        "label": "Callback secret",
        "name": "authenticationCallbackApiSecret",
        "replaced": True,
        "was": "7f3a 91c2",
        "now": "20be 5d17",
    },
    {
        "label": "Policy page",
        "name": "policyUri",
        "was": None,
        "now": "https://harbor.example/policy",
    },
]


class Plain(forms.Form):
    """A form as sign-in and members have it, with each kind of control."""

    email = forms.EmailField(label="E-mail", help_text="Who is invited.")
    role = forms.ChoiceField(choices=[("viewer", "Viewer"), ("editor", "Editor")])
    reason = forms.CharField(widget=forms.Textarea)
    told = forms.BooleanField(label="Tell them", help_text="By a link that you copy.")


def patterns() -> dict[str, Any]:
    now = timezone.now()
    return {
        "sections": SECTIONS,
        "type": TYPE,
        "colours": COLOURS,
        "icons": icons(),
        "settings": kinds(),
        "form": Plain({"email": "mara@harbor"}),
        "json": JSON,
        "sizes": (20, 50, 100),
        "moments": {
            "seconds": now - timedelta(seconds=20),
            "minutes": now - timedelta(minutes=6),
            "days": now - timedelta(days=19),
            "ahead": now + timedelta(days=37),
            "milliseconds": int(now.timestamp() * 1000) - 7_200_000,
        },
        "refused": _told(
            BadRequest("A redirect URI has a fragment.", status=400, code="A031207")
        ),
        "not_sent": _told(Unreachable("No connection to br.authlete.com within 3 s.")),
        "unknown": _told(
            Unanswered("The connection broke after the request had left.")
        ),
        "regions": REGIONS,
        "changes": CHANGES,
        "before": {"number": 18_204_133, "digest": "9f2c 41d8 77ab", "matches": True},
        "entry": {"number": 18_204_134, "digest": "c07e 118b 2d94", "matches": True},
        "after": {"number": 18_204_135, "digest": "51aa 9c0f b3e8", "matches": False},
        "outside": "\u202eabc <script>alert(1)</script>",
    }


def icons() -> Iterable[str]:
    """The names of all icons."""
    drawn = get_template("components/icons.html")
    partials: dict[str, object] = drawn.template.extra_data["partials"]  # type: ignore[attr-defined]
    return partials


def _told(error: AuthleteError) -> AuthleteError:
    error.request_id = "01jdf7q2w8m4"
    return error
