"""Validation of URLs that browsers are sent to."""

import pytest
from pydantic_core import PydanticCustomError

from tenants.authlete.documents.validators import urls


def refusal(rule, text):
    """What people are told; nothing when the address is taken."""
    try:
        assert rule(text) == text
    except PydanticCustomError as error:
        return error.message()
    return ""


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/cb?tenant=1",
        "HTTPS://app.example:8443/cb",
        "http://127.0.0.1:8085/done",
        "http://[::1]/done",
        "http://LocalHost:3000/done",
        "com.example.app:/cb",
        "com.example.app://host.example/cb",
        "myapp://",
        "openid-credential-offer://",
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_redirect_uri_may_be_web_page_or_application(uri):
    assert refusal(urls.validate_redirect_uri, uri) == ""


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "ASCII"),
        ("/cb", "com.example.app:/"),
        ("app.example/cb", "com.example.app:/"),
        ("localhost:3000/cb", "com.example.app:/"),
        ("//app.example/cb", "com.example.app:/"),
        ("https:app.example", "https://"),
        ("https:///cb", "host"),
        ("https://app.example:99999/", "host and port"),
        ("https://app.example/#done", "#"),
        ("com.example.app:/cb#", "#"),
        ("https://good.example@evil.example/", "before the @"),
        ("https://good.example\\@evil.example/", "ASCII"),
        ("com.example.app://me@evil.example/", "before the @"),
        ("http://app.example/cb", "loopback"),
        ("http://localhost.evil.example/", "loopback"),
        ("http://127.0.0.1.evil.example/", "loopback"),
        ("http://127.0.0.1@evil.example/", "before the @"),
        ("http://0/", "loopback"),
        ("javascript:alert(1)", "javascript:"),
        ("JaVaScRiPt://app.example/%0aalert(1)", "javascript:"),
        (" javascript:alert(1)", "ASCII"),
        ("java\nscript:alert(1)", "ASCII"),
        ("javascript\t:alert(1)", "ASCII"),
        ("\x01javascript:alert(1)", "ASCII"),
        ("%6aavascript:alert(1)", "com.example.app:/"),
        ("ｊavascript:alert(1)", "ASCII"),
        ("DATA:text/html,x", "data:"),
        ("vbscript:x", "vbscript:"),
        ("view-source:javascript:alert(1)", "view-source:"),
        ("file:///etc/passwd", "file:"),
        ("https://app.example/" + "a" * 2048, "at most 2048"),
    ],
)
def test_other_redirect_uris_are_rejected(uri, words):
    assert words in refusal(urls.validate_redirect_uri, uri)


def test_request_uri_may_have_a_hash_as_fragment():
    assert refusal(urls.validate_request_uri, "https://app.example/r.jwt#GkurKxf5T0") == ""
    assert refusal(urls.validate_request_uri, "http://app.example/r.jwt") == ""


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("javascript:alert(1)#x", "https://"),
        ("https://app.example/#a b", "ASCII"),
        ("https://me@app.example/#a", "before the @"),
        ("https://app.example/#" + "a" * 2048, "at most 2048"),
    ],
)
def test_request_uri_must_be_a_web_url(uri, words):
    assert words in refusal(urls.validate_request_uri, uri)
