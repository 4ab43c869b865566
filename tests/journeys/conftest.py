"""A deployment with four regions, members and browsers."""

from copy import deepcopy

import pytest
from pydantic import SecretStr

from tenants.audit.actor import Actor
from tenants.models import Credential, Organization
from tenants.organizations.members import add_member
from tenants.sandbox import app
from tenants.sandbox.http_messages import SandboxRequest
from tenants.sandbox.state import LazyDict
from tests.support.chromium import BROWSER_TIMEOUT_MS
from tests.support.input_devices import Keyboard, Mouse
from tests.support.journeys import sign_in_page
from tests.support.scene import PASSWORD
from tests.support.tiers import slow_after_first


@pytest.fixture(scope="session")
def seeded_sandbox():
    """The sandbox of the demo; `sandbox` hands out copies."""
    return app.Sandbox(seed=1)


@pytest.fixture
def sandbox(seeded_sandbox, monkeypatch):
    """A copy of the demo's four regions and five organizations."""
    sandbox = app.Sandbox()
    sandbox.state.organizations = deepcopy(seeded_sandbox.state.organizations)
    sandbox.state.tokens = deepcopy(seeded_sandbox.state.tokens)
    for name, region in seeded_sandbox.state.regions.items():
        mine = sandbox.region(name)
        mine.services = deepcopy(region.services)
        mine.owners = dict(region.owners)
        mine.clients, mine.tokens = copied(region.clients), copied(region.tokens)
    monkeypatch.setattr(app, "SHARED_SANDBOX", sandbox)
    return sandbox


def copied(source):
    """Return the same objects by service, copied on first access."""
    return LazyDict(lambda service_id: deepcopy(source[service_id]))


@pytest.fixture
def find_service_id(sandbox):
    """Return a function that finds a service's ID by region and name."""

    def found(region, name):
        services = sandbox.region(region).services
        (number,) = (n for n, one in services.items() if one["serviceName"] == name)
        return number

    return found


@pytest.fixture
def raw_response_body(sandbox):
    """Return a function that gets a service or client from Authlete, byte for byte."""

    def text_of(region, number, client_id=0):
        (token,) = (
            token.value
            for token in sandbox.state.tokens.values()
            if token.preset == "full"
            and token.regions == (region,)
            and token.organization == sandbox.region(region).owner(number)
        )
        headers = {"authorization": f"Bearer {token}"}
        operation_path = f"client/get/{client_id}" if client_id else "service/get"
        path = f"/api/{number}/{operation_path}"
        return sandbox.answer(region, SandboxRequest("GET", path, headers=headers)).body

    return text_of


@pytest.fixture
def sent_updates(sandbox):
    """Return a function that lists the bodies of updates of a service or client."""

    def sent_to(region, number, client_id=0):
        operation_path = f"client/update/{client_id}" if client_id else "service/update"
        path = f"/api/{number}/{operation_path}"
        return [call.body for call in sandbox.calls if (call.region, call.path) == (region, path)]

    return sent_to


@pytest.fixture
def harbor(transactional_db, sandbox):
    """Harbor Mutual, with a credential for each region."""
    harbor = Organization.objects.create(slug="harbor", name="Harbor Mutual")
    for token in sandbox.state.tokens.values():
        number = token.organization
        home = sandbox.state.organizations[number]
        if token.preset == "full" and home.slug == "harbor":
            (region,) = token.regions
            Credential(organization=harbor, region=region, number=number).set_token(
                SecretStr(token.value)
            ).save()
    return harbor


@pytest.fixture
def person(harbor):
    """Return a function that adds a member of Harbor with a password."""

    def person(role, name=""):
        setup = Actor(0, "setup", organization_id=harbor.pk, organization=harbor.slug)
        name = name or f"Some {role.name.title()}"
        email = f"{name.lower().replace(' ', '.')}@harbor.example"
        user = add_member(setup, harbor, email, role, name).membership.user
        user.set_password(PASSWORD)
        user.save()
        return user

    return person


@pytest.fixture
def open_page(new_context, live_server, harbor):
    """Return a function that opens a browser without a session."""

    def open_(**options):
        context = new_context(base_url=live_server.url, **options)
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        return context.new_page()

    return open_


@pytest.fixture
def open_signed_in(open_page, live_server):
    """Return a function that opens a browser signed in as a user."""

    def open_(user, **options):
        page = open_page(**options)
        sign_in_page(user, page, live_server.url)
        page.goto("/")
        return page

    return open_


@pytest.fixture(params=slow_after_first([Mouse, Keyboard]))
def input_device(request):
    """Use pages by mouse, or by keyboard only."""
    return request.param
