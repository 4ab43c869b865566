import pytest
from pytest_django.asserts import assertContains

from console.services.presets import SERVICE_PRESETS
from tenants.authlete.documents.service.rules import check_service
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.markup import compact

URL = "/acme/services/new/"


@pytest.fixture
def numbered(acme):
    Credential.objects.update(number=1)


def test_offers_archetypes_and_services_to_copy(editor, numbered):
    response = editor.get(URL)

    for title in ("OpenID Connect", "FAPI 2.0", "CIBA", "Verifiable credentials"):
        assertContains(response, title)
    assert '<option value="us/17">Shop, us</option>' in compact(response)


def test_archetypes_have_no_configuration_warnings():
    for service_preset in SERVICE_PRESETS.values():
        assert check_service(service_preset.build_document("Shop", "https://as.example")) == []


def test_copy_link_preselects_the_original(editor, numbered):
    response = editor.get(URL, {"original": "us/17"})

    assertContains(response, '<option value="us/17" selected>')


def test_missing_permission_to_create_is_explained(editor):
    assertContains(editor.get(URL), "You can't create services")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, role):
    assert member(role).get(URL).status_code == 403
