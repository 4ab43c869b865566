"""Sync of the inventory of 200 services x 1,000 clients, and searches in it.

Two services of each region are read at once, as the jobs do. The searches are whole pages.
"""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection

from bench.environment import ORGANIZATION, BenchEnvironment
from bench.load_generator import generate_load
from bench.report import print_lines
from console.inventory.index import index_clients
from console.inventory.services import BackgroundReader, list_by_region
from console.models import KnownClient, SettingsProfile
from tenants.authlete.listing import list_all_clients
from tenants.models import Organization

UPSTREAM_MS = 100  # milliseconds that a call takes upstream
SERVICES_AT_ONCE = 2  # of a region
SECONDS = 3.0  # a run
QUERIES = {
    "everything, a word that few have": "search/?q=app-4711",
    "everything, a contact": "search/?q=nobody@nowhere",
    "a choice": "clients/?q=idTokenSignAlg:ES256",
    "a flag excluded": "clients/?q=-pkceRequired:true",
    "a duration": "clients/?q=accessTokenDuration>1h",
    "a duration that none has": "clients/?q=accessTokenDuration>1000d",
    "two settings and a grant": "clients/?q=pkceRequired:true+grant:ciba+subjectType:PAIRWISE",
    "a contact": "clients/?q=contacts:*@nowhere.example",
    "a text": "clients/?q=logoUri:*nowhere*",
}


def measure(stage: BenchEnvironment) -> None:
    stage.wait(UPSTREAM_MS)
    organization = Organization.objects.get(slug=ORGANIZATION)
    began, cpu = time.monotonic(), time.process_time()
    _sync(organization)
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print_lines("", f"First sync: {seconds:.0f} s, CPU {cpu:.0f} s, peak memory {peak} MB")
    clients, profiles = KnownClient.objects.count(), SettingsProfile.objects.count()
    print_lines(f"{clients:,} clients, {profiles:,} profiles")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with stage.console() as console:
        for name, query in QUERIES.items():
            load = generate_load(
                f"{console.url}/{ORGANIZATION}/{query}",
                seconds=SECONDS,
                cookie=console.cookie,
                server=console.process,
                ours={stage.upstream},
            )
            times = f"p50 {load.p50:.0f} ms, p95 {load.p95:.0f} ms"
            print_lines(f"{name}: {times}, CPU {load.cpu:.0f} ms, other {load.other:.2f}")


def _sync(organization: Organization) -> None:
    reader = BackgroundReader(organization, "bench")
    with ThreadPoolExecutor(SERVICES_AT_ONCE * len(reader.regions())) as pool:
        services = [
            (listing.region.name, service.api_key)
            for listing in list_by_region(reader, 60)
            for service in listing.services
        ]
        list(pool.map(partial(_sync_service, organization, reader), services))


def _sync_service(
    organization: Organization, reader: BackgroundReader, service: tuple[str, int]
) -> None:
    region, service_id = service
    (listed,) = list_all_clients([(reader.connect(region), service_id)], 60)
    if listed.error:
        raise listed.error
    index_clients(organization, region, service_id, listed.items)
    connection.close()
