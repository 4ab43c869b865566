"""Rollover of keys in a hardware security module."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Rollover
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Item
from tenants.organizations.roles import Role
from tests.support.keys import HSM, KEYS, Stored, act, key, page

ROLL = f"{HSM}key/{key('till-1')['handle']}/roll/"


@pytest.fixture
def till(hsm_service, sandbox):
    """Service 17 as it is now: till-1 signs ID tokens, nothing is named for access
    tokens of the same algorithm.
    """
    hsm_service |= {"accessTokenSignAlg": "ES256", "idTokenDuration": 7200}
    return Stored(sandbox.services, 17)


@pytest.fixture
def admin(member, till):
    return member(Role.ADMIN)


@pytest.fixture
def start_rollover(admin, submit_form):
    def start_rollover(**entered):
        response = submit_form(admin, ROLL, kid="till-3", **entered)
        assert response.status_code == 302, response.content.decode()
        return Rollover.objects.get(state__in=Rollover.OPEN)

    return start_rollover


def kids(till):
    return [hsk["kid"] for hsk in till["hsks"]]


def test_rollover_replaces_the_key(admin, till, start_rollover, come, worker):
    response = admin.get(ROLL)
    assertContains(response, "in the same HSM")
    assertContains(response, 'name="tokens" value="3"')
    rollover = start_rollover()

    worker()

    rollover.refresh_from_db()
    assert (rollover.state, kids(till)) == ("published", ["till-1", "till-2", "till-3"])
    assert till["accessTokenSignatureKeyId"] == "till-1"
    new = till["hsks"][2]
    assert (new["alg"], new["hsmName"]) == ("ES256", "google")
    assert rollover.new_handle == new["handle"]
    assert rollover.new_thumbprint
    assertContains(page(admin, rollover), "New public key")
    assertContains(admin.get(HSM), "till-3 is replacing till-1")

    assert come(rollover) == "switched"
    assert till["idTokenSignatureKeyId"] == "till-3"
    assert till["accessTokenSignatureKeyId"] == "till-3"

    assert come(rollover) == "retired"
    assert kids(till) == ["till-2", "till-3"]
    assertContains(page(admin, rollover), "You can't undo this")
    entry = AuditEntry.objects.get(operation="key.delete")
    assert (entry.label, entry.reason) == ("till-1", "Yearly, says risk")


def test_lost_response_leaves_one_new_key(
    admin, sandbox, till, start_rollover, worker, come, submit_form
):
    rollover = start_rollover()
    sandbox.fault("reset", operation="key.create", after=True, times=1)
    worker()
    assert kids(till)[2:] == ["till-3"]
    Item.objects.update(retry_at=None)

    assert come(rollover) == "published"

    assert kids(till)[2:] == ["till-3"]
    sandbox.state.half_deleted = True
    come(rollover)
    assert come(rollover) == "switched"
    assertContains(page(admin, rollover), "A270102")
    sandbox.state.half_deleted = False
    submit_form(admin, f"{KEYS}rollovers/{rollover.pk}/resume/", reason="", ticket="")
    assert come(rollover) == "retired"
    assert kids(till) == ["till-2", "till-3"]


def test_undo_before_the_switch_deletes_the_new_key(
    admin, till, start_rollover, worker, come, submit_form
):
    rollover = start_rollover()
    worker()
    act(submit_form, admin, rollover, "undo")

    assert come(rollover) == "undone"

    assert kids(till) == ["till-1", "till-2"]
    assert till["idTokenSignatureKeyId"] == "till-1"


def test_old_key_used_elsewhere_is_not_deleted(till, start_rollover, worker, come):
    rollover = start_rollover()
    worker()
    come(rollover)
    till["userInfoSignatureKeyId"] = "till-1"

    assert come(rollover) == "switched"

    assert "still signs with the key till-1" in rollover.error
    assert "till-1" in kids(till)


def test_foreign_key_with_the_same_id_stops_the_rollover(till, start_rollover, worker):
    rollover = start_rollover()
    till["hsks"] = [*till["hsks"], key("till-3")]

    worker()

    rollover.refresh_from_db()
    assert rollover.error == "The service has another key with the ID till-3."
    assert kids(till) == ["till-1", "till-2", "till-3"]


def test_unsupported_key_redirects_back(member, till, admin):
    other = f"{HSM}key/{key('till-2')['handle']}"
    assertRedirects(admin.get(f"{other}/roll/"), HSM, fetch_redirect_response=False)
    assertNotContains(admin.get(f"{other}/"), "/roll/")
    assertContains(admin.get(ROLL.replace("roll/", "")), ROLL)
