"""When and how the user of a test client last authenticated."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import SESSION_KEY

AUTHENTICATION_METHODS_KEY = "account_authentication_methods_user"


def set_last_authentication(browser, seconds_ago=0, method="password"):
    """Let the client's user have authenticated ``seconds_ago`` by ``method``."""
    session = browser.session
    proof = {"method": method, "at": time.time() - seconds_ago}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proof]
    session[AUTHENTICATION_METHODS_KEY] = session[SESSION_KEY]
    session.save()
    return browser


def expire_authentication(browser):
    """Let the client's user have authenticated an hour ago."""
    return set_last_authentication(browser, seconds_ago=3600)
