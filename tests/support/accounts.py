"""Helpers for the tests of accounts."""

from console.accounts.forms import PENDING_SECRET_KEY
from tenants.crypto import mfa_seeds

PASSWORD = "plum orbit ladder seven"


def sign_in(client, email="ann@acme.example", password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password}, **more)


SETUP = "/accounts/2fa/totp/activate/"
CODE = "/accounts/2fa/authenticate/"


def pending(client):
    return mfa_seeds.unseal_seed(
        client.session[PENDING_SECRET_KEY], int(client.session["_auth_user_id"])
    )
