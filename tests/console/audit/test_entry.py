from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit import events
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.authlete.api import grants, services
from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.models import Organization
from tenants.organizations.roles import Role
from tenants.sandbox.handlers import services as sandbox_services
from tests.support.audit_tampering import drop_append_only_triggers


def path(entry):
    return f"/acme/audit/{entry.entry}/"


@pytest.fixture
def show(auditor):
    return lambda entry: auditor.get(path(entry))


@pytest.fixture
def noted(make_actor):
    """Record a local event and return its entry."""

    def make(event, *arguments, by=None, **fields):
        record_event(by or make_actor(), event, *arguments, **fields)
        return AuditEntry.objects.first()

    return make


def test_changes_are_shown_in_sentences_and_json(show, update):
    entry = update({"accessTokenDuration": 600, "pkceRequired": True})

    response = show(entry)

    assertContains(response, "Update <bdi>Shop</bdi>")
    assertContains(response, "Changes")
    assertContains(response, "1 hour")
    assertContains(response, "10 minutes")
    lines = [(line.kind, line.text) for line in response.context["differences"]]
    assert lines == [
        ("del", '"accessTokenDuration": 3600'),
        ("ins", '"accessTokenDuration": 600'),
        ("del", '"pkceRequired": false'),
        ("ins", '"pkceRequired": true'),
    ]


def test_export_entry_shows_its_query_and_no_change(show, noted):
    changes = [FieldChange("query", None, ""), FieldChange("rows", None, 18)]

    response = show(noted(events.AUDIT_EXPORT, changes=changes))

    assertContains(response, "Details")
    assertContains(response, "everything</bdi>")
    for words in ("Changes", "not set", "Before and after"):
        assertNotContains(response, words)


def test_external_change_of_an_unset_value_shows_not_set(show, noted):
    changes = [FieldChange("description", None, "new")]

    response = show(noted(events.SERVICE_CHANGED_EXTERNALLY, changes=changes))

    assertContains(response, '<span class="muted">not set</span>')


def test_list_changes_show_control_characters(show, add_entry):
    turned = "https://b.example/\u202egpj"
    changes = [FieldChange("redirectUris", ["https://a.example"], ["https://a.example", turned])]
    add_entry("client.update", service="17", client="5", region="us", changes=changes)

    response = show(AuditEntry.objects.first())

    lines = [(line.kind, line.text) for line in response.context["differences"]]
    assert lines == [
        ("", '"redirectUris": ['),
        ("", '  "https://a.example",'),
        ("ins", r'  "https://b.example/\u202egpj"'),
        ("", "]"),
    ]


def test_changes_made_by_authlete_are_shown(show, update):
    entry = update({"supportedSnses": ["FACEBOOK"]})  # which Authlete ignores

    response = show(entry)

    names = [side_effect.name for side_effect in response.context["side_effects"]]
    assert "supportedSnses" in names
    assert "accessTokenDuration" not in names
    assertContains(response, "Changed or ignored by Authlete")


def test_actor_reason_and_call_are_shown(show, update):
    entry = update({"accessTokenDuration": 600}, reason="Too long", ticket="CHG 1&2")

    response = show(entry)

    for words in ("ida@acme.example", "Editor", "192.0.2.41", "Too long", "CHG 1&amp;2"):
        assertContains(response, words)
    assertContains(response, "POST /api/17/service/update")
    assertContains(response, entry.entry)
    assertContains(response, "Its changes are listed above")
    assertContains(response, f"{entry.time:%H:%M:%S} +00:00")


def test_values_link_to_matching_entries(show, update):
    entry = update({"accessTokenDuration": 600}, ticket="CHG 1&2")

    response = show(entry)

    for query in (
        "actor=ida%40acme.example",
        "role=editor",
        "address=192.0.2.41",
        "ticket=CHG+1%262",
        "region=us",
        "service=17&amp;region=us",
        "operation=service.update",
        "effect=change",
        "outcome=done",
        "status=200",
        "field=accessTokenDuration&amp;old=3600",
        "field=accessTokenDuration&amp;new=600",
        "field=accessTokenDuration",
    ):
        assertContains(response, f'href="/acme/audit/?{query}"')
    assertContains(response, 'href="/acme/services/us/17/"')
    assertContains(response, 'href="/acme/services/us/17/as-of/?at=')


