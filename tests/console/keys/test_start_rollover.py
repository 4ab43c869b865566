import json

from pytest_django.asserts import assertContains

from console.models import Rollover
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import KEYS, jwk, kids

PAGE = "roll/?set=jwks&key=0"


def test_longest_token_lifetime_is_the_default_wait(admin, bank):
    form_page = admin.get(KEYS + PAGE)

    assertContains(form_page, 'name="tokens" value="3"')
    assertContains(form_page, 'name="caches" value="24"')
    assertContains(form_page, "Signatures are valid for 2 hours")
    long = {"key": "access_token.duration", "value": "18000"}
    bank["supportedScopes"] = [{"name": "openid", "attributes": [long]}]
    assertContains(admin.get(KEYS + PAGE), 'name="tokens" value="6"')


def test_shorter_wait_needs_confirmation(admin, bank, submit_form):
    response = submit_form(admin, PAGE, kid="new", tokens="1")
    assertContains(response, "Tokens signed with the old key are valid longer")
    assert not Rollover.objects.exists()

    submit_form(admin, PAGE, kid="new", tokens="1", short="on")

    assert Rollover.objects.get().tokens == 3600


def test_settings_with_the_old_key_id_must_move(admin, bank):
    body = fill_form(admin.get(KEYS + PAGE), "idempotency_key", reason="x", settings=None)
    body += "&settings=idTokenSignatureKeyId"

    response = admin.post(KEYS + PAGE, body, content_type=URLENCODED)

    assertContains(response, "Select every setting that names the old key")


def test_only_one_rollover_runs_at_a_time(admin, bank, start_rollover, submit_form):
    start_rollover()

    response = submit_form(admin, PAGE, kid="another")

    assertContains(response, "Another rollover is in progress")
    assert Rollover.objects.count() == 1


def test_settings_without_key_id_get_the_old_one_meanwhile(admin, bank, start_rollover, worker):
    bank["accessTokenSignatureKeyId"] = None

    start_rollover()
    worker()

    assert bank["accessTokenSignatureKeyId"] == "old"
    assert kids(bank) == ["old", "keep", "new"]


def test_federation_key_is_replaced_in_its_own_set(admin, bank, submit_form, worker):
    bank["federationJwks"] = json.dumps({"keys": [jwk("fed")]})
    bank["federationSignatureKeyId"] = "fed"

    submit_form(admin, "roll/?set=federationJwks&key=0", kid="fed-2")
    worker()

    keys = json.loads(bank["federationJwks"])["keys"]
    assert [key["kid"] for key in keys] == ["fed", "fed-2"]


def test_unused_key_redirects_back(admin, bank):
    bank["jwks"] = json.dumps({"keys": [jwk("e", "RSA-OAEP-256")]})

    assert admin.get(KEYS + PAGE)["Location"] == KEYS
    assertContains(admin.get(KEYS), "Select a signing key")


def test_missing_certificates_of_the_new_key_are_mentioned(admin, bank):
    bank["jwks"] = json.dumps({"keys": [jwk("old") | {"x5t": "of-the-old-one"}]})
    assertContains(admin.get(KEYS + PAGE), "The new key has no certificate")

    bank["federationJwks"] = json.dumps({"keys": [jwk("fed")]})

    form_page = admin.get(f"{KEYS}roll/?set=federationJwks&key=0")
    assertContains(form_page, "Superiors need the new key")


def test_start_and_its_first_job_are_one_row_of_the_audit_log(admin, start_rollover, worker):
    start_rollover()
    worker()

    rows = admin.get("/acme/audit/").context["rows"]

    started = [row for row in rows if "Publish a new key" in row.title]
    assert len(started) == 1
    assert not [row for row in rows if row.entry.operation == "rollover.start" and not row.group]
