"""The user search form."""

import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.html import escape
from pytest_django.asserts import assertContains

from console.models import Lookup
from tenants.audit.models import AuditEntry
from tests.support.forms import URLENCODED, fill_form
from tests.support.sessions import stored_sessions
from tests.support.users import SUBJECT, USERS_URL

# What no page, address or log may take for anything but a name.
HOSTILE = [
    "<img src=x onerror=alert(1)>\"'&",
    "../../admin/",
    "..",
    "a/b//c",
    "100%25%2e%2e%00",
    "x" * 100,
    "Zoë 用户 \u202e🦊",
    "{{ 7*7 }}{% debug %}",
    "a=b&c=d#e?f",
]


def test_search_redirects_to_a_url_without_the_subject(help_desk):
    body = fill_form(help_desk.get(USERS_URL), "subject", subject=SUBJECT)

    response = help_desk.post(USERS_URL, body, content_type=URLENCODED)

    assert response.status_code == 302
    assert SUBJECT not in str(response.headers)
    assertContains(help_desk.get(response["Location"]), SUBJECT)


@pytest.mark.parametrize("subject", HOSTILE)
def test_any_subject_is_accepted_and_escaped(help_desk, look_up, subject, caplog):
    caplog.set_level(logging.DEBUG)

    path = look_up(subject)

    page = help_desk.get(path)
    assertContains(page, escape(subject))
    assert "<img src=x" not in page.text
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    logged = "".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    stored = str(stored_sessions())
    sealed = str(list(Lookup.objects.values()))
    if len(subject) > 3:
        assert subject not in title + str(page.headers) + path + logged + stored + sealed


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ("", "Enter the subject"),
        ("   ", "Enter the subject"),
        ("\u200b\ufeff", "Enter the subject"),  # characters without a width
        ("y" * 101, "100 characters at most"),
        ("a\0b", "Null characters"),
    ],
)
def test_invalid_subjects_are_errors_at_the_field(help_desk, subject, message):
    response = help_desk.post(USERS_URL, {"subject": subject})

    assertContains(response, message, status_code=422)
    assert not Lookup.objects.exists()
    assert subject.strip() == "" or subject not in response.text


def test_search_is_logged(help_desk, look_up):
    look_up()

    entry = AuditEntry.objects.get(operation="subject.search")
    assert (entry.subject, entry.effect, entry.outcome) == (SUBJECT, "read", "done")
    assert entry.role == "help desk"


def test_form_lists_no_subject(help_desk, look_up):
    look_up()

    assert SUBJECT not in help_desk.get(USERS_URL).text


def test_old_searches_are_deleted(help_desk, look_up):
    look_up()
    Lookup.objects.update(created_at=timezone.now() - timedelta(hours=13))

    look_up("user-2")

    assert Lookup.objects.count() == 1


def test_subject_is_reencrypted_on_key_rotation(look_up, settings):
    look_up()
    old = Lookup.objects.get().sealed
    settings.VAULT_KEYS = f"new:{'B' * 43}=,{settings.VAULT_KEYS}"

    call_command("vault_rotate", verbosity=0)

    assert Lookup.objects.get().sealed != old
    assert Lookup.objects.get().subject == SUBJECT
