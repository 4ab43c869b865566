"""Allowed destinations of outbound requests."""

import os
from ipaddress import ip_address
from threading import Event

import httpcore
import httpx
import pytest

from tenants.authlete.transport.addresses import is_public
from tenants.outbound import safe_http
from tenants.outbound.safe_http import UrlNotAllowedError, post, validate_url
from tests.support.authlete import HOST
from tests.support.webhook_receiver import run_webhook_receiver

# Each is refused as it stands.
ADDRESSES = """
http://siem.example/ ftp://siem.example/ file:///etc/passwd gopher://127.0.0.1/
//siem.example/ https:// https:///x javascript:alert(1) https://u:p@siem.example/
https://siem.example@127.0.0.1/ https://@siem.example/ https://siem.example/#x
https://siem.example:22/ https://siem.example:99999/ https://127.0.0.1/
https://10.0.0.8:8443/ https://169.254.169.254/latest/meta-data/ https://[::1]/
https://[::ffff:10.0.0.1]/ https://[64:ff9b::7f00:1]/ https://[2002:7f00:1::]/
https://[fd00::1]/ https://[fe80::1]/ https://224.0.0.1/ https://0.0.0.0/
""".split()
ODD = ["https://siem.example/\r\nX: y", "https://siem.example /", "https://a" * 500]
# What a resolver may say, or make of an odd spelling; one bad address is enough.
ANSWERS = [
    ["127.0.0.1"],
    ["93.184.216.34", "10.1.2.3"],
    ["100.64.0.1"],
    ["192.168.1.1"],
    ["172.16.0.1"],
    ["169.254.169.254"],
    ["255.255.255.255"],
    ["240.0.0.1"],
    ["198.18.0.1"],
    ["::"],
    ["::1"],
    ["::127.0.0.1"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::a00:1"],
    ["64:ff9b:1::1"],
    ["2002:a00:1::"],
    ["2001::1"],  # Teredo
    ["2001:db8::1"],
    ["fec0::1"],
    ["ff02::1"],
]
GOOD = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:8.8.8.8"]


@pytest.fixture(autouse=True)
def strict(settings):
    settings.INSECURE = False


@pytest.fixture
def trust(issuer, monkeypatch):
    """The test's own authority of certificates is one of the known ones."""
    monkeypatch.setattr(safe_http, "build_ssl_context", issuer.trust)


@pytest.mark.parametrize("url", [*ADDRESSES, *ODD])
def test_private_and_invalid_urls_are_refused(url):
    with pytest.raises(UrlNotAllowedError):
        validate_url(url)


def test_all_addresses_of_a_host_must_be_public(names, caplog):
    spelled = ["2130706433", "0x7f.0.0.1", "localhost.", "siem.example"]
    for answer in ANSWERS:
        for host in spelled:
            names[host] = lambda answer=answer: answer
            with pytest.raises(UrlNotAllowedError, match="non-public address") as refused:
                post(f"https://{host}:8443/", b"{}", {})
            # Who entered the name does not learn what it stands for within.
            assert str(ip_address(answer[-1])) not in str(refused.value)
            assert str(ip_address(answer[-1])) in caplog.text
    assert all(is_public(ip_address(address)) for address in GOOD)


# An address of each special-purpose network, and the addresses next to some of them.
SPECIAL = """
0.1.2.3 10.255.255.255 100.100.100.200 127.1.1.1 168.63.129.16 169.254.170.2 172.31.255.255
192.0.0.9 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1
192.175.48.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 255.255.255.255
""".split()
SPECIAL_IPV6 = """
::1 ::168.63.129.16 100::1 100:0:0:1::1 64:ff9b:1::1 2001::1 2001:1::1 2001:2::1 2001:3::1
2001:4:112::1 2001:20::1 2001:30::1 2001:db8::1 2620:4f:8000::1 3fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fec0::1 ff02::1 ::ffff:0:168.63.129.16
""".split()
NEIGHBORS = ["168.63.129.15", "168.63.129.17", "192.88.98.255", "192.88.100.0", "2620:4f:7fff::1"]


def embed(text):
    """Return the IPv6 addresses that stand for an IPv4 address."""
    number = int(ip_address(text))
    groups = f"{number >> 16:x}:{number & 0xFFFF:x}"
    return [f"::ffff:{text}", f"64:ff9b::{text}", f"2002:{groups}::1"]


@pytest.mark.parametrize("text", [*SPECIAL, *SPECIAL_IPV6])
def test_special_addresses_are_not_public(text):
    spelled = [text] if ":" in text else [text, *embed(text)]

    assert [address for address in spelled if is_public(ip_address(address))] == []


@pytest.mark.parametrize("text", NEIGHBORS)
def test_addresses_next_to_special_ones_are_public(text):
    spelled = [text] if ":" in text else [text, *embed(text)]

    assert all(is_public(ip_address(address)) for address in spelled)


def test_host_is_resolved_once_and_pinned(names, monkeypatch):
    """So that a second answer, of another address, changes nothing."""
    says = iter([["93.184.216.34"], ["127.0.0.1"]])
    names["rebinds.example"] = lambda: next(says)
    went = []

    def connect(self, host, *_, **__):
        went.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)

    with pytest.raises(httpx.ConnectError):
        post("https://rebinds.example/", b"{}", {})

    assert (went, names.asked) == (["93.184.216.34"], ["rebinds.example"])


