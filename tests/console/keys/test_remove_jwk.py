import json

from pytest_django.asserts import assertContains, assertNotContains

from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import KEYS, jwk, kids, rollover

KEEP, OLD = "remove/?set=jwks&key=1", "remove/?set=jwks&key=0"


def test_key_is_removed_when_its_name_is_typed(admin, acme, bank, submit_form):
    assertContains(submit_form(admin, KEEP, typed="old"), "The name doesn&#x27;t match")
    rollover(acme, new_kid="keep")
    response = admin.get(KEYS + KEEP)
    assertContains(response, "Its unexpired signatures become invalid")
    assertContains(response, "keep is replacing old")

    submit_form(admin, KEEP, typed="keep")

    assert kids(bank) == ["old"]


def test_signing_key_cannot_be_removed(admin, bank):
    body = fill_form(admin.get(KEYS + KEEP), "idempotency_key", reason="x", typed="keep")
    bank["userInfoSignatureKeyId"] = "keep"
    response = admin.get(KEYS + OLD)
    assertContains(response, "This key is in use")
    assertNotContains(response, "Remove key in US")

    admin.post(KEYS + KEEP, body, content_type=URLENCODED)

    assert kids(bank) == ["old", "keep"]


def test_key_moved_meanwhile_is_not_removed(admin, bank):
    body = fill_form(admin.get(KEYS + KEEP), "idempotency_key", reason="x", typed="keep")
    bank["modifiedAt"] += 1

    response = admin.post(KEYS + KEEP, body, content_type=URLENCODED)

    assertContains(response, "Nothing was deleted")
    assert kids(bank) == ["old", "keep"]


def test_superiors_of_a_federation_are_mentioned(admin, bank):
    bank["federationJwks"] = json.dumps({"keys": [jwk("fed")]})
    bank["authorityHints"] = ["https://anchor.example"]

    response = admin.get(f"{KEYS}remove/?set=federationJwks&key=0")
    new = admin.get(f"{KEYS}new/?set=federationJwks")

    assertContains(response, "Superiors aren't notified")
    assertContains(response, "https://anchor.example")
    assertContains(new, "add it to the statements of your superiors")
    assertNotContains(admin.get(KEYS + KEEP), "uperiors")
