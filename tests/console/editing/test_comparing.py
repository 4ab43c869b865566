"""What an earlier version had comes back whole, whatever is there now."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.clients import kind as clients
from console.editing import services
from console.editing.comparing import NEVER_SAID, returned, staying
from tenants.authlete.changes import differences
from tenants.authlete.documents.compare import agree
from tenants.authlete.documents.raw import RawObject, dump
from tenants.authlete.documents.splice import edit
from tenants.authlete.reading import read
from tenants.authlete.redaction import Fingerprint, Redactor
from tests.console.forms.documents import documents

REDACTOR = Redactor(b"k" * 32)
DEEP = frozenset(
    """
    client_extension issuer_metadata tagged pairs jwks scopes named_uris trust_anchors
    sns
    """.split()
)


def written(document):
    """What Authlete's text of it may be, with secrets where fingerprints are."""
    return dump({name: _told(value) for name, value in document.wire().items()})


def _told(value):
    match value:
        case dict():
            return {name: _told(one) for name, one in value.items()}
        case list():
            return [_told(one) for one in value]
        case Fingerprint():
            return "s3cret"
        case _:
            return value


@pytest.mark.parametrize(
    "kind", [clients.KIND, services.KIND], ids=lambda one: one.name
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_differs_after_a_version_was_put_back_nor_is_there_more_to_put_back(
    kind, data
):
    all_of_them = [one for _, one in kind.declared.values()]
    deep = [one for one in all_of_them if one.show.kind in DEEP]
    one = st.sampled_from(deep) | st.sampled_from(all_of_them)
    some = data.draw(st.lists(one, max_size=4, unique=True))
    then, text = (written(data.draw(documents(kind.document, some))) for _ in "12")
    then, now = (
        kind.document.model_validate(REDACTOR.seen(read(one))) for one in (then, text)
    )

    _, wanted = returned(kind, then, now, None)
    new = str(edit(RawObject.of(text), wanted, REDACTOR))
    after = kind.document.model_validate(REDACTOR.seen(read(new)))

    stays = NEVER_SAID.union(one.name for one in staying(kind, then, now))
    found = differences(then.wire(), after.wire(), agree)
    assert {one.field.partition(".")[0].partition("[")[0] for one in found} <= stays
    assert returned(kind, then, after, None) == ({}, {})
