"""What the search box offers while something is typed."""

import pytest

from console.models import KnownClient
from tests.console.audit.conftest import NOW

URL = "/acme/audit/complete/"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("op", "operation:"),
        ("due to -act", "due to -actor:"),
        ('service:"retail b', 'service:"Retail banking" '),
        ("outcome:done,ref", "outcome:done,refused "),
        ("field:access token l", None),
        ('field:"access token l', "field:accessTokenDuration "),
        ("x client:ti", "x client:Till "),
        ("operation:service.up", "operation:service.update "),
        ("actor:audi", "actor:AUDITOR "),
        ("status:4", "status:4xx "),
        ("-status:404,unav", "-status:404,503 "),
        ("subject:a", None),
        ("after:last-q", "after:last-quarter "),
        ("reason:" + "x" * 500 + " op", None),
        ("service:a\0", None),
        ("colour:r", None),
        ('"', None),
        ("", None),
    ],
)
def test_offers_names_and_values(auditor, known, acme, typed, offered):
    known("eu", 18, "Retail banking")
    KnownClient.objects.create(
        organization=acme,
        region="eu",
        service_id=18,
        client_id=5,
        name="Till",
        words="till",
        seen_at=NOW,
    )

    response = auditor.post(URL, {"q": typed})

    found = [one.text for one in response.context["offers"]]
    assert (found[0] if found else None) == offered
    assert response.content.decode().count('role="option"') == len(found)


def test_says_no_value_of_another_organization(auditor, known, django_user_model):
    django_user_model.objects.create_user("eve@other.example")

    assert auditor.post(URL, {"q": "actor:eve"}).context["offers"] == []
