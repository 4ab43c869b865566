"""Helpers for the tests of journeys."""

import re

from django.test import Client
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.authentication import set_last_authentication


def sign_in_page(user, page, url):
    """Let a browser be signed in as ``user``."""
    client = Client()
    client.force_login(user)
    set_last_authentication(client)
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": url}])


HOSTILE_TAGS = (
    "</textarea></title></script></template></pre>'\"><script>pwned()</script>"
    "<img src=x onerror=pwned()><svg/onload=pwned()><b data-pwned>"
)
HOSTILE_TEXTS = {
    "tags": HOSTILE_TAGS,
    "attributes": "\" autofocus onfocus=pwned() data-pwned x='' onmouseover=pwned() ",
    "htmx": '"><b data-pwned hx-get="/pwned" hx-trigger="load"></b>',
    "htmx in an attribute": '" hx-get="/pwned" hx-trigger="load" data-pwned="',
    "javascript": "javascript:pwned()",
    "javascript in disguise": " \tJaVa\nScRiPt:pwned()",
    "data": "data:text/html,<script>pwned()</script>",
    "an address": "https://evil.example/pixel.png",
    "an address without a scheme": "//evil.example/pixel.png",
    "template": "{% include 'x' %}{{ request }}{# }}${pwned()}",
    "marks of direction": "\u202e\u2066gro.live\u2069 \u200b\u2028\u0085",
    "half characters": "\ud83d cut \udc00 \x01\x7f and none \0",
    "length": "W" * 10_000,
}
NARROW_VIEWPORT = {"width": 320, "height": 800}
COUNT_INJECTED_JS = """() => [...document.querySelectorAll(
    "[data-pwned], [onerror], [onload], [onfocus], [onmouseover], [hx-get='/pwned']"
)].length + [...document.links].filter(
    (one) => /^(javascript|data):/i.test(one.href)
).length"""


def admin_scene(scene):
    """An admin's scene; fails if a script or request from the data runs."""
    page = scene.page
    ran = []
    page.context.expose_function("pwned", lambda *_: ran.append(page.url))
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.on("request", lambda request: ran.extend([request.url] * ("/pwned" in request.url)))
    scene.sign_in_as(Role.ADMIN)
    yield scene
    assert ran == []


def open_unharmed(scene, name, query="", **places):
    """Open a page, and see that it is one and that nothing came of the data."""
    path = scene.path(name, **places) + query
    response = scene.page.goto(path)
    assert response.status == 200, path
    expect(scene.page.get_by_role("heading", level=1)).to_be_visible()
    assert scene.page.evaluate(COUNT_INJECTED_JS) == 0, path


SUBJECT = "cust-204188"  # whom every service of the sandbox knows


def region_panel(page, title):
    return page.get_by_role("region", name=re.compile(f"{title}$"))


def look_up_user(hand, page, subject=SUBJECT):
    hand.submit(page.get_by_role("searchbox", name="Subject identifier"), subject)
    expect(page.get_by_role("heading", level=1)).to_have_text("User")
