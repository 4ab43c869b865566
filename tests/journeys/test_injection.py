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
from tests.support.journeys import (
    COUNT_INJECTED_JS,
    HOSTILE_TAGS,
    HOSTILE_TEXTS,
    NARROW_VIEWPORT,
    admin_scene,
    open_unharmed,
)
from tests.support.page_steps import find_overflow
from tests.support.scene import Scene
from tests.support.tiers import slow_after_first

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
            rest = {name: item for name, item in value.items() if name != "kty"}
            return {"kty": kind} | poisoned(rest, text)
        case list():
            return [poisoned(item, text) for item in value]
        case dict():
            return {name: poisoned(item, text) for name, item in value.items()}
        case _:
            return value


@pytest.fixture
def hostile(sandbox):
    """A service for each kind of hostility, with as many settings as there are."""
    whole: dict[str, object] = {}
    for region in sandbox.state.regions.values():
        for service in region.services.values():
            whole |= service
    region = sandbox.region("us")
    client = _whole_client(region)
    for number, text in enumerate(HOSTILE_TEXTS.values(), FIRST):
        region.services[number] = poisoned(whole, text) | {
            "apiKey": number,
            "modifiedAt": 1,
            "somethingNew": {"deep": [text]},
        }
        region.owners[number] = HARBOR
        region.clients[number] = {44: poisoned(client, text)}
        region.clients[number][44] |= {"clientId": 44, "modifiedAt": 1}
    return {kind: number for number, kind in enumerate(HOSTILE_TEXTS, FIRST)}


def _whole_client(region):
    """A client of which all is set that is of any."""
    whole: dict[str, object] = {"redirectUris": ["https://a.example/cb"]}
    for clients in region.clients.values():
        for client in clients.values():
            whole |= {name: value for name, value in client.items() if value}
    return whole | {"locked": False}


@pytest.fixture(params=slow_after_first([True, False]), ids=["no policy", "policy"])
def scene(request, open_page, sandbox, person, live_server, hostile):
    page = open_page(bypass_csp=request.param)
    scene = Scene(page, sandbox, person, live_server.url)
    yield from admin_scene(scene)


@pytest.mark.parametrize("kind", slow_after_first(HOSTILE_TEXTS))
def test_hostile_text_is_inert_on_service_pages(scene, hostile, kind):
    scene.path_params |= {"region": "us", "service_id": hostile[kind], "section": "all"}
    scene.draft_change(1800)

    for name in PAGES:
        open_unharmed(scene, f"services:{name}")
    open_unharmed(scene, "keys:hsm_keys")


@pytest.mark.parametrize("scene", [True], ids=["no policy"], indirect=True)
@pytest.mark.parametrize("kind", slow_after_first(HOSTILE_TEXTS))
def test_hostile_text_is_inert_on_client_pages(scene, hostile, kind):
    place = {"region": "us", "service_id": hostile[kind], "client_id": 44}
    scene.path_params |= place | {"section": "all"}
    assert scene.submit_form("clients:edit", "base", pkce_required="on").status_code == 302
    scene.submit_form("clients:stage", "reason", reason="Yearly rotation")
    scene.page.set_viewport_size(NARROW_VIEWPORT)

    open_unharmed(scene, "clients:service_clients")
    for name in OF_CLIENTS:
        open_unharmed(scene, f"clients:{name}")
        assert find_overflow(scene.page) == [], name


def test_hostile_text_is_inert_in_the_service_list(scene, hostile):
    number = hostile["tags"]
    query = "?region=us&service_name=x&issuer=https://x.example&start=copy"
    scene.path_params |= {"region": "us", "service_id": number}
    entry = scene.save_change(1800)

    open_unharmed(scene, "services:index", "?size=100")
    open_unharmed(scene, "services:new", f"?original=us/{number}")
    open_unharmed(scene, "services:create", f"{query}&original=us/{number}")
    open_unharmed(scene, "services:remove")
    open_unharmed(scene, "services:change", entry=entry)
    open_unharmed(scene, "audit:index")
    open_unharmed(scene, "audit:entry", entry=entry)
    open_unharmed(scene, "dashboard:index")


@pytest.mark.parametrize("page", ["services:index", "services:fields", "audit:index"])
def test_hostile_text_is_inert_in_searches(scene, hostile, page):
    scene.goto(page)

    box = scene.page.locator("main input[type=search]").first  # or a combobox, by role
    Mouse(scene.page).submit(box, HOSTILE_TAGS)

    # The record writes a search back in its own words, with marks around some.
    expect(box).to_have_value(re.compile(r"<script>pwned\(\)</script><img"))
    assert scene.page.evaluate(COUNT_INJECTED_JS) == 0
