"""A client's secrets are in the one answer that is there to show them, and nowhere
else: in no other answer, no table, no session, no cache, no log (promise P6).

Everything is done that can be done with a client, every page is walked as every role,
and then all that was answered, kept and logged is searched.
"""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from console.models import Rotation, Selection
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Job
from tenants.organizations.roles import Role
from tests.support.access import ORGANIZATION_PAGES, page_path
from tests.support.clients import CLIENT, create, entered, make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.secret_scanner import (
    SecretScanner,
    collect_secrets,
    decode_signed_values,
    dump_database,
)

LISTED = CLIENT.replace("44/", "")
# Secrets of all kinds that a client may have, each as its last one.
HELD = {
    "clientSecret": "fdce8e4a65b70d186bd7-5527-aaaa",
    "registrationAccessTokenHash": "8fc8c41e6d305efa3ac6-5527-bb",
    "jwks": json.dumps(
        {
            "keys": [
                {"kty": "oct", "kid": "a", "k": "58306c20630183551108-5527-cc"},
                {
                    "kty": "RSA",
                    "kid": "b",
                    "n": "AQAB",
                    "e": "AQAB",
                    "d": "7db2ce0ee4791ed27801-5527-dd",
                    "oth": [{"r": "3aebbc041e2be779dffc-5527-ee"}],
                },
            ]
        }
    ),
    "attributes": [
        {"key": "department", "value": "finance"},
        {"key": "backup_secret", "value": "6f884201c0e0a5a95ba9-5527-ff"},
        {"key": "legacyPassword", "value": "7b751f80b8fcae71c3d4-5527-gg"},
    ],
    "customMetadata": '{"tier":"gold","api_secret":"1df3c9b95493dc65c809-5527-hh"}',
    "futureSecret": "230a7ff8440064c10b8d-5527-ii",
    "fromTheFuture": {"deep": [{"privateKey": "122deabcac58930a43f9-5527-jj"}]},
    "description": (
        "-----BEGIN PRIVATE KEY-----\n7c8b41670465a4339bcb-5527-kk\n-----END PRIVATE KEY-----"
    ),
    "extension": {
        "futureToken": "aac2472225f6778bc50e-5527-ll",
        "note": "5d1f4a3be0c94c0c8b7a-5527-pp",
    },
    "connectionString": "0b7dc1a22cf3487fa1ee-5527-qq",
    "knownToNobody": [{"name": "a", "parts": ["9f2c8e10d4b64d5b9d3c-5527-rr"]}],
}
HIDDEN = [f"-5527-{letter * 2}" for letter in "abcdefghijklpqr"]
CHOSEN = "chosen-by-somebody-5527-mm"
TYPED = '{"keys":[{"kty":"oct","k":"typed-and-refused-5527-nn"}]}'
REFUSED = "sent-and-refused-5527-oo"


