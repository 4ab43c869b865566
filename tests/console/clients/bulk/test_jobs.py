"""Bulk jobs over clients of the sandbox."""

import pytest
from pydantic import SecretStr

from console.clients.bulk.kind import CLIENT_BULK
from console.forms.validation import to_plain
from console.inventory.index import index_clients
from console.models import KnownClient, Rotation
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.client import Client
from tenants.jobs.control import retry_failed_items, start_job
from tenants.jobs.models import Item, ItemState, Job, JobState, NewItem
from tenants.models import Credential, Membership
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form

PKCE = "pkceRequired"


@pytest.fixture
def actor(acme, django_user_model):
    user = django_user_model.objects.create_user("ed@acme.example")
    Membership.objects.create(organization=acme, user=user, role=Role.EDITOR)
    return Actor(user.pk, "ed@acme.example", Role.EDITOR, acme.pk, "acme")


@pytest.fixture
def admin_who(acme, django_user_model):
    user = django_user_model.objects.create_user("ada@acme.example")
    Membership.objects.create(organization=acme, user=user, role=Role.ADMIN)
    return Actor(user.pk, "ada@acme.example", Role.ADMIN, acme.pk, "acme")


@pytest.fixture
def run(acme, actor, five_clients, worker):
    """Have a job done by a worker; how each item ended, and what it says."""

    def ended(kind, *items, actor=actor):
        job = start_job(actor, acme, kind, "Bulk", items, reason="Old host", ticket="SEC-7")
        worker()
        return ends(job)

    return ended


def ends(job):
    return [(item.state, item.text) for item in Item.objects.filter(job=job)]


def item(number, **fields):
    return NewItem("us", 17, number, f"Client {number}", fields, sealed=bool(fields))


def setting(number, name, was, now):
    return item(number, setting=name, values=to_plain([was, now]))


def writes(sandbox):
    return [call.operation for call in sandbox.calls if "update" in call.operation]


@pytest.mark.parametrize(
    ("kind", "number", "locked", "end"),
    [
        ("client.lock", 1, True, (ItemState.SUCCEEDED, "Locked.")),
        ("client.lock", 3, True, (ItemState.UNCHANGED, "Already locked.")),
        ("client.unlock", 3, False, (ItemState.SUCCEEDED, "Unlocked.")),
        ("client.unlock", 1, False, (ItemState.UNCHANGED, "Already unlocked.")),
    ],
)
def test_clients_are_locked_and_unlocked(run, five_clients, kind, number, locked, end):
    assert run(kind, item(number)) == [end]
    assert five_clients.clients[number]["locked"] is locked


def test_inventory_shows_the_lock_at_once(run, acme, five_clients):
    clients = [Client.model_validate(client) for client in five_clients.clients.values()]
    index_clients(acme, "us", 17, clients)
    run("client.lock", item(1))
    run("client.set", setting(2, "clientName", "Web shop", "Shop"))

    assert KnownClient.objects.get(client_id=1).locked
    assert KnownClient.objects.get(client_id=2).name == "Shop"


def test_one_setting_is_changed_and_the_rest_preserved(run, five_clients):
    five_clients.clients[2]["fromTheFuture"] = {"kept": True}
    before = dict(five_clients.clients[2])

    ((fate, text),) = run("client.set", setting(2, PKCE, None, True))

    assert (fate, text) == (ItemState.SUCCEEDED, "From Off to On.")
    after = five_clients.clients[2]
    assert after[PKCE] is True
    assert {name for name in before if after[name] != before[name]} == {"modifiedAt"}


@pytest.mark.parametrize(
    ("was", "now"), [(None, 60), (600, 60), (600, None)], ids=["new", "other", "gone"]
)
def test_nested_setting_is_changed_and_its_neighbors_preserved(run, five_clients, was, now):
    name = "accessTokenDuration"
    five_clients.clients[2]["extension"] = {"idTokenDuration": 5, "new": [1]}
    if was:
        five_clients.clients[2]["extension"][name] = was

    ((fate, text),) = run("client.set", setting(2, f"extension.{name}", was, now))

    assert (fate, text[:5]) == (ItemState.SUCCEEDED, "From ")
    extension = five_clients.clients[2]["extension"]
    assert extension[name] == (now or 0)  # where there is none, Authlete has 0
    assert extension["idTokenDuration"] == 5


def test_value_changed_since_the_preview_is_not_overwritten(run, five_clients):
    five_clients.clients[2]["description"] = "Theirs"

    ((fate, text),) = run("client.set", setting(2, "description", None, "Mine"))

    assert fate == ItemState.NOT_SENT
    assert "“Description” is now: Theirs" in text
    assert five_clients.clients[2]["description"] == "Theirs"
    assert not writes(five_clients)


