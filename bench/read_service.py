"""Reading one service of 40 kB with the API client, against httpx and json alone."""

from functools import partial
from typing import Any

import httpx
from pydantic import SecretStr

from bench.environment import BenchEnvironment
from bench.report import Ratio, print_lines
from bench.timing import cpu_ms
from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.authlete import AuthleteClient, ConnectionPool, Redactor
from tenants.authlete.api.services import GET, LIST
from tenants.authlete.prepared_request import PreparedRequest

ROUNDS = 30


def measure(stage: BenchEnvironment) -> None:
    stage.wait(0)
    print_lines("", "Reading with the API client, against httpx and json")
    url, token = stage.region("us"), stage.world["tokens"]["us"]
    lines, redactor = ConnectionPool(url), Redactor(b"k" * 32)
    plain = AuthleteClient(lines, SecretStr(token), redactor=redactor)
    watch = AuditLogSink(Actor(1, "bench"))
    audited = AuthleteClient(lines, SecretStr(token), redactor=redactor, audit_sink=watch)
    bare = httpx.Client(base_url=url, trust_env=False, headers={"Authorization": f"Bearer {token}"})
    service = stage.world["service"]
    asks: list[tuple[str, str, PreparedRequest[Any]]] = [
        (
            "a service of 40 kB",
            f"/api/{service}/service/get",
            plain.prepare(GET, path_params={"service_id": service}),
        ),
        (
            "a list of 50 services",
            "/api/service/get/list?start=0&end=100",
            plain.prepare(LIST, query={"start": 0, "end": 100}),
        ),
    ]
    for case, path, query in asks:
        theirs, door, recorded = cpu_ms(
            partial(fetch, bare, path),
            partial(plain.send_prepared, query),
            partial(audited.send_prepared, query),
            times=ROUNDS,
        )
        print_lines(
            Ratio(f"{case}, redacted and strict: CPU", door, theirs),
            Ratio(f"{case}, with its two audit rows: CPU", recorded, theirs),
        )
    bare.close()


def fetch(client: httpx.Client, path: str) -> Any:
    return client.get(path).json()
