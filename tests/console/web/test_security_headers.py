"""Responses carry the headers that the MDN HTTP Observatory gives full marks for."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.csp import CSP

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


@pytest.fixture
def production(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/no-such-page"])
def test_every_response_has_isolation_headers(production, path):
    response = Client().get(path, secure=True)

    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.django_db
def test_policy_allows_own_files_only(production):
    policy = Client().get("/accounts/login/", secure=True).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    assert directives["default-src"] == directives["object-src"] == CSP.NONE
    assert directives["base-uri"] == directives["frame-ancestors"] == CSP.NONE
    assert directives["script-src"] == directives["style-src"] == CSP.SELF
    assert "unsafe" not in policy
    assert "http:" not in policy


@pytest.mark.django_db
def test_cookies_are_http_only(production):
    cookies = Client().get("/accounts/login/", secure=True).cookies

    assert settings.CSRF_COOKIE_NAME in cookies
    for cookie in cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
