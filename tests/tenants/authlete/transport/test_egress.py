"""Proxies, private authorities, client certificates and private addresses, over real sockets."""

import ssl

import pytest

from tenants.authlete import errors
from tenants.authlete.errors import UnreachableReason
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport.addresses import HostList
from tenants.authlete.transport.egress import SYSTEM_STORE, Egress, build_ssl_context
from tests.support.authlete import HOST
from tests.support.http_proxy import run_http_proxy
from tests.support.tls import Issuer

PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)


@pytest.fixture
def proxy():
    with run_http_proxy() as proxy:
        yield proxy


@pytest.fixture
def push(make_client, issuer, tmp_path):
    """Send one mutation to a port, trusting the test's authority unless said otherwise."""
    ca_file = issuer.write_ca(tmp_path)

    def send(port, **egress):
        options = {"egress": Egress(**{"ca_file": ca_file} | egress)}
        url = f"https://{HOST}:{port}"
        return make_client(url, pool_options=options, timeout_seconds=5.0).send(PUSH)

    return send


def refusal(push, *arguments, **options):
    with pytest.raises(errors.UnreachableError) as caught:
        push(*arguments, **options)
    assert caught.value.outcome is Outcome.NOT_SENT
    return caught.value


def test_proxy_opens_a_tunnel_and_resolves_the_name(push, serve, issuer, proxy, names, tmp_path):
    port, received, asked_for = serve(issuer.server(tmp_path))
    proxy.login = "meridian:p/w"

    assert push(port, proxy=f"http://meridian:p%2Fw@127.0.0.1:{proxy.port}") == {}

    assert proxy.targets == [f"{HOST}:{port}"]
    assert asked_for == [HOST]  # TLS is with the region, not with the proxy
    assert b"Proxy-Authorization" not in received[0]
    assert names.asked == []


def test_proxy_can_be_reached_by_https(push, serve, issuer, names, tmp_path):
    proxy_folder = tmp_path / "proxy"
    proxy_folder.mkdir()
    port, received, _ = serve(issuer.server(tmp_path))
    names["proxy.test"] = lambda: ["127.0.0.1"]

    with run_http_proxy(issuer.server(proxy_folder, host="proxy.test")) as proxy:
        assert push(port, proxy=f"https://proxy.test:{proxy.port}") == {}

    assert b"POST /push" in received[0]


def test_wrong_proxy_password_is_reported_without_it(push, proxy):
    proxy.login = "meridian:right"

    error = refusal(push, 443, proxy=f"http://meridian:wrong@127.0.0.1:{proxy.port}")

    assert error.reason is UnreachableReason.PROXY
    assert "rejected Meridian's user name or password (407)" in str(error)
    assert "AUTHLETE_PROXY" in str(error)
    assert "wrong" not in str(error)


def test_proxy_that_refuses_the_host_is_reported(push, proxy):
    proxy.status = 403

    error = refusal(push, 443, proxy=f"http://127.0.0.1:{proxy.port}")

    assert str(error) == f"The proxy 127.0.0.1:{proxy.port} didn't connect to {HOST} (403)."


def test_server_that_is_no_proxy_is_reported(push, serve):
    port, _, _ = serve(None)  # answers 400

    error = refusal(push, 443, proxy=f"http://127.0.0.1:{port}")

    assert error.reason is UnreachableReason.PROXY


def test_proxy_that_cannot_be_reached_is_reported_by_its_name(push, names):
    names["proxy.test"] = list

    error = refusal(push, 443, proxy="http://proxy.test:3128")

    assert error.outcome is Outcome.NOT_SENT
    assert HOST not in str(error)


@pytest.mark.parametrize("through_proxy", [False, True])
def test_unknown_issuer_is_named_with_the_setting(
    push, serve, names, proxy, tmp_path, through_proxy
):
    port, received, _ = serve(Issuer("Harbor Issuing CA 3").server(tmp_path))
    options = {"proxy": f"http://127.0.0.1:{proxy.port}"} if through_proxy else {}

    error = refusal(push, port, **options)

    assert error.reason is UnreachableReason.TLS
    assert "CN=Harbor Issuing CA 3" in str(error)
    assert "AUTHLETE_CA_FILE" in str(error)
    assert received == []


def test_system_store_is_used_if_chosen(push, serve, issuer, names, tmp_path, monkeypatch):
    port, _, _ = serve(issuer.server(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", issuer.write_ca(tmp_path))
    build_ssl_context.cache_clear()

    assert push(port, ca_file=SYSTEM_STORE) == {}
    build_ssl_context.cache_clear()


def test_client_certificate_is_presented(push, serve, issuer, names, tmp_path):
    context = issuer.server(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(issuer.write_ca(tmp_path))
    port, _, _ = serve(context)

    assert push(port, client_cert=issuer.write_certificate(tmp_path / "client.pem")) == {}


def test_missing_client_certificate_is_reported_as_not_sent(push, serve, issuer, names, tmp_path):
    context = issuer.server(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(issuer.write_ca(tmp_path))
    port, received, _ = serve(context)

    error = refusal(push, port)

    assert "AUTHLETE_CLIENT_CERT" in str(error)
    assert received == []


def test_private_address_is_rejected_unless_allowed(push, serve, issuer, names, tmp_path):
    port, received, _ = serve(issuer.server(tmp_path))

    error = refusal(push, port, private_hosts=HostList.parse(["other.test", "10.0.0.0/8"]))

    assert "AUTHLETE_PRIVATE_HOSTS" in str(error)
    assert received == []


@pytest.mark.parametrize("entry", [HOST, "127.0.0.0/8"])
def test_private_address_can_be_allowed(push, serve, issuer, names, tmp_path, entry):
    port, _, _ = serve(issuer.server(tmp_path))

    assert push(port, private_hosts=HostList.parse([entry])) == {}
