"""The benchmarks fill tables with rows that the current models accept."""

import pytest

from bench import client_lists
from bench.environment import ORGANIZATION, REGIONS
from console.models import KnownClient, KnownService
from tenants.models import Organization

pytestmark = pytest.mark.django_db


def test_fill_adds_services_and_clients():
    Organization.objects.create(slug=ORGANIZATION, name="Bench")

    client_lists._fill(0, 1)

    assert KnownService.objects.count() == len(REGIONS)
    assert KnownClient.objects.count() == len(REGIONS) * 1_000
    assert [*KnownService.objects.values_list("settings", flat=True)] == [{}] * len(REGIONS)
