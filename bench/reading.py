"""Reading one service of 40 kB through the door, against httpx and json alone."""

from functools import partial
from typing import Any

import httpx
from pydantic import SecretStr

from bench.clock import cpu
from bench.said import Ratio, say
from bench.stage import Stage
from tenants.audit.log import AuditLog
from tenants.audit.who import Who
from tenants.authlete import Authlete, Connections, Redactor
from tenants.authlete.api.services import GET, LIST
from tenants.authlete.asking import Asked

TIMES = 30


def measure(stage: Stage) -> None:
    stage.wait(0)
    say("", "Reading through the door, against httpx and json")
    url, token = stage.region("us"), stage.world["tokens"]["us"]
    lines, redactor = Connections(url), Redactor(b"k" * 32)
    plain = Authlete(lines, SecretStr(token), redactor=redactor)
    watch = AuditLog(Who(1, "bench"))
    audited = Authlete(lines, SecretStr(token), redactor=redactor, watch=watch)
    bare = httpx.Client(
        base_url=url, trust_env=False, headers={"Authorization": f"Bearer {token}"}
    )
    service = stage.world["service"]
    asks: list[tuple[str, str, Asked[Any]]] = [
        (
            "a service of 40 kB",
            f"/api/{service}/service/get",
            plain.ask(GET, places={"service_id": service}),
        ),
        (
            "a list of 50 services",
            "/api/service/get/list?start=0&end=100",
            plain.ask(LIST, query={"start": 0, "end": 100}),
        ),
    ]
    for what, path, asked in asks:
        theirs, door, recorded = cpu(
            partial(fetched, bare, path),
            partial(plain.make, asked),
            partial(audited.make, asked),
            times=TIMES,
        )
        say(
            Ratio(f"{what}, sealed and strict: CPU", door, theirs),
            Ratio(f"{what}, with its two rows in the record: CPU", recorded, theirs),
        )
    bare.close()


def fetched(client: httpx.Client, path: str) -> Any:
    return client.get(path).json()
