from pytest_django.asserts import assertContains, assertNotContains

from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.keys import rollover

URL = "/acme/keys/rollovers/"


def test_rollovers_of_the_organization_are_listed(member, acme):
    viewer = member(Role.VIEWER)
    assertContains(viewer.get(URL), "No rollovers yet")
    other = Organization.objects.create(slug="other", name="Other")
    rollover(other, label="Of others")
    rollover(acme, service_id=1, state="retired", label="Ended")
    rollover(acme, label="Running", error="Somebody was here.")

    response = viewer.get(URL)

    text = response.content.decode()
    assert text.index("Running") < text.index("Ended")
    assertContains(response, "Somebody was here.")
    assertContains(response, "needs attention")
    assertNotContains(response, "Of others")


def test_home_counts_rollovers_and_pending_confirmations(admin, start_rollover, acme):
    start_rollover()
    assertContains(admin.get("/acme/"), "1 signing key rollover in progress")

    rollover(acme, service_id=1, error="Somebody was here.")

    assertContains(admin.get("/acme/"), "1 signing key rollover needs")


def test_rollovers_are_filtered_sorted_and_exported(member, acme):
    viewer = member(Role.VIEWER)
    rollover(acme, service_id=1, state="retired", label="Ended")
    rollover(acme, label="Running")

    def labels(query):
        return [row.rollover.label for row in viewer.get(URL + query).context["list_page"].rows]

    assert labels("?q=runn") == ["Running"]
    assert labels("?state=retired") == ["Ended"]
    assert labels("?sort=-service") == ["Running", "Ended"]
    assert labels("?sort=service") == ["Ended", "Running"]
    exported = viewer.get(f"{URL}?state=retired&download=csv").getvalue().decode().splitlines()
    assert len(exported) == 2
    assert "Ended" in exported[1]