def test_certificates_are_verified(names, issuer, trust, settings, tmp_path):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.0/8"]
    names["other.test"] = lambda: ["127.0.0.1"]
    requested_hosts = []
    context = issuer.server(tmp_path)
    context.sni_callback = lambda _, name, __: requested_hosts.append(name)
    with run_webhook_receiver(context) as receiver:
        answer = post(f"https://{HOST}:{receiver.port}/in?to=1", b"{}", {"X-A": "1"})
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            post(f"https://other.test:{receiver.port}/", b"{}", {})

    (request,) = receiver.requests
    assert (answer.status, request.path, request.body) == (204, "/in?to=1", b"{}")
    assert request.headers["Host"] == f"{HOST}:{receiver.port}"
    assert requested_hosts[0] == HOST


def test_redirects_cookies_and_environment_proxies_are_ignored(settings, monkeypatch):
    settings.INSECURE = True
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9/")
    with run_webhook_receiver() as receiver:
        away = {"Location": receiver.url, "Set-Cookie": "a=b"}
        receiver.answers = [(302, away, b""), (200, {}, b"x" * 100_000)]
        first, second = (post(receiver.url, b"{}", {}) for _ in range(2))

    assert (first.status, second.status, len(receiver.requests)) == (302, 200, 2)
    assert "Cookie" not in receiver.requests[1].headers
    assert len(second.text) == safe_http.MAX_RESPONSE_BYTES


def test_slow_response_ends_at_the_deadline(settings, monkeypatch):
    settings.INSECURE = True
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(safe_http, "TIMEOUT_SECONDS", 0.3)
    given_up = Event()

    def late():
        return 204 if given_up.wait(30) else 500

    with run_webhook_receiver() as receiver:
        receiver.answers = [late]
        with pytest.raises(httpx.TimeoutException):
            post(receiver.url, b"{}", {})
        given_up.set()


@pytest.mark.parametrize(
    ("allowed", "host", "expected"),
    [
        (["siem.corp"], "SIEM.corp", ["10.0.0.1"]),
        (["10.0.0.0/24", "fd00::/8"], "siem.corp", ["10.0.0.1", "fd00::1"]),
    ],
)
def test_allowed_private_hosts_are_accepted(settings, allowed, host, expected):
    settings.WEBHOOK_PRIVATE_HOSTS = allowed

    safe_http.check_public(host, expected)
    with pytest.raises(UrlNotAllowedError):
        safe_http.check_public("evil.example", ["10.0.1.1"])


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "https://siem", "a b"])
def test_invalid_allow_list_entry_is_an_error(settings, entry):
    settings.WEBHOOK_PRIVATE_HOSTS = [entry]

    with pytest.raises(ValueError, match="neither a host nor a network"):
        safe_http.check_settings()
