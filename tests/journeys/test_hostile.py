"""Whatever Authlete holds is shown as text: nothing of it runs, loads or links.

Every text of a service, and of a client of it, is hostile, one kind of hostility a
service (promises P20 and P23). The policy of the pages is switched off as well, so
that escaping has to hold alone.
"""

import json
import re

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.journeys.hands import Mouse
from tests.journeys.pages import too_wide
from tests.journeys.scene import Scene
from tests.journeys.states.services import HARBOR

FIRST = 9_000  # the id of the first hostile service
TAGS = (
    "</textarea></title></script></template></pre>'\"><script>pwned()</script>"
    "<img src=x onerror=pwned()><svg/onload=pwned()><b data-pwned>"
)
CORPUS = {
    "tags": TAGS,
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
PAGES = ("show", "fields", "document", "discovery", "history", "edit", "review")
OF_CLIENTS = (
    *("show", "fields", "document", "history", "edit", "review"),
    *("secret", "scopes", "lock", "remove", "key", "stage", "activate"),
)
NARROW = {"width": 320, "height": 800}
MADE = """() => [...document.querySelectorAll(
    "[data-pwned], [onerror], [onload], [onfocus], [onmouseover], [hx-get='/pwned']"
)].length + [...document.links].filter(
    (one) => /^(javascript|data):/i.test(one.href)
).length"""


def poisoned(value, text):
    """``value`` with every text in it replaced; a key set stays a key set."""
    match value:
        case str() if value.startswith("{"):
            return json.dumps(poisoned(json.loads(value), text))
        case str():
            return text
        case {"kty": kind}:
            rest = {name: one for name, one in value.items() if name != "kty"}
            return {"kty": kind} | poisoned(rest, text)
        case list():
            return [poisoned(one, text) for one in value]
        case dict():
            return {name: poisoned(one, text) for name, one in value.items()}
        case _:
            return value


@pytest.fixture
def hostile(sandbox):
    """A service for each kind of hostility, with as many settings as there are."""
    whole: dict[str, object] = {}
    for region in sandbox.state.regions.values():
        for one in region.services.values():
            whole |= one
    region = sandbox.region("us")
    client = _whole_client(region)
    for number, text in enumerate(CORPUS.values(), FIRST):
        region.services[number] = poisoned(whole, text) | {
            "apiKey": number,
            "modifiedAt": 1,
            "somethingNew": {"deep": [text]},
        }
        region.owners[number] = HARBOR
        region.clients[number] = {44: poisoned(client, text)}
        region.clients[number][44] |= {"clientId": 44, "modifiedAt": 1}
    return {kind: number for number, kind in enumerate(CORPUS, FIRST)}


def _whole_client(region):
    """A client of which all is set that is of any."""
    whole: dict[str, object] = {"redirectUris": ["https://a.example/cb"]}
    for clients in region.clients.values():
        for one in clients.values():
            whole |= {name: value for name, value in one.items() if value}
    return whole | {"locked": False}


def unharmed(scene):
    """The scene of an admin, in whose browser nothing runs that came with the data."""
    page = scene.page
    ran = []
    page.context.expose_function("pwned", lambda *_: ran.append(page.url))
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.on("request", lambda one: ran.extend([one.url] * ("/pwned" in one.url)))
    scene.be(Role.ADMIN)
    yield scene
    assert ran == []


@pytest.fixture(params=[False, True], ids=["policy", "no policy"])
def scene(request, browser_page, sandbox, person, live_server, hostile):
    page = browser_page(bypass_csp=request.param)
    scene = Scene(page, sandbox, person, live_server.url)
    yield from unharmed(scene)


def look(scene, name, query="", **places):
    """Open a page, and see that it is one and that nothing came of the data."""
    path = scene.path(name, **places) + query
    response = scene.page.goto(path)
    assert response.status == 200, path
    expect(scene.page.get_by_role("heading", level=1)).to_be_visible()
    assert scene.page.evaluate(MADE) == 0, path


@pytest.mark.parametrize("kind", CORPUS)
def test_is_only_text_on_the_pages_of_a_service(scene, hostile, kind):
    scene.places |= {"region": "us", "service_id": hostile[kind], "section": "all"}
    scene.draft(1800)

    for name in PAGES:
        look(scene, f"services:{name}")
    look(scene, "keys:hsm_keys")


@pytest.mark.parametrize("scene", [True], ids=["no policy"], indirect=True)
@pytest.mark.parametrize("kind", CORPUS)
def test_is_only_text_on_the_pages_of_a_client(scene, hostile, kind):
    place = {"region": "us", "service_id": hostile[kind], "client_id": 44}
    scene.places |= place | {"section": "all"}
    assert scene.send("clients:edit", "base", pkce_required="on").status_code == 302
    scene.send("clients:stage", "reason", reason="Yearly rotation")
    scene.page.set_viewport_size(NARROW)

    look(scene, "clients:service_clients")
    for name in OF_CLIENTS:
        look(scene, f"clients:{name}")
        assert too_wide(scene.page) == [], name


def test_is_only_text_where_all_services_are(scene, hostile):
    number = hostile["tags"]
    asked = "?region=us&service_name=x&issuer=https://x.example&start=copy"
    scene.places |= {"region": "us", "service_id": number}
    entry = scene.save(1800)

    look(scene, "services:index", "?size=100")
    look(scene, "services:new", f"?original=us/{number}")
    look(scene, "services:create", f"{asked}&original=us/{number}")
    look(scene, "services:remove")
    look(scene, "services:change", entry=entry)
    look(scene, "audit:index")
    look(scene, "audit:entry", entry=entry)
    look(scene, "dashboard:index")


@pytest.mark.parametrize("page", ["services:index", "services:fields", "audit:index"])
def test_is_only_text_when_it_is_searched_for(scene, hostile, page):
    scene.goto(page)

    box = scene.page.locator("main input[type=search]").first  # or a combobox, by role
    Mouse(scene.page).submit(box, TAGS)

    # The record writes a search back in its own words, with marks around some.
    expect(box).to_have_value(re.compile(r"<script>pwned\(\)</script><img"))
    assert scene.page.evaluate(MADE) == 0
