import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Selection
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Item, Job
from tenants.models import Organization
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredToken
from tests.support.authentication import expire_authentication
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.inventory import add_known_service

WHY = {"reason": "Old host", "ticket": "SEC-7"}


@pytest.fixture
def editor(member, five_clients):
    return member(Role.EDITOR)


@pytest.fixture
def previewed(select_clients):
    """Choose clients and what to do with them; the preview's path."""

    def preview(browser, action, *numbers, setting="", **entered):
        path = select_clients(browser, *numbers)
        if action != "set":
            return browser.post(path, {"action": action})["Location"]
        path = f"{path}set/{setting}/"
        body = fill_form(browser.get(path), "base", **entered)
        return browser.post(path, body, content_type=URLENCODED)["Location"]

    return preview


@pytest.fixture
def tokens(five_clients):
    """Set how many live tokens clients have."""

    def issue(number, count):
        five_clients.region("us").tokens[17] += [
            StoredToken(f"{number}-{at}", number, "AUTHORIZATION_CODE", (), 0, 2**42)
            for at in range(count)
        ]

    return issue


def confirm(browser, path, **entered):
    body = fill_form(browser.get(path), "reviewed", **(WHY | entered))
    return browser.post(path, body, content_type=URLENCODED)


def rows(response):
    """What the page says of each client, by name: its status, and the words."""
    return {
        line.row.name: (line.row.status, line.row.reason)
        for line in response.context["list_page"].rows
    }


def statuses(response):
    return {name: status for name, (status, _) in rows(response).items()}


def test_lock_preview_shows_changes_and_unchanged_clients(editor, previewed):
    response = editor.get(previewed(editor, "lock", 1, 3, 99))

    assert statuses(response) == {"Till": "change", "Ledger sync": "same", "": "cannot"}
    assertContains(response, "Lock 1 client")
    assertContains(response, "Already locked.")
    assertContains(response, "Deleted.")


def test_unlock_preview_shows_changes_and_unchanged_clients(editor, previewed):
    response = editor.get(previewed(editor, "unlock", 1, 3))

    assert statuses(response) == {"Till": "same", "Ledger sync": "change"}


def test_active_tokens_of_clients_to_lock_are_counted(editor, five_clients, previewed, tokens):
    tokens(1, 3)
    tokens(2, 1)
    response = editor.get(previewed(editor, "lock", 1, 2, 3))

    assertContains(response, "4 active tokens are affected")
    assert [line.row.affected for line in response.context["list_page"].rows] == [3, 1, None]


def test_preview_is_filtered_sorted_and_exported(editor, previewed, tokens):
    tokens(1, 3)
    path = previewed(editor, "lock", 1, 2, 3)

    assert statuses(editor.get(f"{path}?show=same")) == {"Ledger sync": "same"}
    assert statuses(editor.get(f"{path}?q=till")) == {"Till": "change"}
    assert next(iter(statuses(editor.get(f"{path}?sort=-active_tokens")))) == "Till"
    exported = editor.get(f"{path}?q=till&download=csv").getvalue().decode().splitlines()
    assert len(exported) == 2
    assert "1,Till,change,," in exported[1]
    assert "not locked → locked" in exported[1]


def test_uncounted_tokens_are_reported(editor, five_clients, previewed):
    five_clients.fault("status", operation="token.list", status=403)
    response = editor.get(previewed(editor, "lock", 1, 2))

    assertContains(response, "not counted", 2)
    assertContains(response, "At least")


def test_token_counts_are_limited(member, many_clients, previewed):
    browser = member(Role.EDITOR)
    path = previewed(browser, "lock", *range(1, 121))

    assert len([call for call in many_clients.calls if call.operation == "token.list"]) == 100
    assertContains(browser.get(path), "At least")


def test_current_and_new_values_are_shown(editor, five_clients, previewed):
    path = previewed(editor, "set", 1, 2, setting="pkceRequired", pkce_required__on="on")
    response = editor.get(path)

    assert statuses(response) == {"Till": "same", "Web shop": "change"}
    assertContains(response, "Set “Require PKCE” of 1 client")
    assertContains(response, "<ins")