def test_entries_of_the_same_request_are_linked(show, update, auditor):
    entry = update({"accessTokenDuration": 600})

    response = show(entry)

    others = AuditEntry.objects.filter(page=entry.page).exclude(seq=entry.seq)
    assert others.count() == 2
    for other in others:
        assertContains(response, path(other))


# Outcomes


def test_unknown_outcome_is_explained(show, update, sandbox):
    sandbox.fault("reset", operation="service.update", after=True)
    with pytest.raises(AuthleteError):
        update({"accessTokenDuration": 600})

    response = show(AuditEntry.objects.get(operation="service.update"))

    assertContains(response, "Update <bdi>Shop</bdi>")
    assertContains(response, "Unknown outcome")
    assertContains(response, "Intended changes")
    assertContains(response, "Open object")


def test_rejection_is_explained(show, update, sandbox):
    sandbox.fault("status", operation="service.update", status=400, code="A031217")
    with pytest.raises(AuthleteError):
        update({"accessTokenDuration": 600})

    response = show(AuditEntry.objects.get(operation="service.update"))

    assertContains(response, "Authlete rejected the request. Nothing was changed.")
    assertContains(response, "A031217")
    assertContains(response, "A URL contains a fragment (#), which is not allowed.")


@pytest.fixture
def unfinished_entry(make_actor):
    """A change without an outcome."""
    call = CallIntent(services.UPDATE, "us", "/api/17/service/update", {"service_id": "17"})
    (entry,) = AuditLogSink(make_actor()).record_intents([call])
    return AuditEntry.objects.get(entry=entry)


def test_open_call_is_in_progress(show, unfinished_entry):
    assertContains(show(unfinished_entry), "In progress")


def test_old_open_call_has_an_unknown_outcome(show, unfinished_entry):
    AuditEntry.objects.update(at=unfinished_entry.at - 600_000_000)

    response = show(unfinished_entry)

    assertContains(response, "Outcome never recorded")
    assertContains(response, "Something may have changed")


def test_denial_shows_its_count(show, noted):
    for _ in range(4):
        entry = noted(events.ACCESS_DENIED, "change", Outcome.REJECTED, object="services:edit")

    response = show(entry)

    assertContains(response, "Denied access to the page <bdi>services:edit</bdi>")
    assertContains(response, "Meridian rejected the request. Nothing was changed.")
    assertContains(response, "Rejection number 4")
    assertNotContains(response, "X-Request-Id:")


# What must not be seen


def test_subject_is_hidden(show, make_actor):
    call = CallIntent(
        grants.LIST_BY_SUBJECT,
        "us",
        "/api/17/client/authorization/get/list/anna%40customer.example",
        {"service_id": "17"},
        "anna@customer.example",
    )
    (entry,) = AuditLogSink(make_actor()).record_intents([call])

    response = show(AuditEntry.objects.get(entry=entry))

    assertNotContains(response, "anna")
    assertContains(response, "••••mple")
    assertContains(response, "/client/authorization/get/list/{subject}")


def test_entry_of_another_organization_is_not_found(auditor, show, noted, make_actor):
    other = Organization.objects.create(slug="other", name="Other")
    theirs = noted(events.MEMBER_ADD, by=make_actor(organization=other), object="eve")
    nobodys = noted(events.SIGN_OUT, by=make_actor(organization=Organization(pk=0, slug="")))

    for entry in (theirs, nobodys):
        assert show(entry).status_code == 404
        assert auditor.get(f"/other/audit/{entry.entry}/").status_code == 404
    assert auditor.get(f"/acme/audit/{uuid4()}/").status_code == 404


def test_foreign_text_is_escaped(show, noted):
    script = "<script>alert(1)</script>"

    response = show(
        noted(
            events.MEMBER_CHANGE,
            object=script,
            changes=[FieldChange(script, script, {script: [script]})],
            reason=script,
        )
    )

    assertNotContains(response, script)
    assertContains(response, "&lt;script&gt;")