def test_deleted_client_does_not_stop_the_job(run, five_clients):
    del five_clients.clients[2]

    fates = run("client.lock", item(1), item(2), item(5))

    assert [fate for fate, _ in fates] == [
        ItemState.SUCCEEDED,
        ItemState.REJECTED,
        ItemState.SUCCEEDED,
    ]


def test_repeated_item_changes_nothing(run, five_clients):
    done = [setting(2, PKCE, None, True)]
    run("client.set", *done)

    assert run("client.set", *done) == [(ItemState.UNCHANGED, "Already had this value.")]
    assert len(writes(five_clients)) == 1


def test_failed_items_are_retried(acme, actor, five_clients, worker):
    five_clients.fault("status", operation="client.set_lock", status=403, path="/5$", times=1)
    job = start_job(actor, acme, "client.lock", "Bulk", [item(1), item(5)], reason="Old")
    worker()
    assert [fate for fate, _ in ends(job)] == [ItemState.SUCCEEDED, ItemState.REJECTED]

    retry_failed_items(job, actor)
    worker()
    assert [fate for fate, _ in ends(job)] == [ItemState.SUCCEEDED, ItemState.SUCCEEDED]


def test_other_regions_continue_while_one_fails(acme, actor, five_clients, worker):
    Credential(organization=acme, region="jp").set_token(SecretStr("t0p")).save()
    jp = five_clients.region("jp")
    jp.services[21] = {"apiKey": 21, "serviceName": "Tokyo", "modifiedAt": 1}
    jp.clients[21] = {211: make_client(211)}
    five_clients.fault("status", operation="client.set_lock", status=503, path="/2$")
    items = [item(1), item(2), item(5), NewItem("jp", 21, 211)]
    job = start_job(actor, acme, "client.lock", "Bulk", items, reason="Old host")
    worker()

    job.refresh_from_db()
    assert job.state == JobState.WAITING
    fates = [fate for fate, _ in ends(job)]
    assert fates == [ItemState.SUCCEEDED, ItemState.PENDING, ItemState.PENDING, ItemState.SUCCEEDED]
    assert jp.clients[21][211]["locked"]


def test_bulk_rotation_stages_unrevealed_secrets(run, five_clients, admin_who):
    secret = five_clients.clients[1]["clientSecret"]

    ends = run("client.stage_rotation", item(1), item(4), actor=admin_who)

    assert [fate for fate, _ in ends] == [ItemState.SUCCEEDED, ItemState.SUCCEEDED]
    assert {(rotation.state, rotation.is_unrevealed) for rotation in Rotation.objects.all()} == {
        ("staged", True)
    }
    assert five_clients.clients[1]["clientSecret"] == secret
    assert Rotation.objects.get(client_id=1).reason == "Old host"
    again = run("client.stage_rotation", item(1), actor=admin_who)
    assert again == [(ItemState.UNCHANGED, "A rotation is already in progress.")]


def test_rotation_needs_permission_to_reveal(run, five_clients):
    run("client.stage_rotation", item(1))

    assert Job.objects.get().state == JobState.NOT_ALLOWED
    assert not Rotation.objects.exists()


def test_each_item_is_logged_with_actor_and_reason(run, five_clients):
    run("client.set", setting(2, PKCE, None, True))

    (entry,) = AuditEntry.objects.filter(operation="client.update")
    assert (entry.actor, entry.reason, entry.ticket) == ("ed@acme.example", "Old host", "SEC-7")
    assert (entry.client, entry.label) == ("2", "Web shop")


def test_values_are_stored_encrypted(acme, actor, five_clients):
    items = [setting(2, "description", None, "Nobody else's business")]
    start_job(actor, acme, "client.set", "Bulk", items, reason="Old host")

    assert "business" not in Item.objects.get().inputs


@pytest.mark.parametrize("name", CLIENT_BULK.settings)
def test_bulk_settings_are_keyed_by_name(name):
    assert CLIENT_BULK.settings[name].name == name


def test_unlocked_clients_among_a_thousand_are_locked(member, acme, sandbox, worker):
    old = {"redirectUris": ["https://old.example.com/cb"]}
    for number in range(1, 1001):
        sandbox.clients[number] = make_client(number, **old, locked=number % 10 > 0)
    sandbox.clients[1001] = make_client(1001)
    browser = member(Role.EDITOR)
    fitting = {
        "within": "us/17",
        "all": "yes",
        "query": "q=redirect%3Aold.example.com",
        "shown": "1000",
    }
    path = browser.post("/acme/clients/bulk/", fitting)["Location"]
    preview = browser.post(path, {"action": "lock"})["Location"]
    body = fill_form(browser.get(preview), "reviewed", reason="Old host", count="100")
    browser.post(preview, body, content_type=URLENCODED)
    worker()

    assert Job.objects.get().items.filter(state=ItemState.SUCCEEDED).count() == 100
    assert [n for n, client in sandbox.clients.items() if not client["locked"]] == [1001]