def test_adding_to_a_list_preserves_its_items(editor, five_clients, previewed):
    path = previewed(
        editor,
        "set",
        1,
        2,
        setting="redirectUris",
        redirect_uris__item="https://shop.example.org/cb",
        mode="add",
    )
    response = editor.get(path)

    assert statuses(response) == {"Till": "change", "Web shop": "same"}
    assertContains(response, "Added")


def test_removing_from_a_list_removes_present_items(editor, five_clients, previewed):
    path = previewed(
        editor,
        "set",
        1,
        2,
        setting="redirectUris",
        redirect_uris__item="https://old.example.com/cb",
        mode="remove",
    )
    response = editor.get(path)

    assert statuses(response) == {"Till": "same", "Web shop": "change"}
    assertContains(response, "Removed")


def test_configuration_warnings_are_shown(editor, five_clients, previewed):
    path = previewed(editor, "set", 3, setting="tokenAuthMethod", token_auth_method="NONE")
    (line,) = editor.get(path).context["list_page"].rows

    assert line.row.notes


def test_conflicts_with_the_service_are_counted(editor, five_clients, previewed):
    five_clients.services[17]["supportedTokenAuthMethods"] = ["CLIENT_SECRET_BASIC"]
    path = previewed(
        editor, "set", 1, 3, setting="tokenAuthMethod", token_auth_method="CLIENT_SECRET_POST"
    )

    response = editor.get(path)

    assertContains(response, "2 of 2")
    warning = "The token endpoint doesn't accept the registered authentication method."
    assert len(rows(editor.get(path, {"warning": warning}))) == 2
    assert rows(editor.get(path, {"warning": "Another"})) == {}


def test_clients_managed_elsewhere_get_a_warning(editor, five_clients, previewed):
    path = previewed(editor, "set", 4, setting="pkceRequired", pkce_required__on="on")

    assertContains(editor.get(path), "Registered dynamically")


def test_partially_visible_clients_cannot_be_changed(editor, five_clients, previewed, monkeypatch):
    monkeypatch.setattr("console.bulk.documents.MAX_SINGLE_READS", 0)
    for token in five_clients.state.tokens.values():
        token.permissions = ("view_client", "modify_client")
    path = previewed(editor, "set", 1, setting="pkceRequired", pkce_required__on="on")

    assert statuses(editor.get(path)) == {"Till": "cannot"}


def test_unreadable_client_is_explained(editor, five_clients, previewed):
    five_clients.fault("status", operation="client.get", status=403, code="A027202", times=1)
    response = editor.get(previewed(editor, "lock", 1))

    assertContains(response, "Not allowed by Authlete")
    assertContains(response, "Nothing can be changed now")


def test_unreadable_client_is_left_out(editor, five_clients, previewed):
    five_clients.fault("status", operation="client.get", status=403, path="/2$")
    path = previewed(editor, "lock", 1, 2)

    assertContains(editor.get(path), "1 object couldn't be loaded and is skipped")
    confirm(editor, path)
    assert [item.client_id for item in Item.objects.all()] == [1]


@pytest.mark.parametrize("most", [50, 0], ids=["one by one", "with their lists"])
def test_preview_changes_nothing(editor, five_clients, previewed, monkeypatch, most):
    monkeypatch.setattr("console.bulk.documents.MAX_SINGLE_READS", most)
    before = [dict(client) for client in five_clients.clients.values()]
    editor.get(previewed(editor, "lock", 1, 2))

    assert list(five_clients.clients.values()) == before
    assert not AuditEntry.objects.exclude(effect="read").exists()


def test_rotation_preview_shows_clients_to_rotate(member, five_clients, previewed):
    admin = member(Role.ADMIN)
    path = previewed(admin, "rotate", 1, 2, 4)

    assert statuses(admin.get(path)) == {
        "Till": "change",
        "Web shop": "cannot",
        "Partner": "cannot",
    }
    assertContains(admin.get(path), "Start 1 staged rotation")
    confirm(admin, path)
    assert Job.objects.get().kind == "client.stage_rotation"


