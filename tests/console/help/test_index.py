import pytest
from pytest_django.asserts import assertContains

from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome

URL = "/help/"


@pytest.fixture
def response(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mara"))
    return client.get(URL)


@pytest.mark.parametrize("outcome", Outcome)
def test_explains_every_outcome(response, outcome):
    assertContains(response, f'data-outcome="{outcome}">{outcome.label}<')


@pytest.mark.parametrize("effect", Effect)
def test_explains_every_effect(response, effect):
    assertContains(response, f'data-effect="{effect}"')


def test_help_is_linked_from_every_page(response, client):
    assertContains(client.get("/help/display/"), f'href="{URL}" aria-label="Help"')
