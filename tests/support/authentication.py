"""Who proved themselves in a test's browser, and how long ago."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import SESSION_KEY

WHOSE = "account_authentication_methods_user"


def prove(browser, ago=0, method="password"):
    """Let ``browser`` be one in which the person gave a password, seconds ago."""
    session = browser.session
    proof = {"method": method, "at": time.time() - ago}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proof]
    session[WHOSE] = session[SESSION_KEY]
    session.save()
    return browser


def stale(browser):
    """Let ``browser`` be one in which that was long ago."""
    return prove(browser, ago=3600)