@pytest.fixture
def heard(monkeypatch):
    """Every answer to anybody from now on: what was asked, its headers and its body."""
    texts = []
    ask = Client.request

    def request(self, **asked):
        response = ask(self, **asked)
        body = response.getvalue()
        text = f"{response.headers}\n{response.cookies}\n{body.decode()}"
        texts.append((f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']}", text))
        return response

    monkeypatch.setattr(Client, "request", request)
    return texts


@pytest.fixture
def shown_secrets():
    """Secrets that pages displayed, as ``(page, secret)``."""
    return []


@pytest.fixture
def everything(
    admin,
    submit_form,
    submit_settings,
    save,
    select_clients,
    sandbox,
    worker,
    ledger,
    shown_secrets,
):
    """Do all that can be done with a client, and leave something of each kind open."""

    def everything():
        ledger.update(HELD, jwks=None)  # which no update could keep
        sandbox.clients[45] = make_client(45, **HELD | {"clientName": "Other"})
        edited(admin, submit_settings, save, sandbox)
        sandbox.clients[44]["jwks"] = HELD["jwks"]
        typed(admin)
        replaced(admin, submit_form, sandbox, shown_secrets)
        create_secrets(admin, submit_form, shown_secrets)
        return many_clients(admin, select_clients, worker)

    return everything


def edited(admin, submit_settings, save, sandbox):
    """A saved, an undone, a refused and a pending change."""
    submit_settings(admin, client_name="Ledger")
    entry = save(admin).url
    admin.get(entry)
    admin.post(entry.replace("/saved/", "/restore/"), follow=True)
    message = f"Bad: {HELD['clientSecret']}"
    sandbox.fault("status", operation="client.update", status=400, message=message)
    save(admin)
    sandbox.faults.clear()


def typed(admin):
    """A private key that is refused, and kept with the form as it stands."""
    for url in (f"{CLIENT}edit/keys/draft/", f"{CLIENT}edit/keys/"):
        body = fill_form(admin.get(f"{CLIENT}edit/keys/"), "base", jwks=TYPED)
        admin.post(url, body, content_type=URLENCODED)


def replaced(admin, submit_form, sandbox, shown_secrets):
    """Every way to change its secret."""
    message = f"Bad: {REFUSED}"
    sandbox.fault("status", operation="client.set_secret", status=400, message=message)
    submit_form(admin, "secret/set", secret=REFUSED)
    sandbox.faults.clear()
    submit_form(admin, "secret/set", secret=CHOSEN)
    submit_form(admin, "reveal")
    shown_secrets.append(("reveal", CHOSEN))
    for end in ("undo", "forget"):
        submit_form(admin, "stage")
        shown_secrets.append(("stage", Rotation.objects.get(state="staged").new_secret))
        admin.post(f"{CLIENT}stored/")
        submit_form(admin, "activate")
        submit_form(admin, end)
    submit_form(admin, "rotate")
    shown_secrets.append(("rotate", sandbox.clients[44]["clientSecret"]))
    submit_form(admin, "stage")
    shown_secrets.append(("stage", Rotation.objects.get(state="staged").new_secret))
    at = timezone.localtime(timezone.now() + timedelta(hours=1))
    submit_form(admin, "activate", when="later", at=at.strftime("%Y-%m-%dT%H:%M"))


def create_secrets(admin, submit_form, shown_secrets):
    """Create a key pair and a client, and prepare a copy."""
    page = submit_form(admin, "key", having="alg", alg="ES256")
    private = json.loads(page.context["key_pair"].private)
    shown_secrets.append(("key", private["d"]))
    create(admin)
    new = entered(admin, "original=us/17/44")
    admin.get(new)


def many_clients(admin, select_clients, worker):
    """Lock clients with a job, and leave a preview open."""
    preview = admin.post(select_clients(admin, 45), {"action": "lock"})["Location"]
    body = fill_form(admin.get(preview), "reviewed", reason="Yearly", ticket="")
    admin.post(preview, body, content_type=URLENCODED)
    worker()
    selection = select_clients(admin, 44, 45)
    admin.post(selection, {"action": "lock"})
    return {
        "selection": Selection.objects.get().pk,
        "job": Job.objects.latest("created_at").pk,
        "entry": AuditEntry.objects.filter(operation="client.update")[0].entry,
        "section": "all",
    }


DOWNLOADS = ("?download=csv", "?download=jsonl", "?download", "?all=yes&size=100")


def walk(browser, places):
    """Every page, every file, and every entry of the record."""
    for name in ORGANIZATION_PAGES:
        browser.get(page_path(name, **places))
    for query in DOWNLOADS:
        for page in (LISTED, "/acme/clients/", f"{CLIENT}document/", f"{CLIENT}fields/"):
            browser.get(page + query)
    for entry in AuditEntry.objects.exclude(effect="read"):
        browser.get(page_path("audit:entry", entry=entry.entry))


@pytest.mark.slow
def test_secret_appears_in_one_response_only(
    everything, member, admin, heard, shown_secrets, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    places = everything()
    walk(admin, places)
    for role in set(Role) - {Role.ADMIN}:
        walk(member(role), places)
    stored = [
        *(
            ("carried by a form", value)
            for _, text in heard
            for value in decode_signed_values(text)
        ),
        *dump_database(),
        *(("log", f"{record.getMessage()} {record.__dict__}") for record in caplog.records),
        ("output", "".join(capfd.readouterr())),
    ]

    assert len(heard) > 300
    old = {*collect_secrets(HELD), *HIDDEN, REFUSED, TYPED}
    assert hits(old, [*heard, *stored]) == []
    new = {secret for _, secret in shown_secrets}
    assert hits(new, stored) == []
    assert hits(new, heard) == [f"POST {CLIENT}{name}/" for name, _ in shown_secrets]


def hits(secrets, places):
    hunt = SecretScanner(secrets)
    return [place for place, text in places if hunt.find_leak(text)]