@pytest.mark.parametrize("role", Role)
def test_needs_access_to_the_audit_log(member, role, update):
    entry = update({"accessTokenDuration": 600})

    allowed = role in (Role.ADMIN, Role.AUDITOR)
    assert member(role).get(path(entry)).status_code == (200 if allowed else 403)


# The chain


def test_intact_rows_are_confirmed(show, update):
    entry = update({"accessTokenDuration": 600})

    response = show(entry)

    mac = AuditRecord.objects.get(seq=entry.seq).mac
    assertContains(response, f"{mac[:4]} {mac[4:8]}")
    assertContains(response, "matches too")
    assertNotContains(response, "mismatch")


@pytest.mark.parametrize("which", ["row", "entry"])
def test_changed_row_is_reported(show, update, which):
    entry = update({"accessTokenDuration": 600})
    drop_append_only_triggers()
    if which == "row":
        AuditRecord.objects.filter(seq=entry.seq).update(content="{}")
    else:
        AuditEntry.objects.filter(seq=entry.seq).update(actor="eve@acme.example")

    assertContains(show(entry), "mismatch")


@pytest.mark.parametrize("value", ["x", "null", '{"a":1}', '[{"field":1}]', "[{}]"])
def test_overwritten_columns_break_no_page(auditor, show, update, value):
    entry = update({"accessTokenDuration": 600}, reason="because")
    over = dict.fromkeys(("changed", "surprises", "known"), value)
    AuditEntry.objects.filter(seq=entry.seq).update(**over)

    assert "because" in auditor.get("/acme/audit/").content.decode()
    assertContains(show(entry), "mismatch")


@pytest.mark.parametrize(("column", "value"), [("outcome", "x"), ("at", 9 * 10**18)])
def test_impossible_values_break_no_page(auditor, show, update, column, value):
    entry = update({"accessTokenDuration": 600}, reason="because")
    AuditEntry.objects.filter(seq=entry.seq).update(**{column: value})

    assert "because" in auditor.get("/acme/audit/").content.decode()
    text = show(entry).text
    assert "mismatch" in text or "doesn't match" in text


def test_readable_while_the_log_cannot_be_written(show, update):
    entry = update({"accessTokenDuration": 600})
    AuditHead.objects.update(mac="forged")

    response = show(entry)

    assertContains(response, "Update <bdi>Shop</bdi>")
    assertContains(response, "Audit log isn't accepting entries")


def test_reading_is_logged(show, update):
    entry = update({"accessTokenDuration": 600})

    show(entry)

    read = AuditEntry.objects.get(operation="audit.read")
    assert (read.actor_id, read.object) == (User.objects.get(username="AUDITOR").pk, entry.entry)


def test_editors_get_an_undo_link(member, show, update):
    entry = update({"accessTokenDuration": 600})
    undo = f"/acme/services/us/17/restore/{entry.entry}/"

    assertContains(member(Role.ADMIN).get(path(entry)), undo)
    assertNotContains(show(entry), undo)


def test_entry_links_its_client(show, add_entry):
    entry = add_entry("client.update", region="us", service="17", client="44")

    assertContains(show(entry), "/acme/services/us/17/clients/44/")


def test_comparison_shows_the_object_before_and_after_the_change(
    show, update, member, sandbox, monkeypatch
):
    """Also while Authlete's clock is ahead, and where it was changed elsewhere."""
    editor = member(Role.EDITOR)
    editor.get("/acme/services/us/17/")
    monkeypatch.setattr(sandbox_services, "now_milliseconds", lambda: 2**42)
    saved = update({"accessTokenDuration": 600})
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2**42 + 1}
    editor.get("/acme/services/us/17/")
    noticed = AuditEntry.objects.get(operation="service.changed_outside")

    for entry, after in ((saved, 600), (noticed, 60)):
        page = editor.get(show(entry).context["snapshot_path"])
        assert page.context["version_document"].get("accessTokenDuration") == after
        names = [difference.name for difference in page.context["comparison"].differences]
        assert "accessTokenDuration" in names
