import json

from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import KEYS, jwk, key, kids

PAGE = "new/?set=jwks"


def test_new_key_is_appended(member, bank, submit_form):
    before = json.loads(bank["jwks"])["keys"]

    response = submit_form(member(Role.EDITOR), PAGE, alg="ES384", kid="next")

    after = json.loads(bank["jwks"])["keys"]
    assert after[:2] == before
    new = after[2]
    assert (new["kid"], new["alg"], new["use"]) == ("next", "ES384", "sig")
    assert (new["crv"], bool(new["d"])) == ("P-384", True)
    entry = AuditEntry.objects.get(operation="service.update")
    assert response["Location"] == f"/acme/services/us/17/saved/{entry.entry}/"
    assert (entry.reason, entry.ticket) == ("Yearly, says risk", "CHG-7")
    assert new["d"] not in json.dumps(entry.changes)


def test_unnamed_key_gets_its_thumbprint_as_id(member, bank, submit_form):
    bank["jwks"] = None

    submit_form(member(Role.EDITOR), PAGE, alg="RSA-OAEP-256")

    (new,) = json.loads(bank["jwks"])["keys"]
    assert (len(new["kid"]), new["use"]) == (43, "enc")


def test_duplicate_key_id_and_stale_page_are_refused(member, bank, submit_form):
    editor = member(Role.EDITOR)
    bank["hsks"] = [key("in-hardware")]
    for kid in ("keep", "in-hardware"):
        assertContains(submit_form(editor, PAGE, alg="ES256", kid=kid), "has this ID")
    response = submit_form(editor, PAGE, alg="ES256", kid="keep\n")
    assertContains(response, "Use only letters, digits")
    body = fill_form(editor.get(f"{KEYS}{PAGE}"), "idempotency_key", reason="x", alg="ES256")
    bank["modifiedAt"] += 1

    response = editor.post(f"{KEYS}{PAGE}", body, content_type=URLENCODED)

    assertContains(response, "Someone changed this service after")
    assert kids(bank) == ["old", "keep"]


def test_repeated_submit_adds_one_key(member, bank):
    editor = member(Role.EDITOR)
    body = fill_form(editor.get(f"{KEYS}{PAGE}"), "idempotency_key", reason="x", alg="ES256")

    sent = [editor.post(f"{KEYS}{PAGE}", body, content_type=URLENCODED) for _ in range(2)]

    assert sent[0]["Location"] == sent[1]["Location"]
    assert len(kids(bank)) == 3


def test_ambiguous_signing_key_gets_a_warning(member, bank):
    bank["idTokenSignatureKeyId"] = None

    assertContains(member(Role.EDITOR).get(KEYS + PAGE), "Some settings name no signing key")
    bank["federationJwks"] = json.dumps({"keys": [jwk("f")]})
    form_page = member(Role.ADMIN).get(f"{KEYS}new/?set=federationJwks")
    assertContains(form_page, "Federation signature key ID")


def test_rejected_key_is_explained(member, sandbox, bank, submit_form):
    sandbox.fault("status", operation="service.update", status=400, code="A031212")

    response = submit_form(member(Role.EDITOR), PAGE, alg="ES256")

    assertContains(response, "A031212")
    assert kids(bank) == ["old", "keep"]
