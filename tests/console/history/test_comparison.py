"""Restoring an earlier version leaves no differences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.documents import kinds
from console.history.comparison import IGNORED_MEMBERS, restorable_values, unrestorable_settings
from tenants.authlete.changes import diff_objects
from tenants.authlete.json.compare import is_same_for_authlete
from tenants.authlete.json.raw import RawObject, dump_json
from tenants.authlete.json.reader import parse_json
from tenants.authlete.json.splice import apply_edits
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor
from tests.console.forms.documents import documents
from tests.support.tiers import examples

REDACTOR = Redactor(b"k" * 32)
DEEP = frozenset(
    """
    client_extension issuer_metadata tagged pairs jwks scopes named_uris trust_anchors
    sns
    """.split()
)


def written(document):
    """What Authlete's text of it may be, with secrets where fingerprints are."""
    return dump_json({name: _told(value) for name, value in document.to_dict().items()})


def _told(value):
    match value:
        case dict():
            return {name: _told(item) for name, item in value.items()}
        case list():
            return [_told(item) for item in value]
        case Fingerprint():
            return "s3cret"
        case _:
            return value


@pytest.mark.parametrize("kind", [kinds.CLIENT_KIND, kinds.SERVICE_KIND], ids=lambda one: one.name)
@settings(max_examples=examples(60))
@given(data=st.data())
def test_restored_version_has_no_differences(kind, data):
    all_of_them = [one for _, one in kind.declared.values()]
    deep = [one for one in all_of_them if one.input_type.kind in DEEP]
    one = st.sampled_from(deep) | st.sampled_from(all_of_them)
    some = data.draw(st.lists(one, max_size=4, unique=True))
    then, text = (written(data.draw(documents(kind.document, some))) for _ in "12")
    then, now = (
        kind.document.model_validate(REDACTOR.redact(parse_json(one))) for one in (then, text)
    )

    _, wanted = restorable_values(kind, then, now, None)
    new = str(apply_edits(RawObject.parse(text), wanted, REDACTOR))
    after = kind.document.model_validate(REDACTOR.redact(parse_json(new)))

    stays = IGNORED_MEMBERS.union(
        setting.name for setting in unrestorable_settings(kind, then, now)
    )
    differences = diff_objects(then.to_dict(), after.to_dict(), is_same_for_authlete)
    assert {one.field.partition(".")[0].partition("[")[0] for one in differences} <= stays
    assert restorable_values(kind, then, after, None) == ({}, {})
