"""Search texts are found by the trigram index, whatever changed them."""

import pytest
from django.db import connection

from console.inventory.index import index_client, index_clients, remove_client
from console.models import KnownClient, text_search
from console.models.text_search import filter_words
from tenants.authlete.documents.client import Client

pytestmark = pytest.mark.django_db


def client(client_id, name):
    return Client.model_validate({"clientId": client_id, "clientName": name})


def find(*words):
    return list(
        filter_words(KnownClient.objects.order_by("pk"), words).values_list("name", flat=True)
    )


def test_index_follows_added_changed_and_removed_clients(acme):
    index_clients(acme, "us", 17, [client(1, "Ledger sync"), client(2, "Mail relay")])
    assert find("edge") == ["Ledger sync"]

    index_client(acme, "us", 17, client(1, "Archive"))
    assert find("edge") == []
    assert find("archive") == ["Archive"]

    remove_client(acme, "us", 17, 1)
    assert find("archive") == []
    assert find("relay") == ["Mail relay"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (['100% "sync" or\''], ['100% "Sync" OR\'']),
        (["100%", "or"], ['100% "Sync" OR\'']),
        (["1_0%"], []),
        (["決済"], ["決済アプリ"]),
        (["済アプ"], ["決済アプリ"]),
        (["zz"], []),
        (["sync\0"], []),
        ([], ['100% "Sync" OR\'', "決済アプリ"]),
    ],
)
def test_words_match_literally(acme, words, names):
    index_clients(acme, "us", 17, [client(1, '100% "Sync" OR\''), client(2, "決済アプリ")])

    assert find(*words) == names


def test_frequent_words_match_without_the_index(acme, monkeypatch):
    monkeypatch.setattr(text_search, "MAX_INDEXED_ROWS", 1)
    index_clients(acme, "us", 17, [client(1, "Sync 1"), client(2, "Sync 2"), client(3, "Relay")])

    assert find("sync") == ["Sync 1", "Sync 2"]


def test_rare_words_are_found_by_the_index(acme):
    index_clients(acme, "us", 17, [client(n, f"Client {n}") for n in range(50)])
    rows = filter_words(KnownClient.objects.all(), ["nothing like it"])

    if connection.vendor == "sqlite":
        assert "known_client_text" in rows.explain()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "known_client_text" in rows.explain()
