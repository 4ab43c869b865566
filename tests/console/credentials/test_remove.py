from tenants.models import Credential
from tests.support.credentials import entries

URL = "/acme/credentials/us/remove/"


def test_region_name_must_be_typed(admin, stored_token):
    assert "Services keep running" in admin.get(URL).content.decode()

    for typed in ("", "jp", "uss"):
        assert admin.post(URL, {"name": typed}).status_code == 422

    assert stored_token("us") == "t0p"


def test_removal_is_logged(admin):
    admin.post(URL, {"name": "us"})

    assert not Credential.objects.exists()
    (entry,) = entries("credential.remove")
    assert (entry.region, entry.outcome, entry.effect) == ("us", "done", "destroy")
    assert entry.changes[0]["after"] is None


def test_region_without_credential_is_not_found(admin):
    place = "/acme/credentials/jp/remove/"
    assert admin.post(place, {"name": "jp"}).status_code == 404
