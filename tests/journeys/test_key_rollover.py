"""A key rollover breaks no verifier that caches keys."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.journeys.states.key_rollovers import come, run_worker, started
from tests.support.authentication import set_last_authentication
from tests.support.independent_verifier import TokenIssuer, TokenVerifier, VerificationError
from tests.support.input_devices import Mouse
from tests.support.scene import Scene

HOUR = 3600
DAY = 24 * HOUR


class World:
    """The service, those who check its tokens, and the time."""

    def __init__(self, scene, clock):
        self.scene, self.clock = scene, clock
        places = scene.path_params
        self.client = places["client_id"]
        region = scene.sandbox.region(places["region"])
        region.clients[places["service_id"]][self.client]["idTokenSignAlg"] = "ES256"
        scene.service.update(
            supportedGrantTypes=["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
            accessTokenDuration=HOUR,
            idTokenDuration=HOUR,
        )
        self.issuer = TokenIssuer(scene.sandbox, places["region"], places["service_id"])
        # One that has just fetched, one that does so each time, one in between.
        self.verifiers = [TokenVerifier(self.issuer, keeps) for keeps in (DAY, 0, 5 * HOUR)]
        self.live = []

    def check(self):
        """Sign something, and have all that has not expired be checked by everybody."""
        self.live += self.issuer.mint(self.client)
        checked = [[verifier.verify(token) for token in self.live] for verifier in self.verifiers]
        self.live = [token for token, is_live in zip(self.live, checked[0], strict=True) if is_live]

    def wait(self, seconds):
        """Hour by hour, with a check before each ends and after."""
        for _ in range(seconds // HOUR):
            self.clock.shift(HOUR - 1)
            self.check()
            self.clock.shift(1)
            self.check()

    def look(self):
        """Sign in again after the session ended, and reload."""
        scene = self.scene
        scene.client.force_login(scene.user)
        set_last_authentication(scene.client)
        value = scene.client.cookies["session"].value
        cookie = {"name": "session", "value": value, "url": scene.url}
        scene.page.context.add_cookies([cookie])
        scene.goto("keys:rollover")


@pytest.fixture
def world(open_page, sandbox, person, live_server, time_machine):
    # Never behind the database's own clock, by which a step comes.
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    scene = Scene(open_page(), sandbox, person, live_server.url)
    scene.sign_in_as(Role.ADMIN)
    return World(scene, time_machine)


def test_no_signature_fails_during_a_rollover(world):
    scene, page = world.scene, world.scene.page
    old = scene.service["idTokenSignatureKeyId"]
    world.check()

    hand = Mouse(page)
    scene.goto("keys:jwks")
    hand.click("link", f"Roll over {old}")
    hand.type(page.get_by_label("New key ID"), "pay-2027")
    hand.type(page.get_by_label("Reason"), "Yearly, says risk")
    hand.click("button", "Start rollover in US")
    expect(page.get_by_text("publishing")).to_be_visible()
    scene.path_params["rollover"] = page.url.rstrip("/").rpartition("/")[2]
    run_worker()
    expect(page.get_by_text("published, waiting for caches")).to_be_visible()
    world.check()

    world.wait(DAY)
    come(scene)
    assert scene.service["accessTokenSignatureKeyId"] == "pay-2027"
    world.check()
    world.look()
    expect(page.get_by_text("switched, waiting for tokens to expire")).to_be_visible()

    world.wait(2 * HOUR)
    come(scene)
    world.check()
    world.look()
    expect(page.get_by_text("You can't undo this")).to_be_visible()
    assert [published_key["kid"] for published_key in world.issuer.published_keys()] == ["pay-2027"]


@pytest.mark.parametrize("waits", [{"caches": "0"}, {"tokens": "0", "short": "on"}])
def test_signature_fails_without_the_waiting_time(world, waits):
    """So that the test above can fail."""
    world.check()
    started(world.scene, **waits)
    if "tokens" in waits:
        world.wait(DAY)
    come(world.scene)
    come(world.scene)

    with pytest.raises(VerificationError):
        world.check()
