import pytest

from tenants.organizations.regions import check_regions, get_regions


def test_shared_regions_use_the_shared_idp(settings):
    settings.AUTHLETE_REGIONS = {"jp": "https://jp.authlete.com"}

    jp = get_regions()["jp"]

    assert (jp.title, jp.idp, jp.api_server) == ("Japan", "https://login.authlete.com", 53285)


def test_dedicated_cluster_has_no_shared_idp(settings):
    settings.AUTHLETE_REGIONS = {
        "harbor": "https://authlete.harbor.example",
        "jp": "https://jp.authlete.com.evil.example",
    }

    assert {region.idp for region in get_regions().values()} == {""}


def test_dedicated_cluster_may_have_an_idp(settings):
    settings.AUTHLETE_REGIONS = {"harbor": "https://authlete.harbor.example"}
    settings.AUTHLETE_IDPS = {"harbor": "https://login.harbor.example"}
    settings.AUTHLETE_API_SERVERS = {"harbor": "7"}

    assert get_regions()["harbor"].idp == "https://login.harbor.example"
    assert get_regions()["harbor"].api_server == 7


@pytest.mark.parametrize(
    "url",
    [
        "http://us.authlete.com",
        "https://us.authlete.com/api",
        "https://user:pass@us.authlete.com",
        "https://127.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "https://10.1.2.3",
        "https://localhost",
        "https://localhost.",
        "https://127.1",
        "https://0x7f.1",
        "https://[64:ff9b::7f00:1]",
        "https://us.authlete.com:port",
        "https://us.authlete.com:70000",
        "https://metadata.google.internal",
        "https://us.authlete.com?x=1",
        "ftp://us.authlete.com",
        "us.authlete.com",
    ],
)
def test_unsafe_region_url_stops_the_start(settings, url):
    settings.INSECURE = False
    settings.AUTHLETE_REGIONS = {"us": url}

    assert [error.id for error in check_regions()] == ["regions.E2"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://authlete.harbor.internal", "authlete.harbor.internal"),
        ("https://10.20.0.7:8443", "10.20.0.0/16"),
        ("https://authlete", "authlete"),
    ],
)
def test_private_host_is_allowed_for_its_region_only(settings, url, allowed):
    settings.INSECURE = False
    settings.AUTHLETE_REGIONS = {"harbor": url, "pier": url}
    settings.AUTHLETE_PRIVATE_HOSTS = [("harbor", allowed)]

    (error,) = check_regions()

    assert "pier" in error.msg
    assert "AUTHLETE_PRIVATE_HOSTS can allow it" in error.msg


def test_built_in_regions_are_valid(settings):
    settings.INSECURE = False

    assert check_regions() == []


@pytest.mark.parametrize("name", ["harbor-eu", "eu2", "x"])
def test_cluster_names_are_accepted(settings, name):
    settings.AUTHLETE_REGIONS = {name: "https://authlete.harbor.example"}

    assert check_regions() == []


@pytest.mark.parametrize("name", ["", "-eu", "eu-", "EU", "e u", "e/u", "e" * 21])
def test_invalid_region_names_are_refused(settings, name):
    settings.AUTHLETE_REGIONS = {name: "https://authlete.harbor.example"}

    (error,) = check_regions()

    assert repr(name) in error.msg
    assert "lowercase letters, digits and hyphens" in error.msg
