"""Suggestions of the search box."""

import pytest
from django.db import connection
from django.utils.translation import override, trans_real

from console.audit_log.suggestions import suggest_completions
from console.models import KnownClient
from tenants.audit.models import AuditEntry
from tenants.authlete.outcome import Outcome
from tenants.authlete.result_codes import get_meaning
from tenants.models import Organization
from tests.support.audit import NOW

URL = "/acme/audit/complete/"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("op", "operation:"),
        ("due to -act", "due to -actor:"),
        ('service:"retail b', 'service:"Retail banking" '),
        ("outcome:done,ref", "outcome:done,refused "),
        ("field:access token d", None),
        ('field:"access token d', "field:accessTokenDuration "),
        ("x client:ti", "x client:Till "),
        ("operation:service.up", "operation:service.update "),
        ("Actor:audi", "Actor:AUDITOR "),
        ("actor:a", "actor:AUDITOR "),  # not who has an "a" further on
        ("actor:work", 'actor:"worker of nights" '),
        ("operation:sign", "operation:sign_in.done "),
        ("effect:d", "effect:destroy "),
        ("code:a004", "code:A004201 "),
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
def test_names_and_values_are_suggested(
    auditor, add_service, add_entry, make_actor, acme, typed, offered
):
    auditor.get("/acme/audit/")
    add_entry(actor=make_actor("worker of nights"), end=Outcome.REJECTED, code="A004201")
    add_service("eu", 18, "Retail banking")
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

    texts = [offer.text for offer in response.context["suggestions"]]
    assert (texts[0] if texts else None) == offered
    assert response.content.decode().count('role="option"') == len(texts)


@pytest.mark.parametrize("typed", ["an", "An", "AN", "aN"])
def test_actor_suggestions_ignore_case(auditor, add_entry, make_actor, typed):
    for name in ("zoe", "Anna", "ANTON", "andy", "aaron"):
        add_entry(actor=make_actor(name))

    offers = auditor.post(URL, {"q": f"actor:{typed}"}).context["suggestions"]

    assert [offer.completion for offer in offers] == ["andy", "Anna", "ANTON"]


def test_names_of_several_words_match_lower_case(auditor, add_entry, make_actor):
    for name in ("J.Sanders", "J.Smith"):
        add_entry(actor=make_actor(name))

    offers = auditor.post(URL, {"q": "actor:j.sm"}).context["suggestions"]

    assert [offer.completion for offer in offers] == ["J.Smith"]


def test_suggestions_do_not_depend_on_the_collation(auditor, add_entry, make_actor):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"ALTER TABLE {AuditEntry._meta.db_table}"
                ' ALTER COLUMN actor TYPE varchar(254) COLLATE "und-x-icu"'
            )
    for name in ("aaron", "Abel", "abigail", "Ada"):
        add_entry(actor=make_actor(name))

    offers = auditor.post(URL, {"q": "actor:a"}).context["suggestions"]

    names = [offer.completion for offer in offers if offer.completion != "AUDITOR"]
    assert names == ["aaron", "Abel", "abigail", "Ada"]


def test_result_codes_are_explained_in_the_readers_language(acme, add_entry, monkeypatch):
    add_entry(end=Outcome.REJECTED, code="A004201")
    words = vars(trans_real.translation("ja"))["_catalog"]._catalogs[0]
    monkeypatch.setitem(words, get_meaning("A004201"), "だめ")

    with override("ja"):
        (suggestion,) = suggest_completions("code:a004", acme)

    assert suggestion.meaning == "だめ"


def test_values_of_other_organizations_are_not_suggested(auditor, add_entry, make_actor):
    other = Organization.objects.create(slug="other", name="Other")
    add_entry(actor=make_actor("eve@other.example", organization=other), code="A1")

    for typed in ("actor:eve", "code:a"):
        assert auditor.post(URL, {"q": typed}).context["suggestions"] == []
