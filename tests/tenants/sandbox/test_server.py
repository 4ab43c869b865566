"""The sandbox over real sockets."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Semaphore
from time import monotonic, sleep

import httpx
import pytest

from tenants.sandbox import faults
from tenants.sandbox.server import SandboxServer
from tests.support.sandbox import SERVICE
from tests.support.tiers import slow_after_first

GET = f"/api/{SERVICE}/service/get"
ROOT = Path(__file__).parents[3]
PATIENCE = 60  # seconds, on a machine that has much else to do


@pytest.fixture
def server(sandbox):
    with SandboxServer(sandbox) as server:
        yield server


@pytest.fixture
def line(server):
    client = httpx.Client(
        base_url=server.url("us"), headers={"Authorization": "Bearer full"}, timeout=PATIENCE
    )
    with client:
        yield client


def test_every_host_has_its_own_port(server, line, sandbox):
    sandbox.region("jp").services[7] = {"apiKey": 7, "serviceName": "Japan"}

    assert line.get(GET).json()["serviceName"] == "Shop"
    japan = line.get(f"{server.url('jp')}/api/7/service/get")
    assert japan.json()["serviceName"] == "Japan"
    servers = line.get(f"{server.url('idp')}/api/apiserver").json()
    assert servers[0]["apiServerUrl"] == server.url("us")
    assert line.get("/_tokens").json()["idp"] == server.url("idp")


def test_persistent_connection_has_no_delay(line):
    line.get(GET)
    start = monotonic()
    for _ in range(250):
        line.get(GET)

    assert monotonic() - start < 9  # a delayed ACK each would take 10 seconds


def test_hundreds_of_connections_are_accepted(server):
    host = server.url("us").removeprefix("http://")
    with ExitStack() as open_connections:
        connections = [HTTPConnection(host, timeout=PATIENCE) for _ in range(300)]
        for connection in connections:
            open_connections.callback(connection.close)
            connection.connect()
        for connection in connections:
            connection.request("GET", "/api/misc/echo")

        assert {connection.getresponse().status for connection in connections} == {200}


def test_large_body_is_accepted(line, sandbox):
    sandbox.region("us").newer.add("large")

    response = line.post(f"/api/{SERVICE}/service/update", json={"large": "x" * 5_000_000})

    assert response.status_code == 200
    assert len(response.json()["large"]) == 5_000_000


def test_chunked_body_is_accepted(line):
    def pieces():
        yield b'{"serviceName"'
        yield b':"In pieces"}'

    response = line.post(
        f"/api/{SERVICE}/service/update",
        content=pieces(),
        headers={"Content-Type": "application/json"},
    )

    assert response.json()["serviceName"] == "In pieces"


def test_request_without_its_whole_body_is_not_handled(server, sandbox):
    host = server.url("us").removeprefix("http://")
    with closing(HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.putrequest("POST", f"/api/{SERVICE}/service/update")
        connection.putheader("Content-Length", "20")
        connection.endheaders(b'{"half":')
        connection.sock.shutdown(socket.SHUT_WR)

        with pytest.raises(ConnectionError):
            connection.getresponse()

    assert not sandbox.calls


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("reset", httpx.ReadError),
        ("close", httpx.RemoteProtocolError),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
def test_connection_is_broken(line, sandbox, kind, error):
    sandbox.fault(kind, times=1)

    with pytest.raises(error):
        line.get(GET)
    assert line.get(GET).status_code == 200


def test_connection_is_closed_after_a_response(server, sandbox):
    sandbox.fault("hang_up", times=1)
    line = HTTPConnection(server.url("us").removeprefix("http://"))

    line.request("GET", "/api/misc/echo")
    response = line.getresponse()
    assert (response.status, response.read()) == (200, b"{}")
    assert "Connection" not in response.headers

    line.request("GET", "/api/misc/echo")
    with pytest.raises(ConnectionError):
        line.getresponse()
    line.close()


def test_region_that_is_down_refuses_connections(server, line, sandbox):
    line.get(GET)
    line.post(f"{server.url('eu')}/_faults", json={"kind": "down", "region": "us"})

    with pytest.raises(httpx.TransportError):  # the one that was kept
        line.get(GET)
    wait_for(lambda: refused(server.url("us")))
    assert httpx.get(f"{server.url('eu')}/api/misc/echo").status_code == 200

    httpx.delete(f"{server.url('eu')}/_faults")
    wait_for(lambda: not refused(server.url("us")))
    assert line.get(GET).status_code == 200


def test_slow_body_arrives_byte_by_byte(line, sandbox, monkeypatch):
    """The second leaves once the first is here."""
    may_leave = Semaphore()
    monkeypatch.setattr(faults, "sleep", lambda _: may_leave.acquire(timeout=PATIENCE))
    sandbox.fault("drip")
    drops = []

    with line.stream("GET", "/api/misc/echo") as response:
        for drop in response.iter_raw():
            drops.append(drop)
            may_leave.release()

    assert drops == [b"{", b"}"]


def test_server_listens_on_this_machine_only(server):
    host, _, port = server.url("us").removeprefix("http://").partition(":")

    assert host == "127.0.0.1"
    with socket.socket() as other:
        other.bind(("127.0.0.2", int(port)))  # in use, were it on all addresses


@pytest.mark.parametrize("stop", slow_after_first([signal.SIGINT, signal.SIGTERM]))
def test_command_needs_no_environment_and_stops_at_once(stop):
    command = [sys.executable, "manage.py", "sandbox", "--port=0", "--services=1"]
    with subprocess.Popen(command, cwd=ROOT, env={}, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        lines = [running.stdout.readline().split() for _ in range(6)]
        url = dict(line[:2] for line in lines)
        tokens = json.loads(httpx.get(url["tokens"]).content)
        running.send_signal(stop)
        assert running.wait(30) == 0

    assert list(url) == ["us", "jp", "eu", "br", "idp", "tokens"]
    assert tokens["organizations"][0]["name"] == "Harbor Mutual"


def refused(url):
    try:
        httpx.get(f"{url}/api/misc/echo")
    except httpx.ConnectError:
        return True
    except httpx.TransportError:  # it was about to close
        return False
    return False


def wait_for(claim):
    end = monotonic() + PATIENCE
    while not claim():
        assert monotonic() < end, "waited in vain"
        sleep(0.02)
