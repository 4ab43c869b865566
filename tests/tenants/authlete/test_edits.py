"""Editing some members of an object."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tenants.authlete import errors
from tenants.authlete.api.services import GET, UPDATE
from tenants.authlete.changes import FieldChange
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.write_locks import LocalWriteLocks

TEXT = """{
  "apiKey": 17, "serviceName": "Shop", "accessTokenDuration": 3.6E3,
  "modifiedAt": 5, "apiSecret": "s3cret-of-the-shop",
  "jwks": "{\\"keys\\":[{\\"kty\\":\\"oct\\",\\"k\\":\\"pr1vate\\"}]}",
  "fromTheFuture": {"b": 1E2, "a": [-0, "\\ud800", "\\u00e9"]},
  "supportedScopes":
  [{"name":"one","new":1.50},{"name":"two","description":"x","new":-0}]
}"""


@pytest.fixture
def update(mock_api):
    mock_api.get("/api/17/service/get").respond(content=TEXT.encode())
    return mock_api.post("/api/17/service/update").respond(content=TEXT.encode())


def edit(authlete, base=5, **edits):
    return authlete.edit(
        GET, UPDATE, path_params={"service_id": 17}, base_version=base, edits=edits
    )


def sent_body(update):
    return update.calls.last.request.content.decode()


def test_only_the_edited_value_changes_in_the_text(authlete, update):
    edit(authlete, serviceName="Store")

    assert sent_body(update) == TEXT.replace('"Shop"', '"Store"')


def test_equal_number_keeps_its_text(authlete, update):
    edit(authlete, accessTokenDuration=3600, serviceName="Shop")

    assert sent_body(update) == TEXT


def test_unknown_fields_of_list_items_are_preserved(authlete, update):
    two, three = {"name": "two", "description": "y"}, {"name": "three"}

    edit(authlete, supportedScopes=[two, three])

    assert sent_body(update) == TEXT.replace(
        '[{"name":"one","new":1.50},{"name":"two","description":"x","new":-0}]',
        '[{"name":"two","description":"y","new":-0},{"name": "three"}]',
    )


def test_secrets_are_sent_back_unchanged(authlete, update):
    service = authlete.service(17).get()

    assert isinstance(service.to_dict()["apiSecret"], Fingerprint)
    assert not re.search("s3cret|pr1vate", repr(service))
    edit(authlete, apiSecret=service.to_dict()["apiSecret"], jwks=service.to_dict()["jwks"])
    assert sent_body(update) == TEXT


def test_fingerprint_in_another_field_is_rejected(authlete, update):
    redacted = authlete.service(17).get().to_dict()

    for edits in (
        {"serviceName": redacted["apiSecret"]},
        {"jwks": redacted["jwks"].replace("oct", "RSA")},
    ):
        with pytest.raises(errors.InvalidRequestError, match="fingerprint"):
            edit(authlete, **edits)
    assert not update.called


def test_stale_version_is_rejected(authlete, update):
    with pytest.raises(errors.StaleVersionError) as caught:
        edit(authlete, base=4, serviceName="Store")

    assert not update.called
    assert caught.value.current["serviceName"] == "Shop"
    assert "s3cret" not in repr(caught.value.current)


def test_partial_view_is_rejected(authlete, mock_api):
    part = {"apiKey": 17, "number": 1, "serviceName": "Shop"}
    mock_api.get("/api/17/service/get").respond(json=part)

    with pytest.raises(errors.PartialViewError):
        edit(authlete, serviceName="Store")


def test_changes_are_logged_without_secrets(authlete, update, audit_sink):
    new = json.dumps({"keys": [{"kty": "oct", "k": "n3w-pr1vate"}]})

    edit(authlete, accessTokenDuration=600, apiSecret="n3w-s3cret", jwks=new)

    changes = {change.field: change for change in audit_sink.intents[-1].changes}
    assert list(changes) == ["accessTokenDuration", "apiSecret", "jwks"]
    assert changes["accessTokenDuration"].after == 600
    assert changes["apiSecret"].before != changes["apiSecret"].after
    assert not re.search("s3cret|pr1vate", repr(changes))
    assert re.search("n3w-s3cret.*n3w-pr1vate", sent_body(update), re.DOTALL)


def test_none_removes_a_field(authlete, update):
    edit(authlete, serviceName=None, description=None)

    assert sent_body(update) == TEXT.replace(' "serviceName": "Shop",', "")


def test_none_adds_no_null_to_an_object(authlete, update):
    scope = {"name": "one", "description": None, "attributes": None}
    two = {"name": "two", "description": None}

    edit(authlete, supportedScopes=[scope, two])

    assert sent_body(update) == TEXT.replace('"description":"x",', "")


def test_entry_has_the_name_of_the_object(authlete, update, audit_sink):
    edit(authlete, serviceName="Store")

    assert [call.label for call in audit_sink.intents] == ["", "Shop"]


def test_result_has_changes_and_the_entry_id(authlete, update, audit_sink):
    written = edit(authlete, accessTokenDuration=600, serviceName="Shop")

    assert written.entry_id == "id-1"
    assert written.changes == (FieldChange("accessTokenDuration", 3600, 600),)
    assert written.changes == audit_sink.intents[1].changes


def test_removed_list_item_is_a_change(authlete, update):
    written = edit(authlete, supportedScopes=[{"name": "two", "description": None}])

    removed, emptied = written.changes
    assert (removed.field, removed.after) == ("supportedScopes[one]", None)
    assert emptied == FieldChange("supportedScopes[two].description", "x", None)


def test_unknown_fields_of_items_are_not_logged(authlete, mock_api, update, audit_sink):
    text = TEXT.replace("1.50", '"c4nary"').encode()
    mock_api.get("/api/17/service/get").respond(content=text)

    edit(authlete, supportedScopes=[{"name": "two", "description": "x"}])

    (removed,) = audit_sink.intents[-1].changes
    assert removed.before["name"] == "one"
    assert isinstance(removed.before["new"], Fingerprint)


def reply(update, old="", new="", **members):
    """Let Authlete answer with what it was sent, but for one text."""

    def answer(request):
        text = request.content.decode().replace('"modifiedAt": 5', '"modifiedAt": 6')
        assert old in text
        document = json.loads(text.replace(old, new)) | members
        return httpx.Response(200, content=json.dumps(document))

    update.mock(side_effect=answer)


@pytest.mark.parametrize(
    ("old", "new", "surprise"),
    [
        ("600", "900", FieldChange("accessTokenDuration", 600, 900)),
        ('"accessTokenDuration": 600,', "", FieldChange("accessTokenDuration", 600, None)),
        ('"Shop"', '"Shoppe"', FieldChange("serviceName", "Shop", "Shoppe")),
        ('"description":"x",', "", FieldChange("supportedScopes[two].description", "x", None)),
        ('"a": [', '"c": 1, "a": [', FieldChange("fromTheFuture.c", None, 1)),
        (
            '"modifiedAt"',
            '"supportedDisplays": ["PAGE"], "modifiedAt"',
            FieldChange("supportedDisplays", None, ["PAGE"]),
        ),
    ],
)
def test_unexpected_changes_are_returned(authlete, update, audit_sink, old, new, surprise):
    reply(update, old, new)

    written = edit(authlete, accessTokenDuration=600)

    assert written.unexpected_changes == (surprise,)
    assert audit_sink.outcomes[-1].unexpected_changes == (surprise,)


def test_values_of_unknown_fields_are_redacted_in_unexpected_changes(authlete, update, audit_sink):
    reply(update, '"a": [', '"c": "c4nary", "a": [')

    (change,) = edit(authlete, accessTokenDuration=600).unexpected_changes

    assert (change.field, change.before) == ("fromTheFuture.c", None)
    assert isinstance(change.after, Fingerprint)
    assert "c4nary" not in str(audit_sink.outcomes)


def test_unexpectedly_changed_secret_is_redacted(authlete, update):
    reply(update, "pr1vate", "an0ther")

    (surprise,) = edit(authlete, accessTokenDuration=600).unexpected_changes

    assert surprise.field == "jwks"
    assert not re.search("pr1vate|an0ther", repr(surprise))


def test_equivalent_values_are_no_unexpected_change(authlete, update):
    was, will_be = (
        {"keys": [{"kty": "EC", "kid": "1", "crv": "P-256", "d": "s"}]},
        '{ "keys": [ {"kid":"1", "d":"s", "crv":"P-256", "kty":"EC"} ] }',
    )
    reply(
        update,
        jwks=will_be,
        supportedScopes=[{"name": "two", "description": "y", "new": 0}, {"name": "one"}],
        supportedClaims=["b", "a"],
        pkceRequired=False,
        cnonceDuration=0,
    )

    written = edit(
        authlete,
        jwks=json.dumps(was),
        supportedScopes=[{"name": "one", "new": None}, {"name": "two", "description": "y"}],
        supportedClaims=["a", "b"],
        description=None,
    )

    assert written.unexpected_changes == ()


def test_missing_empty_list_is_an_unexpected_change(authlete, update):
    reply(update, '"supportedClaims":[]', '"supportedClaims":null')

    written = edit(authlete, supportedClaims=[])

    assert written.unexpected_changes == (FieldChange("supportedClaims", [], None),)


def test_intended_changes_are_logged_without_a_response(authlete, update, audit_sink):
    update.mock(side_effect=httpx.ReadTimeout)

    with pytest.raises(errors.NoResponseError) as caught:
        edit(authlete, serviceName="Store")

    assert update.call_count == 1
    assert caught.value.intended_changes == (FieldChange("serviceName", "Shop", "Store"),)
    assert caught.value.intended_changes == audit_sink.intents[-1].changes
    assert caught.value.request_id == audit_sink.outcomes[-1].entry_id == "id-1"


def test_two_edits_of_one_object_are_serialized(authlete, mock_api):
    """Both threads read version 5; the second must see what the first wrote."""
    now = {"text": TEXT}
    both = threading.Barrier(2)

    def read(_request):
        document = now["text"]
        time.sleep(0.05)  # long enough for the other to read the same
        return httpx.Response(200, content=document.encode())

    def write(request):
        now["text"] = request.content.decode().replace('"modifiedAt": 5', '"modifiedAt": 6')
        return httpx.Response(200, content=now["text"].encode())

    mock_api.get("/api/17/service/get").mock(side_effect=read)
    mock_api.post("/api/17/service/update").mock(side_effect=write)

    def save(member):
        both.wait()
        try:
            edit(authlete, **{member: "mine"})
        except errors.StaleVersionError:
            return "stale"
        return "saved"

    with ThreadPoolExecutor(2) as threads:
        document = list(threads.map(save, ["serviceName", "description"]))

    assert sorted(document) == ["saved", "stale"]


def test_nothing_is_sent_while_another_writer_holds_the_lock(make_client, update, monkeypatch):
    monkeypatch.setattr("tenants.authlete.write_locks.LOCK_WAIT_SECONDS", 0.05)
    locks = LocalWriteLocks()

    with locks.hold("us/service/17", 10), pytest.raises(errors.ConcurrentWriteError):
        edit(make_client(write_locks=locks, region="us"), serviceName="Store")

    assert not update.called


PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    "quoted", ["s3cret-of-the-shop", "pr1vate", "newly typed", PEM, "x" * 490 + "newly type"]
)
def test_secrets_quoted_in_an_error_are_hidden(authlete, mock_api, quoted):
    mock_api.get("/api/17/service/get").respond(content=TEXT.encode())
    body = {"resultCode": "A1", "resultMessage": f"{quoted} is not accepted"}
    mock_api.post("/api/17/service/update").respond(400, json=body)

    with pytest.raises(errors.BadRequestError) as caught:
        edit(authlete, clientSecret="newly typed", someNewCertificates=[PEM])

    assert "hidden" in str(caught.value)
    assert not re.search("s3cret|pr1vate|newly|MIIE", repr(vars(caught.value)))


def test_edit_that_is_nested_too_deeply_is_rejected(authlete, update):
    value = json.loads("[" * 70 + "]" * 70)

    with pytest.raises(errors.InvalidRequestError, match="nested too deeply"):
        edit(authlete, fromTheFuture=value)
    assert not update.called
