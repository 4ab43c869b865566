from tenants.models import Credential
from tests.support.credentials import entries

URL = "/acme/credentials/us/remove/"


def test_asks_for_the_name_of_the_region(admin, held):
    assert "Services keep running" in admin.get(URL).content.decode()

    for typed in ("", "jp", "uss"):
        assert admin.post(URL, {"name": typed}).status_code == 422

    assert held("us") == "t0p"


def test_removes_it_and_the_record_tells_so(admin):
    admin.post(URL, {"name": "us"})

    assert not Credential.objects.exists()
    (entry,) = entries("credential.remove")
    assert (entry.region, entry.outcome, entry.effect) == ("us", "done", "destroy")
    assert entry.changes[0]["after"] is None


def test_there_is_nothing_to_remove_without_one(admin):
    place = "/acme/credentials/jp/remove/"
    assert admin.post(place, {"name": "jp"}).status_code == 404
