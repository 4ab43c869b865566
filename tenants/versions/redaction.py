"""Hide texts of unknown fields in versions that an older release stored in clear.

A content keeps its digest, because MACs of versions and the audit log contain it.
"""

import logging
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from django.db import transaction

from tenants.audit.actor import Actor
from tenants.audit.events import VERSIONS_REDACT
from tenants.audit.recorder import record_action
from tenants.authlete.snapshots import hide_unknown_texts
from tenants.versions.models import Content, Version
from tenants.versions.recorder import digest_without_counts

log = logging.getLogger(__name__)

MAX_CONTENTS_PER_BATCH = 100


def redact_stored_contents(build_actor: Callable[[int], Actor]) -> Iterator[int]:
    """Hide unknown texts in all contents that may have some; yield the number per batch.

    Raises `AuditUnavailableError`, and then the rest of that batch stays.
    """
    waiting = Content.objects.filter(is_redacted=False)
    while contents := {content.pk: content for content in waiting[:MAX_CONTENTS_PER_BATCH]}:
        by_organization = defaultdict(list)
        for version in Version.objects.filter(digest__in=contents).order_by("pk"):
            by_organization[version.organization_id].append(version)
        for organization, versions in by_organization.items():
            changed = [version for version in versions if _hide_texts(version, contents)]
            if changed:
                label = f"{len(changed)} versions"
                with record_action(build_actor(organization), VERSIONS_REDACT, label=label):
                    _save(changed, contents)
        used = {version.digest for versions in by_organization.values() for version in versions}
        waiting.filter(pk__in=contents.keys() - used).delete()  # of which no object is known
        waiting.filter(pk__in=used).update(is_redacted=True)
        yield len(contents)


def _hide_texts(version: Version, contents: Mapping[str, Content]) -> bool:
    """Hide unknown texts in a version's content; return whether there were any."""
    content = contents[version.digest]
    try:
        text = hide_unknown_texts(content.text, version.redactor)
    except (ValueError, zlib.error):
        log.exception("the content of %s can't be read", version)
        return False
    if text == content.text:
        return False
    content.pack(text)
    version.sketch = digest_without_counts(text)
    return True


def _save(versions: Sequence[Version], contents: Mapping[str, Content]) -> None:
    with transaction.atomic():
        changed = [contents[digest] for digest in {version.digest for version in versions}]
        Content.objects.bulk_update(changed, ["packed"])
        Version.objects.bulk_update(versions, ["sketch"])
