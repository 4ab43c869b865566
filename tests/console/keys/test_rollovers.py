from pytest_django.asserts import assertContains, assertNotContains

from tenants.models import Organization
from tenants.roles import Role
from tests.console.keys.conftest import rollover

URL = "/acme/keys/rollovers/"


def test_lists_those_of_the_organization(member, acme):
    viewer = member(Role.VIEWER)
    assertContains(viewer.get(URL), "No rollover yet")
    other = Organization.objects.create(slug="other", name="Other")
    rollover(other, label="Of others")
    rollover(acme, service_id=1, state="retired", label="Ended")
    rollover(acme, label="Running", trouble="Somebody was here.")

    shown = viewer.get(URL)

    text = shown.content.decode()
    assert text.index("Running") < text.index("Ended")
    assertContains(shown, "Somebody was here.")
    assertContains(shown, "waits for somebody")
    assertNotContains(shown, "Of others")