@pytest.mark.parametrize("within", ["us/17", ""], ids=["one service", "all"])
def test_clients_no_longer_matching_are_left_out(editor, five_clients, within):
    editor.get("/acme/clients/")
    fitting = {"within": within, "all": "yes", "query": "q=redirect%3Aold.example.com"}
    path = editor.post("/acme/clients/bulk/", fitting)["Location"]
    assertContains(editor.get(editor.post(path, {"action": "lock"})["Location"]), "Lock 1")

    five_clients.clients[2]["redirectUris"] = ["https://new.example.com/cb"]
    response = editor.get(editor.post(path, {"action": "lock"})["Location"])
    assert statuses(response) == {"Web shop": "cannot"}


def test_preview_is_paged_and_filtered(member, many_clients, previewed):
    browser = member(Role.EDITOR)
    many_clients.clients[7]["locked"] = True
    path = previewed(browser, "lock", *range(1, 121))

    assert len(rows(browser.get(path, {"page": "3"}))) == 20
    assert list(rows(browser.get(path, {"show": "same"}))) == ["Client 0007"]


def test_job_contains_clients_that_change(editor, five_clients, acme, previewed):
    path = previewed(editor, "lock", 1, 2, 3)
    response = confirm(editor, path)

    assert response.status_code == 302
    job = Job.objects.get()
    assert (job.kind, job.title, job.organization) == ("client.lock", "Lock 2 clients", acme)
    assert (job.reason, job.ticket) == ("Old host", "SEC-7")
    assert [item.client_id for item in Item.objects.all()] == [1, 2]
    assert not Selection.objects.exists()


def test_repeated_submit_starts_one_job(editor, five_clients, previewed):
    path = previewed(editor, "lock", 1, 2)
    body = fill_form(editor.get(path), "reviewed", **WHY)
    for _ in range(2):
        editor.post(path, body, content_type=URLENCODED)

    assert Job.objects.count() == 1


def test_large_selections_need_the_number_typed(member, many_clients, previewed):
    browser = member(Role.EDITOR)
    path = previewed(browser, "lock", *range(1, 22))

    assertContains(confirm(browser, path, count="20"), "Type 21, the number of objects")
    assert not Job.objects.exists()
    confirm(browser, path, count="21")
    assert Job.objects.get().items.count() == 21


@pytest.mark.parametrize(
    ("entered", "message"),
    [
        ({"reason": ""}, "Enter a reason for the audit log."),
        ({"reviewed": "another"}, "The preview has changed since"),
    ],
)
def test_incomplete_form_starts_no_job(editor, five_clients, previewed, entered, message):
    assertContains(confirm(editor, previewed(editor, "lock", 1), **entered), message)
    assert not Job.objects.exists()


def test_selection_without_changes_starts_no_job(editor, five_clients, previewed):
    path = previewed(editor, "lock", 3)

    response = editor.get(path)
    assertContains(response, "Nothing to change")
    assertNotContains(response, 'name="reason"')
    editor.post(path, WHY)
    assert not Job.objects.exists()


def test_recent_sign_in_is_required(editor, five_clients, previewed):
    path = previewed(editor, "lock", 1)
    body = fill_form(editor.get(path), "reviewed", **WHY)
    response = expire_authentication(editor).post(path, body, content_type=URLENCODED)

    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not Job.objects.exists()


def test_clients_of_other_services_and_regions_are_previewed(
    editor, five_clients, previewed, select_clients
):
    other = five_clients.region("us")
    other.services[18] = {"apiKey": 18, "serviceName": "Other", "modifiedAt": 1}
    other.clients[18] = {181: make_client(181, clientName="Far")}
    add_known_service(Organization.objects.get(), "us", 18)
    places = ["us/17/1", "us/18/181", "jp/19/191"]
    path = editor.post("/acme/clients/bulk/", {"object": places})["Location"]
    response = editor.get(editor.post(path, {"action": "lock"})["Location"])

    assert statuses(response) == {"Till": "change", "Far": "change", "": "unread"}
    assertContains(response, "This region has no credential")
