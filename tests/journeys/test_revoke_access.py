"""A help desk revokes, one app or everything, and proves it (H2, H3 and H5)."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from playwright.sync_api import expect

from console.models import Receipt
from tenants.authlete.transport import connection_pool
from tenants.jobs import control, queue
from tenants.jobs.completion import worker_actor
from tenants.jobs.models import Job
from tenants.jobs.worker import JobWorker
from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse
from tests.support.journeys import SUBJECT, look_up_user, region_panel
from tests.support.secret_scanner import dump_database

WHY, TICKET = "Account taken over", "INC-4471"


@pytest.fixture
def home(open_signed_in, person):
    page = open_signed_in(person(Role.HELP_DESK, "Nia Okafor"))
    expect(page.get_by_role("searchbox", name="Subject identifier")).to_be_focused()
    return page


@pytest.fixture
def waits(monkeypatch):
    """Poll every second, and return a function that closes the circuit breakers."""
    page = import_module("console.users.views")
    monkeypatch.setattr(page, "IDLE_REFRESH_SECONDS", 1)
    return lambda: monkeypatch.setattr(connection_pool, "_pools", {})


@pytest.fixture
def names(home, caplog, capfd):
    """Judges that the subject was in no address, header, title or log, and is
    nowhere at rest but in the record.
    """
    requests: list[str] = []
    home.on("request", lambda event: requests.append(f"{event.url} {event.headers}"))
    home.on("response", lambda event: requests.append(str(event.headers)))
    home.on("domcontentloaded", lambda: requests.append(home.title()))

    def judge(*more):
        assert len(requests) > 10
        assert SUBJECT not in " ".join([*requests, *more, home.title()])
        logs = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
        assert SUBJECT not in logs + "".join(capfd.readouterr())
        holding = {table for table, text in dump_database() if SUBJECT in text} - {"file"}
        assert holding == {"audit_auditentry", "audit_auditrecord"}

    return judge


def live_tokens(sandbox, name, subject=SUBJECT):
    """Return a user's tokens at Harbor's services in a region."""
    here = sandbox.region(name)
    harbor = next(
        number
        for number, organization in sandbox.state.organizations.items()
        if organization.slug == "harbor"
    )
    own = [number for number in here.services if here.owner(number) == harbor]
    return [token for n in own for token in here.tokens[n] if token.subject == subject]


def say_why(hand, page):
    hand.type(page.get_by_label("Reason"), WHY)
    hand.type(page.get_by_label("Ticket"), TICKET)


def run_worker():
    """Run the worker while the page is open."""
    queue.record_heartbeat("journey")
    JobWorker("journey", until_empty=True).run()


def test_one_app_of_a_user_is_revoked(home, input_device, sandbox, assert_budget):
    sandbox.fault("down", region="jp")
    before = len(live_tokens(sandbox, "us"))
    input_device = input_device(home)
    look_up_user(input_device, home)
    us = region_panel(home, "United States")
    row = us.get_by_role("row", name="Harbor app").first

    input_device.follow_link(row.get_by_role("link", name="Revoke"))
    dialog = home.get_by_role("dialog")
    expect(dialog).to_contain_text("revoked immediately")
    say_why(input_device, dialog)
    input_device.click("button", "Revoke access", dialog)

    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("revoked")
    expect(row.get_by_role("link", name="Receipt")).to_be_focused()
    assert_budget("H2", input_device)
    assert before - len(live_tokens(sandbox, "us")) == 2
    row.get_by_role("link", name="Receipt").click()
    expect(home.get_by_text("fully confirmed")).to_be_visible()
    expect(home.get_by_text(TICKET)).to_be_visible()


def test_revoke_all_revokes_in_all_regions_with_a_receipt(
    home, input_device, sandbox, waits, names, assert_budget
):
    sandbox.fault("down", region="jp")
    tokens = sum(len(live_tokens(sandbox, name)) for name in ("us", "eu", "br"))
    input_device = input_device(home)
    look_up_user(input_device, home)

    input_device.follow_link(home.get_by_role("link", name="Revoke all"))
    expect(home.get_by_text("Some services weren't checked")).to_be_visible()
    expect(home.get_by_text(f"{tokens} active and 0 expired tokens")).to_be_visible()
    say_why(input_device, home)
    input_device.type(home.get_by_label("Type the last 4 characters"), SUBJECT[-4:])
    input_device.click("button", "Revoke all")
    expect(home.get_by_role("progressbar")).to_be_visible()
    run_worker()

    expect(home.get_by_text("1 service pending")).to_be_visible()
    assert not [
        live_token for name in ("us", "eu", "br") for live_token in live_tokens(sandbox, name)
    ]
    assert live_tokens(sandbox, "jp")
    sandbox.faults.clear()
    waits()
    control.resume_job(Job.objects.get(), worker_actor(Job.objects.get()))
    run_worker()
    expect(home.get_by_text("fully confirmed")).to_be_visible()
    input_device.click("button", "Copy receipt link")
    assert_budget("H3", input_device)
    assert not live_tokens(sandbox, "jp")
    assert f"/receipts/{Receipt.objects.get().pk}/" in home.url
    with home.expect_download() as file:
        home.get_by_role("link", name="JSON").click()
    receipt = json.loads(Path(file.value.path()).read_text())
    assert receipt["proven"] is True
    assert receipt["tokens"]["ended"] > tokens
    assert receipt["tokens"]["live_after"] == 0
    names(file.value.suggested_filename)


def test_repeated_revocation_shows_the_earlier_one(home, input_device, sandbox, assert_budget):
    sandbox.fault("down", region="jp")
    other = Mouse(home)
    look_up_user(other, home)
    row = region_panel(home, "United States").get_by_role("row", name="Harbor app").first
    row.get_by_role("link", name="Revoke").click()
    say_why(other, home.get_by_role("dialog"))
    home.get_by_role("button", name="Revoke access").click()
    expect(row).to_contain_text("revoked")
    expect(region_panel(home, "Earlier actions")).to_contain_text(TICKET)
    home.goto("/harbor/subjects/")

    input_device = input_device(home)
    look_up_user(input_device, home)
    past = region_panel(home, "Earlier actions")
    expect(past).to_contain_text(TICKET)
    input_device.follow_link(past.get_by_role("link", name="Receipt").first)

    expect(home.get_by_text("fully confirmed")).to_be_visible()
    assert_budget("H5", input_device)
