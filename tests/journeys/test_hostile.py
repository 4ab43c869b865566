"""Whatever Authlete holds is shown as text: nothing of it runs, loads or links.

Every text of a service, and of a client of it, is hostile, one kind of hostility a
service (promises P20 and P23). The policy of the pages is switched off as well, so
that escaping has to hold alone.
"""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.states.services import HARBOR
from tests.support.input_devices import Mouse
from tests.support.journeys import CORPUS, MADE, NARROW, TAGS, look, unharmed
from tests.support.page_steps import too_wide
from tests.support.scene import Scene

FIRST = 9_000  # the id of the first hostile service
PAGES = ("show", "fields", "document", "discovery", "history", "edit", "review")
OF_CLIENTS = (
    *("show", "fields", "document", "history", "edit", "review"),
    *("secret", "scopes", "lock", "remove", "key", "stage", "activate"),
)


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


@pytest.fixture(params=[False, True], ids=["policy", "no policy"])
def scene(request, browser_page, sandbox, person, live_server, hostile):
    page = browser_page(bypass_csp=request.param)
    scene = Scene(page, sandbox, person, live_server.url)
    yield from unharmed(scene)


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
