"""Four regions that cost next to nothing: cached answers of the sandbox, after a wait.

    python -m bench.fake_authlete FIRST_PORT SERVICES

Each answer is created once, so that the sandbox's own time doesn't count as the
console's. ``/_wait/20`` makes all regions wait 20 ms, ``/_wait/20/300`` the first 20 and
the last 300. ``/_world`` returns what to request and with which tokens; ``/_large`` and
``/_ordinary`` return stored services.
"""

import asyncio
import re
import sys
from functools import partial
from random import Random

from tenants.sandbox.app import Sandbox
from tenants.sandbox.http_messages import (
    JsonDict,
    SandboxRequest,
    SandboxResponse,
    dump_json,
    parse_query,
)
from tenants.sandbox.seeding.organizations import HARBOR

HOST = "127.0.0.1"
CONTENT_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")
SERVICE_BYTES = 40_000  # bytes of the service that is looked at alone
CLIENTS_PER_SERVICE = 1_000  # of any service
USER_OBJECTS = 6  # of each, where users are asked for
USER_PATHS = ("/client/authorization/", "/client/granted_scopes/", "/auth/token/")
NAME_WORDS = "alpha bravo coast delta ember flint grove haven inlet jade karst ledger".split()


class FakeAuthlete:
    """The answers of the regions and their waiting times."""

    def __init__(self, services: int) -> None:
        self._sandbox = Sandbox(1, services, clients=CLIENTS_PER_SERVICE)
        self._few = Sandbox(1, services, clients=USER_OBJECTS)
        self.regions = self._sandbox.state.regions
        self.wait = dict.fromkeys(self.regions, 0.0)  # seconds
        self._tokens = {
            region: token.value
            for token in self._sandbox.state.tokens.values()
            if token.organization == HARBOR.number and token.preset == "full"
            for region in token.regions or ()
        }
        self._service = next(iter(self.regions["us"].services))
        enlarge(self.regions["us"].services[self._service])
        self._store_data: dict[tuple[str, str, bytes], bytes] = {}

    def answer(self, region: str, target: str, body: bytes = b"", method: str = "GET") -> bytes:
        """Return the answer with its head; deletions aren't cached."""
        path, _, query = target.partition("?")
        if path.startswith("/_wait/"):
            return self._slow(*(float(part) for part in path.split("/")[2:]))
        if path == "/_world":
            stored = {"tokens": self._tokens, "service": self._service}
            return serialize(SandboxResponse(200, dump_json(stored)))
        if path in ("/_large", "/_ordinary"):
            large, ordinary, *_ = self.regions["us"].services.values()
            return serialize(
                SandboxResponse(200, dump_json(large if path == "/_large" else ordinary))
            )
        key = (region, target, body)
        if key not in self._store_data:
            headers = {"authorization": f"Bearer {self._tokens[region]}"}
            headers |= {"content-type": "application/json"} if body else {}
            request = SandboxRequest(method, path, parse_query(query), headers, body)
            of_users = any(path_part in path for path_part in USER_PATHS)
            sandbox = self._few if of_users else self._sandbox
            self._store_data[key] = serialize(sandbox.answer(region, request))
        answer = self._store_data[key]
        if "/delete/" in path:
            self._drop_cache(region, path.split("/")[2])
        return answer

    def _drop_cache(self, region: str, service: str) -> None:
        """Drop cached answers about a service's users, since they change."""
        self._store_data = {
            key: entry
            for key, entry in self._store_data.items()
            if key[0] != region or not key[1].startswith(f"/api/{service}/")
        }

    def _slow(self, first: float, last: float | None = None) -> bytes:
        step = ((first if last is None else last) - first) / (len(self.regions) - 1)
        for at, name in enumerate(self.regions):
            self.wait[name] = (first + step * at) / 1000
        return serialize(SandboxResponse(204))


def enlarge(service: JsonDict) -> None:
    """Add scopes until the service has the size of a large one."""
    random, scopes = Random(1), service.setdefault("supportedScopes", [])  # noqa: S311
    while len(dump_json(service)) < SERVICE_BYTES:
        words = [" ".join(random.choices(NAME_WORDS, k=12)) for _ in range(3)]
        scopes.append(
            {
                "name": f"{NAME_WORDS[len(scopes) % len(NAME_WORDS)]}:{len(scopes)}",
                "defaultEntry": False,
                "description": words[0],
                "descriptions": [
                    {"tag": tag, "value": text}
                    for tag, text in zip(("en", "ja"), words[1:], strict=True)
                ],
                "attributes": [{"key": "access_token.duration", "value": "600"}],
            }
        )


def serialize(answer: SandboxResponse) -> bytes:
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    head = (
        f"HTTP/1.1 {answer.status} OK\r\n"
        "Content-Type: application/json;charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class ServerConnection(asyncio.Protocol):
    """A connection; requests come one after the other."""

    transport: asyncio.Transport

    def __init__(self, world: FakeAuthlete, region: str) -> None:
        self._world, self._region = world, region
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, body = self._heard.partition(b"\r\n\r\n")
        length = CONTENT_LENGTH.search(head)
        if not end or len(body) < int(length[1] if length else 0):
            return
        method, target, _ = head.decode("latin-1").split(" ", 2)
        self._heard = b""
        answer = self._world.answer(self._region, target, body, method)
        wait = self._world.wait[self._region]
        if wait and not target.startswith("/_"):
            asyncio.get_running_loop().call_later(wait, self.transport.write, answer)
        else:
            self.transport.write(answer)


async def serve(first: int, services: int) -> None:
    world, loop = FakeAuthlete(services), asyncio.get_running_loop()
    for at, region in enumerate(world.regions):
        await loop.create_server(
            partial(ServerConnection, world, region), HOST, first + at, backlog=1024
        )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:])))
