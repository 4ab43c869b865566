"""The private part of a key that was made here is at Authlete, and nowhere else: in no
answer, no table, no session, no cache, no log (promise P6).
"""

import json
import logging

import pytest
from django.test import Client

from tenants.audit.models import AuditEntry
from tenants.jobs.models import Job
from tests.support.access import ORGANIZATION_PAGES, page_path
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import KEYS, act
from tests.support.secret_scanner import (
    SecretScanner,
    collect_secrets,
    decode_signed_values,
    dump_database,
)

NEAR = ("keys:", "services:", "jobs:", "dashboard:")  # pages that could have one


@pytest.fixture
def heard(monkeypatch):
    """Every answer to anybody from now on: what was asked, its headers and its body."""
    texts = []
    ask = Client.request

    def request(self, **asked):
        response = ask(self, **asked)
        text = f"{response.headers}\n{response.cookies}\n{response.getvalue().decode()}"
        texts.append((asked["PATH_INFO"], text))
        return response

    monkeypatch.setattr(Client, "request", request)
    return texts


@pytest.fixture
def secrets(sandbox, monkeypatch):
    """Private parts that were ever sent to Authlete or kept there."""
    secret_texts = set()
    answer = type(sandbox).answer

    def listening(self, place, request):
        if request.body[:1] == b"{":
            secret_texts.update(collect_secrets(json.loads(request.body)))
        return answer(self, place, request)

    monkeypatch.setattr(type(sandbox), "answer", listening)
    return secret_texts


def everything(admin, submit_form, sandbox, start_rollover, come, worker):
    """Made, moved, refused, lost on the way, replaced, undone, taken out."""
    for alg in ("ES256", "RS256", "EdDSA"):
        submit_form(admin, "new/?set=jwks", alg=alg, kid=f"made-{alg}")
    submit_form(admin, "move/?set=jwks&key=2&to=0")
    submit_form(admin, "remove/?set=jwks&key=4", typed="made-EdDSA")
    sandbox.fault("status", operation="service.update", status=400, times=1)
    submit_form(admin, "new/?set=jwks", alg="ES256", kid="refused")
    sandbox.fault("reset", operation="service.update", after=True, times=1)
    submit_form(admin, "new/?set=jwks", alg="ES256", kid="lost")
    body = fill_form(admin.get(f"{KEYS}new/?set=jwks"), "idempotency_key", reason="x", alg="ES256")
    sandbox.services[17]["modifiedAt"] += 1
    admin.post(f"{KEYS}new/?set=jwks", body, content_type=URLENCODED)
    submit_form(admin, "move/?set=jwks&key=1&to=0")
    rollover = start_rollover()
    worker()
    come(rollover)
    act(submit_form, admin, rollover, "undo")
    for _ in range(2):
        come(rollover)
    rollover = start_rollover()
    worker()
    for _ in range(2):
        come(rollover)
    return rollover


@pytest.mark.slow
def test_private_part_is_stored_nowhere(
    admin, submit_form, sandbox, start_rollover, come, worker, heard, secrets, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    rollover = everything(admin, submit_form, sandbox, start_rollover, come, worker)
    assert rollover.state == "retired"
    job = Job.objects.latest("created_at").pk
    for name in ORGANIZATION_PAGES:
        if name.startswith(NEAR):
            admin.get(page_path(name, rollover=rollover.pk, job=job))
    for entry in AuditEntry.objects.exclude(effect="read"):
        admin.get(page_path("audit:entry", entry=entry.entry))
    stored = [
        *heard,
        *(
            ("carried by a form", value)
            for _, text in heard
            for value in decode_signed_values(text)
        ),
        *dump_database(),
        *(("log", f"{record.getMessage()} {record.__dict__}") for record in caplog.records),
        ("output", "".join(capfd.readouterr())),
    ]

    assert len(secrets) > 15
    hunt = SecretScanner(secrets - {"s3cret"})
    assert [place for place, text in stored if hunt.find_leak(text)] == []
