import pytest

from console.models import Lookup
from tenants.roles import Role

BOX = "/acme/subjects/"
SUBJECT = "user-204188"


@pytest.fixture
def desk(member, sandbox):
    return member(Role.HELP_DESK)


@pytest.fixture
def look_up(desk):
    """Look somebody up in the box, and give the path of their page."""

    def look_up(subject=SUBJECT, browser=desk):
        response = browser.post(BOX, {"subject": subject})
        assert response.status_code == 302
        assert response["Location"] == f"{BOX}{Lookup.objects.latest('made_at').pk}/"
        return response["Location"]

    return look_up
