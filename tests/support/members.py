"""Helpers for the tests of members."""

import re

from allauth.mfa.totp.internal import auth as totp
from django.core import mail

from tenants.audit.models import AuditEntry
from tests.support.accounts import pending


def entries(operation):
    """What the record tells, oldest first: object, outcome, changes."""
    matching = AuditEntry.objects.filter(operation=operation).exclude(actor="setup")
    matching = matching.order_by("seq")
    return [(entry.object, entry.outcome, entry.changes) for entry in matching]


def url(person, page="close"):
    return f"/acme/members/{person.pk}/{page}/"


def change_entries(operation):
    """Return ``(organization, reason, object)`` of an operation's entries."""
    entries = AuditEntry.objects.filter(operation=operation, outcome="done")
    return sorted(entries.values_list("organization", "reason", "object"))


PASSWORD = "plum orbit ladder seven"


def link_in(response):
    """The path of the link that the page shows to an admin."""
    page = response.content.decode()
    match = re.search(r"http://testserver(/accounts/invitation/[^\"<]+)", page)
    assert match, "no link"
    return match[1]


def link_mailed(email):
    """The path of the last link that was mailed to this address."""
    texts = [str(message.body) for message in mail.outbox if message.to == [email]]
    assert texts, "no mail"
    match = re.search(r"http://testserver(/accounts/invitation/\S+)", texts[-1])
    assert match, "no link"
    return match[1]


def open_link(browser, link):
    return browser.get(link, follow=True)


def set_password(browser, link, password=PASSWORD):
    """Open the link and set a password; return the response to the form."""
    open_link(browser, link)
    chosen = {"password1": password, "password2": password}
    return browser.post("/accounts/invitation/", chosen)


def enroll_authenticator(browser, step=0):
    """Set up an authenticator app as a signed-in person; return its seed."""
    browser.get("/accounts/2fa/totp/activate/")
    seed = pending(browser)
    done = browser.post("/accounts/2fa/totp/activate/", {"code": current_code(seed, step)})
    assert done.status_code == 302
    return seed


def current_code(seed, step=0):
    now = [*totp.yield_hotp_counters_from_time()][1]
    return totp.format_hotp_value(totp.hotp_value(seed, now + step))
