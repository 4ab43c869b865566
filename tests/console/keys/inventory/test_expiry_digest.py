"""Expiry mails: each threshold once, none lost."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outbox
from django.core.cache import cache
from django.utils import timezone

from console.keys.inventory import expiry_digest
from console.models import ExpiryDigest, KnownKey
from console.ops.environment import mailer_config
from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.outbound import mail
from tests.support.keys import ENDS, START, certificate
from tests.support.sample_keys import make_certified_key, make_jwk_set


@pytest.fixture
def readers(acme, member):
    """An admin and an editor who get mail, and a viewer who does not."""
    for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER):
        member(role)
        user = acme.membership_set.get(role=role).user
        user.email = f"{role.value}@acme.example"
        user.save()
    return acme


@pytest.fixture
def day(acme, time_machine):
    """Return a function that sends digests twice on a day after the start."""

    def run_day(number):
        time_machine.move_to(START + timedelta(days=number), tick=False)
        outbox.outbox.clear()
        for _ in range(2):
            cache.delete(f"ends-looked:{acme.pk}")
            expiry_digest.send_expiry_digests()
        return [message.body for message in outbox.outbox]

    return run_day


@pytest.mark.slow
def test_each_threshold_and_the_expiry_are_mailed_once(readers, day):
    certificate(readers)

    mails = {number: day(number) for number in range(150)}

    assert [number for number, mail in mails.items() if mail] == [30, 90, 113, 119, 120]
    assert all(len(mail) <= 1 for mail in mails.values())
    words = ["Within 90 days", "Within 30 days", "Within 7 days", "Within a day"]
    for number, subject in zip((30, 90, 113, 119, 120), [*words, "Expired"], strict=True):
        assert subject in mails[number][0]
        assert "Certificate CN=gateway.example (Ledger, Europe)" in mails[number][0]
    assert "expires on 25 Mar 2027" in mails[30][0]
    assert "expired on 25 Mar 2027" in mails[120][0]


def test_renewed_certificate_starts_over(readers, day):
    certificate(readers)
    assert day(95)

    KnownKey.objects.update(ends_at=ENDS + timedelta(days=90), thumbprint="cd34")

    assert not day(119)
    assert day(121)


def test_late_discovery_mails_the_current_threshold_only(readers, day):
    certificate(readers)

    (text,) = day(118)

    assert "Within 7 days" in text
    assert "Within 90 days" not in text


def test_admins_and_editors_get_one_mail_a_day(readers, day):
    certificate(readers)
    certificate(readers, thumbprint="cd34", subject="CN=other")
    Credential.objects.update(expires_on=ENDS.date())

    (text,) = day(118)

    (message,) = outbox.outbox
    assert message.to == ["admin@acme.example", "editor@acme.example"]
    assert message.subject == "Acme: 3 expiring soon"
    assert text.count("\n- ") == 3
    assert "Credential (United States)" in text
    certificate(readers, thumbprint="ef56")
    assert not day(118)
    assert day(119)


def test_failed_mail_is_sent_later(readers, day, monkeypatch):
    certificate(readers)
    sends = mail.send

    def refuse(*_, **__):
        raise SMTPServerDisconnected("gone")

    monkeypatch.setattr(mail, "send", refuse)
    assert not day(95)
    assert ExpiryDigest.objects.get().sent_at is None

    monkeypatch.setattr(mail, "send", sends)

    (text,) = day(97)
    assert "Within 30 days" in text
    assert not day(98)


def test_worker_killed_before_sending_loses_no_mail(readers, day, monkeypatch, time_machine):
    certificate(readers)
    sends = mail.send

    def be_killed(*_, **__):
        raise SystemExit

    monkeypatch.setattr(mail, "send", be_killed)
    with pytest.raises(SystemExit):
        day(95)
    monkeypatch.setattr(mail, "send", sends)

    expiry_digest.send_pending_digests()  # another worker, at once: somebody may still be at it
    assert not outbox.outbox
    time_machine.move_to(timezone.now() + timedelta(minutes=5), tick=False)
    expiry_digest.send_pending_digests()
    expiry_digest.send_pending_digests()

    assert len(outbox.outbox) == 1


def test_digest_reads_services_and_names_unread_clients(readers, day, sandbox, time_machine):
    time_machine.move_to(START, tick=False)
    sandbox.services[17]["jwks"] = make_jwk_set(make_certified_key("mtls", 20))

    (text,) = day(0)

    assert "Certificate CN=gateway (Shop, United States)" in text
    assert "Clients in United States were never synced." in text
    entries = AuditEntry.objects.filter(operation="service.list")
    assert {(entry.actor, entry.organization) for entry in entries} == {("worker", "acme")}


def test_disabled_mail_records_no_notification(readers, day, settings):
    settings.MAILERS = mailer_config("")
    certificate(readers)

    assert not day(118)
    assert not ExpiryDigest.objects.exists()
