"""Helpers for the tests of members."""

import re

from tenants.audit.models import AuditEntry


def entries(operation):
    """What the record tells, oldest first: object, outcome, changes."""
    found = AuditEntry.objects.filter(operation=operation).exclude(actor="setup")
    found = found.order_by("seq")
    return [(one.object, one.outcome, one.changes) for one in found]


def url(person, page="close"):
    return f"/acme/members/{person.pk}/{page}/"


def told(operation):
    """The organizations in whose record it is."""
    found = AuditEntry.objects.filter(operation=operation, outcome="done")
    return sorted(found.values_list("organization", "reason", "object"))


PASSWORD = "plum orbit ladder seven"


def link_in(response):
    page = response.content.decode()
    found = re.search(r"http://testserver(/accounts/password/new/[^\"<]+)", page)
    assert found, "no link"
    return found[1]
