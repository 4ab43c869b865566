import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.models import Batch
from tenants.models import Membership, Organization
from tenants.organizations.roles import Role
from tests.support.authentication import set_last_authentication
from tests.support.batches import NEW, WHY, file, line
from tests.support.forms import URLENCODED, fill_form


@pytest.fixture
def token_service(acme, sandbox, settings):
    """Service 17, which issues tokens to client 5; two tokens are sent at once."""
    settings.BATCH_CHUNK = 2
    sandbox.services[17] |= {
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "supportedScopes": [{"name": "openid"}],
        "refreshTokenDuration": 7200,
    }
    sandbox.clients[5] = {"clientId": 5, "clientName": "Till"}
    return sandbox


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def upload(admin, token_service):
    """Return a function that uploads a file and returns its unchecked batch."""

    def upload(*lines, to=NEW, **options):
        form = fill_form(admin.get(to), "idempotency_key")
        key = form.partition("idempotency_key=")[2].partition("&")[0]
        sent = {"idempotency_key": key, "file": file(*lines, **options)}
        response = admin.post(to, sent)
        assert response.status_code == 302, response.content.decode()
        return Batch.objects.latest("created_at")

    return upload


@pytest.fixture
def press(admin):
    """Send the form of a page of a batch."""

    def press(batch, page, having="idempotency_key", **entered):
        path = f"/acme/batches/{batch.pk}/{page}/"
        body = fill_form(admin.get(path), having, **entered)
        response = admin.post(path, body, content_type=URLENCODED)
        batch.refresh_from_db()
        return response

    return press


@pytest.fixture
def at_once(monkeypatch):
    """Nobody waits between two looks."""
    monkeypatch.setattr("console.batches.polling.FIRST_POLL_SECONDS", 0.0)
    monkeypatch.setattr("console.batches.polling.MAX_POLL_SECONDS", 0.0)


@pytest.fixture
def slow(token_service, monkeypatch):
    """From now on batches take a minute, and nobody looks twice."""

    def slow():
        token_service.state.batching.delay = 60_000
        for name in ("FIRST_POLL_SECONDS", "MAX_POLL_SECONDS"):
            monkeypatch.setattr(f"console.batches.polling.{name}", 60.0)

    return slow


@pytest.fixture
def run_worker(worker, at_once):
    """Return a function that runs the worker and refreshes the batch."""

    def run_worker(batch):
        worker()
        batch.refresh_from_db()
        return batch

    return run_worker


@pytest.fixture
def dry_run_batch(upload, run_worker, press):
    """Return a function that makes a batch with a passed dry run."""

    def dry_run_batch(lines=3):
        batch = run_worker(upload(*map(line, range(lines))))
        press(batch, "dry-run")
        run_worker(batch)
        assert batch.state == Batch.State.TRIED, batch.state
        return batch

    return dry_run_batch


@pytest.fixture
def submitted(dry_run_batch, press):
    def submitted(lines=3):
        batch = dry_run_batch(lines)
        response = press(batch, "submit", "reason", **WHY)
        assert response.status_code == 302
        return batch

    return submitted


@pytest.fixture
def other_admin(acme):
    """An admin of another organization."""
    other = Organization.objects.create(slug="other", name="Other")
    user = User.objects.create_user("bo@other.example")
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)
    browser = Client()
    browser.force_login(user)
    return set_last_authentication(browser)
