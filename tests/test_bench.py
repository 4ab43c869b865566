"""The benchmarks fill tables with rows that the current models accept, and run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import client_lists
from bench.environment import ORGANIZATION, REGIONS
from console.models import KnownClient, KnownService
from tenants.models import Organization

PAGE_PARTS = "service_page pages settings_form"


@pytest.mark.django_db
def test_fill_adds_services_and_clients():
    Organization.objects.create(slug=ORGANIZATION, name="Bench")

    client_lists.fill_inventory(0, 1)

    assert KnownService.objects.count() == len(REGIONS)
    assert KnownClient.objects.count() == len(REGIONS) * 1_000
    assert [*KnownService.objects.values_list("settings", flat=True)] == [{}] * len(REGIONS)


@pytest.mark.slow
def test_parts_about_pages_run():
    small = {"BENCH_RUN_SECONDS": "0.1", "BENCH_SERVICES": "4", "BENCH_PORT": "19600"}

    subprocess.run(
        [sys.executable, "-m", "bench.run", *PAGE_PARTS.split()],
        cwd=Path(__file__).parents[1],
        env=os.environ | small,
        check=True,
    )
