"""Helpers for the tests of clients."""

from typing import Any

from tests.support.forms import URLENCODED, fill_form

LATE = 4_102_444_800_000  # milliseconds since 1970: the year 2100
SECRET = "k1l2m3n4-a-secret-that-no-list-may-show"


def make_client(number, **members):
    """A client as the sandbox keeps it."""
    return {
        "clientId": number,
        "clientIdAlias": f"app-{number}",
        "clientIdAliasEnabled": True,
        "clientName": f"Client {number:04d}",
        "clientSecret": SECRET,
        "clientType": "CONFIDENTIAL",
        "tokenAuthMethod": "CLIENT_SECRET_BASIC",
        "clientSource": "STATIC_REGISTRATION",
        "grantTypes": ["AUTHORIZATION_CODE"],
        "redirectUris": [f"https://app{number % 3}.example.com/callback"],
        "locked": False,
        "createdAt": 1_700_000_000_000 + number,
        "modifiedAt": 1_750_000_000_000 + number,
        **members,
    }


CLIENT = "/acme/services/us/17/clients/44/"
OLD = "s3cret-of-the-ledger"
NEW = "/acme/services/us/17/clients/new/"
KEYS = {"jwks_uri": "https://till.example/jwks"}
BACK = {"redirect_uris__item": ["https://till.example/cb"]}
ENTERED: dict[str, dict[str, Any]] = {
    "spa": BACK,
    "web": BACK,
    "native": {"redirect_uris__item": ["com.example.till:/cb"]},
    "machine": {},
    "fapi2": BACK | KEYS,
    "ciba": KEYS,
    "wallet": BACK,
}


def entered(browser, start="web", **more):
    """Fill in what is asked, and return the address of the review."""
    url = f"{NEW}?{start}" if "=" in start else f"{NEW}?start={start}"
    fields = {"client_name": "Till"} | ENTERED.get(start, {}) | more
    body = fill_form(browser.get(url), "base", **fields)
    return browser.post(url, body, content_type=URLENCODED).url


def reason_form(page):
    return fill_form(page, "reason", reason="New till", ticket="CHG-5")


def create(browser, start="web", **more):
    url = entered(browser, start, **more)
    return browser.post(url, reason_form(browser.get(url)), content_type=URLENCODED)
