"""Who proved themselves in a test's browser, and how long ago."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import SESSION_KEY

AUTHENTICATION_METHODS_KEY = "account_authentication_methods_user"


def set_last_authentication(browser, seconds_ago=0, method="password"):
    """Let ``browser`` be one in which the person gave a password, seconds ago."""
    session = browser.session
    proof = {"method": method, "at": time.time() - seconds_ago}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proof]
    session[AUTHENTICATION_METHODS_KEY] = session[SESSION_KEY]
    session.save()
    return browser


def expire_authentication(browser):
    """Let ``browser`` be one in which that was long ago."""
    return set_last_authentication(browser, seconds_ago=3600)
