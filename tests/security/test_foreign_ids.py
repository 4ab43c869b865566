"""Threat: an ID of one organization under another's URL is sent with the other's credential."""

import pytest
from django.contrib.auth.models import User
from pydantic import SecretStr

from console.models import KnownService
from tenants.audit.actor import Actor
from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.errors import ForeignServiceError
from tenants.authlete.listing import SERVICE_LIST
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.control import start_job
from tenants.jobs.models import ItemState, NewItem
from tenants.models import Credential, Membership, Organization
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tests.support.access import METHOD_NOT_ALLOWED, ORGANIZATION_PAGES, page_path
from tests.support.clients import make_client
from tests.tenants.jobs.lifetimes import LIFETIME, register

FOREIGN = {"region": "us", "service_id": 18, "client_id": 50}


@pytest.fixture
def admin(member, acme, sandbox):
    """A browser of an admin of two organizations that have a service each."""
    browser = member(Role.ADMIN)
    number = sandbox.state.organization("other", "Other")
    sandbox.state.accept(ApiToken("theirs", number, ORGANIZATION_PERMISSIONS))
    region = sandbox.region("us")
    region.services[18] = {"apiKey": 18, "serviceName": "Theirs", "modifiedAt": 1}
    region.owners[18] = number
    region.clients[18][50] = make_client(50)
    other = Organization.objects.create(slug="other", name="Other")
    Credential(organization=other, region="us").set_token(SecretStr("theirs")).save()
    user = User.objects.get(username=Role.ADMIN.name)
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)
    return browser


@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_ids_are_not_sent_with_the_credential_of_another_organization(
    admin, sandbox, method
):
    sandbox.calls.clear()

    for name in ORGANIZATION_PAGES:
        path = page_path(name, **FOREIGN)
        response = getattr(admin, method)(path, {"reason": "x", "idempotency_key": "x" * 24})
        if "/us/18/" in path and response.status_code != METHOD_NOT_ALLOWED:
            assert response.status_code == 404, name

    assert [call.path for call in sandbox.calls if "/18/" in call.path] == []


@pytest.mark.parametrize(
    "path",
    [
        "/acme/services/create/?region=us&start=copy&original=us/18&service_name=x"
        "&issuer=https://as.example.com",
        "/acme/services/us/17/clients/new/?start=copy&original=us/18/50",
        "/acme/services/us/17/as-of/?compare=us/18",
    ],
)
def test_foreign_ids_in_parameters_are_not_sent(admin, sandbox, path):
    sandbox.calls.clear()

    admin.get(path)

    assert [call.path for call in sandbox.calls if "/18/" in call.path] == []


def test_client_with_service_ids_refuses_other_services(acme, sandbox):
    client = connect(load_credentials(acme), "us", NullAuditSink(), service_ids={17})

    with pytest.raises(ForeignServiceError):
        client.service(18).get()
    assert {call.path for call in sandbox.calls} == {"/api/service/get/list"}
    assert client.service(17).get().api_key == 17


def test_client_lists_services_to_find_an_unknown_one(acme, sandbox):
    client = connect(load_credentials(acme), "us", NullAuditSink(), service_ids=set())

    assert client.service(17).get().api_key == 17
    assert client.service(17).get().api_key == 17
    paths = [call.path for call in sandbox.calls]
    assert paths == ["/api/service/get/list", "/api/17/service/get", "/api/17/service/get"]


def test_service_that_was_created_elsewhere_works_at_once(admin, sandbox, acme):
    sandbox.services[19] = {"apiKey": 19, "serviceName": "New", "modifiedAt": 1}
    path = page_path("services:show", region="us", service_id=19)

    assert admin.get(path).status_code == 200
    assert KnownService.objects.get(organization=acme, service_id=19).name == "New"


def test_known_service_is_not_listed_again(admin, sandbox):
    sandbox.calls.clear()

    admin.get(page_path("services:show", region="us", service_id=17))

    assert [call.path for call in sandbox.calls] == ["/api/17/service/get"]


def test_region_that_is_down_says_so_for_an_unknown_service(admin, sandbox):
    sandbox.fault("status", status=500)

    assert admin.get(page_path("services:show", region="us", service_id=18)).status_code == 502


def test_service_beyond_the_longest_list_is_found(admin, sandbox):
    for number in range(5_000, 5_000 + SERVICE_LIST.max_items + 1):
        sandbox.services[number] = {"apiKey": number, "serviceName": "Many", "modifiedAt": 1}
    last = max(sandbox.services)

    assert admin.get(page_path("services:show", region="us", service_id=last)).status_code == 200
    assert admin.get(page_path("services:show", region="us", service_id=4_999)).status_code == 404


def test_job_sends_no_foreign_id(admin, acme, worker, sandbox):
    kind = register("test.foreign")
    user = User.objects.get(username=Role.ADMIN.name)
    actor = Actor(user.pk, user.username, Role.ADMIN, acme.pk, acme.slug)
    items = [NewItem("us", number, payload={LIFETIME: 600}) for number in (18, 17)]
    sandbox.calls.clear()

    job = start_job(actor, acme, kind, "Shorten tokens", items, reason="Test")
    worker()

    assert count_items_by_state(job) == {ItemState.NOT_SENT: 1, ItemState.SUCCEEDED: 1}
    assert [call.path for call in sandbox.calls if "/18/" in call.path] == []
