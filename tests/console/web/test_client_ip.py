"""The client address behind proxies."""

import pytest
from django.test import RequestFactory

from console.web.access import client_ip


@pytest.mark.parametrize(
    ("trusted", "header", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "1.1.1.1", "10.0.0.1"),
        (1, "2.2.2.2", "2.2.2.2"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "1.1.1.1, 2.2.2.2, 3.3.3.3", "2.2.2.2"),
        (2, "2.2.2.2", "2.2.2.2"),
        (1, "", "10.0.0.1"),
        (1, "2.2.2.2:4711", "2.2.2.2"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "unknown", "10.0.0.1"),
        (1, "2.2.2.2, <script>", "10.0.0.1"),
    ],
)
def test_address_is_taken_behind_the_trusted_hops(settings, trusted, header, address):
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)

    assert client_ip(request) == address
