"""Listing all services of all regions."""

import json
import threading

import httpx
import pytest

from tenants.authlete import errors, listing
from tenants.authlete.listing import list_all_services
from tests.support.authlete import service


@pytest.fixture
def full(environment):
    """250 services in us, 3 in jp, none in eu."""
    for number in range(1000, 1249):
        environment.sandbox.services[number] = service(number)
    for number in (1, 2, 3):
        environment.sandbox.region("jp").services[number] = service(number)
    return environment


def pages(environment, region):
    calls = [call.query for call in environment.sandbox.calls if call.region == region]
    return sorted((int(call["start"]), int(call["end"])) for call in calls)


def test_all_services_of_all_regions_are_listed(full, audit_sink):
    us, jp, eu = list_all_services([full.connect(region=name) for name in ("us", "jp", "eu")])

    assert len(us.items) == us.total == 250
    assert [item.api_key for item in jp.items] == [1, 2, 3]
    assert (eu.items, eu.total) == ([], 0)
    assert us.is_complete
    assert jp.is_complete
    assert eu.is_complete
    assert pages(full, "us") == [(0, 100), (100, 200), (200, 250)]
    assert len(audit_sink.intents) == len(audit_sink.outcomes) == 5


def test_regions_are_listed_at_once(full):
    together = threading.Barrier(4, timeout=60)  # breaks where one waits for another
    answer = full.sandbox.answer

    def held(place, request):
        if request.query.get("start") == "0":
            together.wait()
        return answer(place, request)

    full.sandbox.answer = held

    listed = list_all_services([full.connect(region=name) for name in ("us", "jp", "eu", "br")])

    assert [listing.error for listing in listed] == [None] * 4


def test_failed_region_does_not_affect_others(full):
    full.sandbox.fault("status", region="jp", status=503)

    us, jp = list_all_services([full.connect(region=name) for name in ("us", "jp")])

    assert us.is_complete
    assert not jp.is_complete
    assert isinstance(jp.error, errors.ServerError)


@pytest.fixture
def region(make_client):
    """A region of so many services that hands them out by a rule of its own."""
    requests = []

    def make(rule):
        def answer(request):
            query = request.url.params
            start, end = int(query["start"]), int(query["end"])
            requests.append((start, end))
            return rule(start, end)

        client = make_client(
            pool_options={"transport_factory": lambda: httpx.MockTransport(answer)}
        )
        return client, requests

    return make


def page(start, end, total, numbers):
    body = {"start": start, "end": end, "totalCount": total}
    body["services"] = [service(number + 1) for number in numbers]
    return says(json.dumps(body).encode())


def says(body, status=200):
    return httpx.Response(status, stream=httpx.ByteStream(body))


def test_earlier_pages_are_returned_when_a_later_one_fails(region):
    client, requests = region(
        lambda start, end: (
            page(start, end, 250, range(start, end)) if start != 100 else says(b"", 503)
        )
    )

    (result,) = list_all_services([client])

    assert len(result.items) == 150
    assert isinstance(result.error, errors.ServerError)
    assert not result.is_complete
    assert len(requests) == 3


def test_short_pages_are_completed(region):
    client, _ = region(lambda start, end: page(start, end, 130, range(start, min(end, start + 40))))

    (result,) = list_all_services([client])

    assert len(result.items) == 130
    assert result.is_complete


def test_smaller_pages_are_fetched_when_a_page_is_too_large(region, monkeypatch):
    def rule(start, end):
        if end - start > 30:
            return says(b" " * 9_000_000)
        return page(start, end, 150, range(start, min(end, 150)))

    client, requests = region(rule)

    (result,) = list_all_services([client])

    assert len(result.items) == 150
    assert result.is_complete
    assert len(requests) == len(set(requests))


@pytest.mark.parametrize(
    "rule",
    [
        lambda start, end: page(start, end, 10**12, range(start, end)),
        lambda start, end: page(start, end, 10**12, [start]),
        lambda start, end: page(start, end, 10**12, []),
        lambda start, end: page(start, end, start + 101, range(start, end)),
    ],
)
def test_listing_ends_with_any_reported_total(region, rule):
    client, requests = region(rule)

    (result,) = list_all_services([client])

    most = listing.SERVICE_LIST.max_items
    assert len(requests) <= (1 + listing.MAX_SHORT_PAGES) * most / listing.PAGE_SIZE
    assert len(result.items) <= most
    assert not result.is_complete


def test_service_on_two_pages_is_counted_once(region):
    client, _ = region(
        lambda start, end: page(start, end, 120, range(max(0, start - 5), min(end, 119)))
    )

    (result,) = list_all_services([client])

    ids = [item.api_key for item in result.items]
    assert len(ids) == len(set(ids)) > 100


def test_invalid_credential_does_not_affect_other_regions(full):
    us, jp = list_all_services([full.connect("two words"), full.connect(region="jp")])

    assert isinstance(us.error, errors.InvalidRequestError)
    assert jp.is_complete


def test_missing_items_are_reported(region):
    client, _ = region(lambda start, end: page(start, end, 3, [1, 2]))

    (result,) = list_all_services([client])

    assert "reports 3 services but listed 2" in str(result.error)


def test_hanging_region_does_not_delay_others(full):
    ended, answer = threading.Event(), full.sandbox.answer

    def held(place, request):
        if place == "jp":
            ended.wait(60)
        return answer(place, request)

    full.sandbox.answer = held
    hanging = [full.connect(region="jp") for _ in range(3)]
    waiting = threading.Thread(target=list_all_services, args=[hanging])
    waiting.start()

    (us,) = list_all_services([full.connect()])

    assert us.is_complete
    assert waiting.is_alive()  # jp has not answered yet
    ended.set()
    waiting.join()
