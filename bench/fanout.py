"""200 calls at once with all their rows in the record, against one call."""

from statistics import median

from pydantic import SecretStr

from bench.clock import one_call, timed
from bench.record import LOG
from bench.said import Ratio, say
from bench.stage import REGIONS, SERVICES, Stage
from tenants.authlete import AuthleteClient, Redactor, get_connection_pool
from tenants.authlete.api.services import JWKS, LIST
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather

TIMES = 6


def measure(stage: Stage) -> None:
    say("", f"{len(REGIONS) * SERVICES} calls at once, against one call")
    doors = [
        AuthleteClient(
            get_connection_pool(stage.region(region)),
            SecretStr(stage.world["tokens"][region]),
            redactor=Redactor(b"k" * 32),
            region=region,
            audit_sink=LOG,
        )
        for region in REGIONS
    ]
    services = [
        (door, service.api_key)
        for door in doors
        for service in door.send(LIST, query={"end": SERVICES}).services or ()
    ]
    calls = [(door, door.service(service_id).get_jwks) for door, service_id in services]
    path = JWKS.build_path({"service_id": services[-1][1]})
    for waits, goal in (((100,), "<= 1.6x"), ((20, 300), "<= 1.15x")):
        stage.wait(*waits)
        slowest = one_call(stage, REGIONS[-1], path)
        found = [timed(lambda: gather(calls)) for _ in range(TIMES)]
        failed = sum(isinstance(one, AuthleteError) for one in found[-1][0])
        cold, *warm = (took for _, took in found)
        say(
            Ratio(
                f"{' to '.join(map(str, waits))} ms upstream, warm",
                median(warm),
                slowest,
                goal=goal,
                note=f"first {cold:.0f} ms; {failed} of {len(calls)} failed",
            )
        )
