"""From settings to the way to a region."""

import pytest

from tenants.authlete.transport.egress import Egress
from tenants.organizations.egress import check_egress, get_egress
from tests.support.tls import Issuer

US = "https://us.authlete.com"
IDP = "https://login.authlete.com"


def test_region_takes_its_own_value_before_the_common_one(settings):
    settings.AUTHLETE_PROXY = {"": "http://proxy:3128", "eu": "http://eu:3128", "jp": "direct"}
    settings.AUTHLETE_CA_FILE = {"eu": "/eu.pem"}

    assert get_egress("us", US) == Egress("http://proxy:3128")
    assert get_egress("eu", IDP) == Egress("http://eu:3128", "/eu.pem")
    assert get_egress("jp", US).proxy == ""


@pytest.mark.parametrize(
    ("entries", "is_direct"),
    [(["authlete.com"], True), ([".us.authlete.com"], True), (["*"], True), (["lete.com"], False)],
)
def test_hosts_can_be_reached_without_the_proxy(settings, entries, is_direct):
    settings.AUTHLETE_PROXY = {"": "http://proxy:3128"}
    settings.NO_PROXY = entries

    assert (get_egress("us", US).proxy == "") is is_direct


def test_only_insecure_allows_any_address(settings):
    assert get_egress("us", US).private_hosts is None

    settings.INSECURE = False

    assert get_egress("us", US).private_hosts is not None


def test_password_of_the_proxy_is_not_shown():
    assert "s3cret" not in repr(Egress("http://meridian:s3cret@proxy:3128"))
    assert Egress("http://meridian:s3cret@proxy:3128").proxy_host == "proxy:3128"


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("AUTHLETE_PROXY", {"": "proxy:3128"}, "expected http://user"),
        ("AUTHLETE_PROXY", {"": "http://u:s3/cret@proxy:3128"}, "in a password"),
        ("AUTHLETE_PROXY", {"mars": "http://proxy:3128"}, "'mars' is not a region"),
        ("AUTHLETE_CA_FILE", {"us": "/missing.pem"}, "us: the file can't be loaded"),
        ("AUTHLETE_CLIENT_CERT", {"us": "/missing.pem"}, "us: the file can't be loaded"),
        ("AUTHLETE_CLIENT_KEY", {"us": "/missing.pem"}, "AUTHLETE_CLIENT_CERT is missing"),
        ("AUTHLETE_PRIVATE_HOSTS", [("mars", "10.0.0.1")], "'mars' is not a region"),
        ("AUTHLETE_PRIVATE_HOSTS", [("us", "10.0.0.1/8")], "neither a host nor a network"),
    ],
)
def test_wrong_setting_stops_the_start(settings, setting, value, says):
    settings.INSECURE = False
    setattr(settings, setting, value)

    (error,) = check_egress()

    assert setting in error.msg
    assert says in error.msg
    assert "s3" not in error.msg


def test_right_settings_start(settings, tmp_path):
    issuer = Issuer()
    settings.AUTHLETE_PROXY = {"": "http://u:p%2Fw@proxy:3128", "eu": "direct"}
    settings.AUTHLETE_CA_FILE = {"us": issuer.write_ca(tmp_path), "eu": "system"}
    settings.AUTHLETE_CLIENT_CERT = {"us": issuer.write_certificate(tmp_path / "client.pem")}

    assert check_egress() == []
