"""200 concurrent calls with all their audit rows, against one call."""

from statistics import median

from pydantic import SecretStr

from bench.audit_writer import SINK
from bench.environment import REGIONS, SERVICES_PER_REGION, BenchEnvironment
from bench.report import Ratio, print_lines
from bench.timing import measure_call_ms, time_ms
from tenants.authlete import AuthleteClient, Redactor, get_connection_pool
from tenants.authlete.api.services import JWKS, LIST
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather

ROUNDS = 6


def measure(stage: BenchEnvironment) -> None:
    print_lines("", f"{len(REGIONS) * SERVICES_PER_REGION} calls at once, against one call")
    doors = [
        AuthleteClient(
            get_connection_pool(stage.region(region)),
            SecretStr(stage.world["tokens"][region]),
            redactor=Redactor(b"k" * 32),
            region=region,
            audit_sink=SINK,
        )
        for region in REGIONS
    ]
    services = [
        (door, service.api_key)
        for door in doors
        for service in door.send(LIST, query={"end": SERVICES_PER_REGION}).services or ()
    ]
    calls = [(door, door.service(service_id).get_jwks) for door, service_id in services]
    path = JWKS.build_path({"service_id": services[-1][1]})
    for waits, goal in (((100,), "<= 1.6x"), ((20, 300), "<= 1.15x")):
        stage.wait(*waits)
        slowest = measure_call_ms(stage, REGIONS[-1], path)
        timings = [time_ms(lambda: gather(calls)) for _ in range(ROUNDS)]
        failed = sum(isinstance(result, AuthleteError) for result in timings[-1][0])
        cold, *warm = (took for _, took in timings)
        print_lines(
            Ratio(
                f"{' to '.join(map(str, waits))} ms upstream, warm",
                median(warm),
                slowest,
                goal=goal,
                note=f"first {cold:.0f} ms; {failed} of {len(calls)} failed",
            )
        )
