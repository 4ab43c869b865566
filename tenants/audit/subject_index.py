"""Keyed fingerprints of subjects, for URLs and saved searches.

The key derives from the oldest of `AUDIT_KEYS`, so a new first key changes no fingerprint. After
removing the oldest key, `audit_marks` recomputes all. See
docs/explanation/decisions/subject-index.md.
"""

import hmac
import re
from collections.abc import Iterator

from django.db import connection, models, transaction

from tenants.audit.integrity.chain import get_audit_keys

FINGERPRINT_HEX_DIGITS = 32  # hexadecimal digits
SUBJECT_FINGERPRINT_PATTERN = re.compile(rf"[0-9a-f]{{{FINGERPRINT_HEX_DIGITS}}}")
ENTRIES_PER_TRANSACTION = 1000  # so that the audit writer isn't blocked for long


def fingerprint_subject(organization: int, subject: str) -> str | None:
    """Return the fingerprint of a subject in an organization, or None."""
    if not subject:
        return None
    keys = get_audit_keys()
    data = f"meridian audit subject v1\n{organization}\n{subject}"
    return hmac.digest(keys[keys.oldest], data.encode(), "sha256").hex()[:FINGERPRINT_HEX_DIGITS]


def rebuild_fingerprints(entries: type[models.Model]) -> Iterator[int]:
    """Recompute fingerprints in batches; yield the number of corrected entries."""
    change = (
        f"UPDATE {entries._meta.db_table} SET mark = %s"  # noqa: S608
        " WHERE organization_id = %s AND seq = %s"
    )
    all_of_them = entries._default_manager.order_by()
    for (organization,) in all_of_them.values_list("organization_id").distinct():
        entries_of_organization, last = all_of_them.filter(organization_id=organization), 0
        about = entries_of_organization.filter(subject__gt="").order_by("seq")
        columns = about.values_list("seq", "subject", "mark")
        while rows := list(columns.filter(seq__gt=last)[:ENTRIES_PER_TRANSACTION]):
            wrong = [
                (right, organization, seq)
                for seq, subject, now in rows
                if (right := fingerprint_subject(organization, subject)) != now
            ]
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(change, wrong)
            yield len(wrong)
            last = rows[-1][0]
