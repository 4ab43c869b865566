"""What a name stands for in a search, and what was meant by one that nobody knows."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.models import KnownClient
from tenants.audit.models import AuditEntry
from tests.console.audit.conftest import NOW
from tests.console.audit.test_filters import URL, shown


def known_client(organization, name, client_id=42):
    """Let the list of clients have shown one."""
    KnownClient.objects.create(
        organization=organization,
        region="us",
        service_id=17,
        client_id=client_id,
        name=name,
        seen_at=NOW,
    )


def test_calls_clients_by_their_names(auditor, acme, keep):
    known_client(acme, "Till <1>")
    keep("client.update", region="us", service="17", client="42")

    response = auditor.get(URL, {"client": "42"})

    assert shown(response) == ["Saved Till <1>"]
    assert [chip.label for chip in response.context["chips"]] == [
        "Client: Till <1> (42)"
    ]
    assertContains(response, "<bdi>Till &lt;1&gt;</bdi></a></small>", count=1)
    entry = AuditEntry.objects.get(operation="client.update").entry
    assertContains(
        auditor.get(f"{URL}{entry}/"),
        f'<a href="{URL}?client=42&amp;region=us"><bdi>Till &lt;1&gt;</bdi></a>',
    )


SUGGESTED = [
    ("servise:Shop", "service"),
    ("who:ida", "actor"),
    ("effect:destory", "destroy"),
    ("operation:service.updte", "service.update"),
    ("field:pkceRequird", "pkceRequired"),
    ("service:Shpo", "Shop"),
    ("client:Tlil", "Till"),
    ("-actor:auditro", "AUDITOR"),
    ("-outcome:refusd", "refused"),
]


@pytest.mark.parametrize(("typed", "meant"), SUGGESTED)
def test_asks_whether_something_like_it_was_meant(
    auditor, acme, keep, known, typed, meant
):
    known("us", 17, "Shop")
    known_client(acme, "Till")
    keep()

    response = auditor.post(URL, {"q": typed})

    assertContains(response, f"Did you mean “{meant}”?", status_code=422)
    assertContains(response, f'value="{typed}"', status_code=422)
    assertNotContains(response, "<td", status_code=422)
