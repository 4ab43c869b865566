import html
import json
import re

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.keys import KEYS, UP, act, page

PART = re.compile(r'<pre\s+id="(signing-key|all-keys)"[^>]*>(.*?)</pre>', re.S)


def test_only_public_parts_are_shared(member, bank, fed):
    keys = json.loads(bank["federationJwks"])["keys"]

    response = member(Role.VIEWER).get(f"{KEYS}rollovers/{fed.pk}/tell/")

    parts = {
        name: json.loads(html.unescape(re.sub("<[^>]*>", "", text)))
        for name, text in PART.findall(response.text)
    }
    public = [{n: v for n, v in key.items() if n != "d"} for key in keys]
    assert parts == {"signing-key": public[1], "all-keys": {"keys": public}}
    assertContains(response, UP)
    assertNotContains(response, "Confirm that they have it")


def test_old_key_is_shared_after_an_undo(admin, bank, fed, come, submit_form):
    act(submit_form, admin, fed, "confirm", known="on")
    assert come(fed) == "switched"
    confirmation = admin.get(f"{KEYS}rollovers/{fed.pk}/undo/")
    assertContains(confirmation, "Check first that each superior")

    act(submit_form, admin, fed, "undo")
    assert come(fed) == "reverted"

    assertContains(page(admin, fed), "Superiors need the old key again")
    response = admin.get(f"{KEYS}rollovers/{fed.pk}/tell/")
    assertContains(response, "Each superior has the old key")
    handed = dict(PART.findall(response.text))["signing-key"]
    key = json.loads(html.unescape(re.sub("<[^>]*>", "", handed)))
    assert key["kid"] == "fed"
    assert come(fed) == "undone"
    response = admin.get(f"{KEYS}rollovers/{fed.pk}/tell/")
    assertContains(response, "Can remove the new key")


def test_other_rollovers_have_nothing_to_share(admin, start_rollover):
    rollover = start_rollover()

    assert admin.get(f"{KEYS}rollovers/{rollover.pk}/tell/").status_code == 404
