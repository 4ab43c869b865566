"""Watched rules and saved searches notify with counts."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models import Finding, Notification, SavedSearch, Waiver, Watch
from console.watches.collection import collect_notifications
from console.watches.rules import check_watched_rules
from tenants.audit import events
from tenants.models import Membership
from tenants.organizations.roles import Role

INBOX = "/acme/watches/"
RULE = "rfc9700.http-redirect"
EXTERNAL = events.SERVICE_CHANGED_EXTERNALLY


def titles(browser):
    return [row.title for row in browser.get(INBOX).context["list_page"].rows]


def find(acme, *client_ids):
    for client_id in client_ids:
        Finding.objects.create(
            organization=acme,
            region="us",
            service_id=17,
            client_id=client_id,
            rule=RULE,
            since=timezone.now(),
        )


@pytest.fixture
def rule_watcher(acme, viewer, watch):
    find(acme, 44, 45)
    assert watch(RULE)["Location"] == f"/acme/findings/{RULE}/"
    return viewer


def test_rule_page_has_the_button(rule_watcher):
    assertContains(rule_watcher.get(f"/acme/findings/{RULE}/"), "Unwatch")


def test_new_and_resolved_findings_are_one_notification(acme, rule_watcher):
    check_watched_rules()
    assert titles(rule_watcher) == []

    find(acme, 46, 47)
    Finding.objects.get(client_id=44).delete()
    check_watched_rules()
    check_watched_rules()

    expected = "Redirect URI without TLS: 2 new findings, 1 resolved or waived"
    assert titles(rule_watcher) == [expected]
    number = Notification.objects.get().pk
    assert rule_watcher.get(f"{INBOX}?open={number}")["Location"] == f"/acme/findings/{RULE}/"


def test_unread_notification_counts_on_and_a_read_one_stays(acme, rule_watcher):
    for client_id in (46, 47):
        find(acme, client_id)
        check_watched_rules()
    assert titles(rule_watcher) == ["Redirect URI without TLS: 2 new findings"]
    rule_watcher.post(f"{INBOX}read/")

    find(acme, 48)
    check_watched_rules()

    assert titles(rule_watcher) == [
        "Redirect URI without TLS: 1 new finding",
        "Redirect URI without TLS: 2 new findings",
    ]


def test_waived_finding_ends_and_returns(acme, rule_watcher):
    waiver = Waiver.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        client_id=44,
        rule=RULE,
        reason="Fine",
        owner="EDITOR",
        expires_on=timezone.localdate() + timedelta(days=9),
    )
    check_watched_rules()
    assert titles(rule_watcher) == ["Redirect URI without TLS: 1 resolved or waived"]
    rule_watcher.post(f"{INBOX}read/")

    waiver.delete()
    check_watched_rules()

    assert titles(rule_watcher)[0] == "Redirect URI without TLS: 1 new finding"


def test_muted_rule_does_not_catch_up(acme, rule_watcher):
    Watch.objects.update(is_muted=True)
    find(acme, 46)
    check_watched_rules()
    Watch.objects.update(is_muted=False)

    check_watched_rules()

    assert titles(rule_watcher) == []


# --- saved searches


@pytest.fixture
def auditor(member, sandbox):
    return member(Role.AUDITOR)


@pytest.fixture
def search(acme, auditor, watch):
    search = SavedSearch.objects.create(
        organization=acme,
        user=User.objects.get(username="AUDITOR"),
        name="Outside",
        query=f"operation={EXTERNAL.name}",
    )
    assert watch(str(search.pk), auditor)["Location"].startswith("/acme/audit/?operation=")
    return search


def test_new_entries_of_a_search_are_counted(auditor, search, change):
    change(EXTERNAL)
    change(events.TWIN_ADD)
    collect_notifications()
    change(EXTERNAL, service="99")
    collect_notifications()
    collect_notifications()

    assert titles(auditor) == ["Outside: 2 new entries"]
    number = Notification.objects.get().pk
    assert "operation=" in auditor.get(f"{INBOX}?open={number}")["Location"]


def test_own_entries_do_not_count(auditor, search, change):
    change(EXTERNAL, actor="AUDITOR")

    collect_notifications()

    assert titles(auditor) == []


def test_search_that_others_removed_or_hid_is_gone(viewer, member, search, change, watch):
    other = member(Role.ADMIN)
    assert watch(str(search.pk), other).status_code == 404
    SavedSearch.objects.update(shared=True)
    watch(str(search.pk), other)
    change(EXTERNAL)
    collect_notifications()
    assert titles(other) == ["Outside: 1 new entry"]

    SavedSearch.objects.update(shared=False)
    assert titles(other) == []
    SavedSearch.objects.all().delete()
    assert not Watch.objects.exists()


def test_search_needs_access_to_the_audit_log(auditor, search, change):
    change(EXTERNAL)
    collect_notifications()

    Membership.objects.filter(user__username="AUDITOR").update(role=Role.EDITOR)

    assert titles(auditor) == []
    change(EXTERNAL)
    collect_notifications()
    assert Notification.objects.get().added == 1


def test_list_of_searches_leads_to_the_watch(auditor, search):
    path = f"/acme/watches/toggle/?target={search.pk}"
    assertContains(auditor.get("/acme/audit/searches/"), path)
    assertContains(auditor.get(path), "Unwatch")
    assertContains(auditor.get(f"{INBOX}list/"), "Saved search")
