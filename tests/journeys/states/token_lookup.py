from tenants.organizations.roles import Role
from tenants.sandbox import signing
from tenants.sandbox.seeding.clients import SUBJECT_EVERYWHERE
from tests.support.scene import page_state

LONG_AGO = 1_700_000_000  # seconds since 1970


def token_of(scene):
    """A live token of a user's, in the service where one is."""
    tokens = scene.sandbox.region("us").tokens[scene.path_params["service_id"]]
    live = [token for token in tokens if token.subject == SUBJECT_EVERYWHERE]
    return max(live, key=lambda candidate: candidate.expires_at)


def jwt(scene, **claims):
    """The same as a JWT that names its issuer, and has a long name in it."""
    defaults = {"iss": scene.service["issuer"], "jti": token_of(scene).access_token}
    defaults |= {"sub": SUBJECT_EVERYWHERE, "aud": "https://api.harbor.example/" + "x" * 80}
    return signing.sign_jwt(scene.service, defaults | claims, signing_alg(scene))


def signing_alg(scene):
    algs = [
        str(registered_key.get("alg")) for registered_key in signing.registered_keys(scene.service)
    ]
    return next(alg for alg in algs if alg[:2] in ("ES", "PS", "RS", "Ed"))


def look_up(scene, token, place=""):
    scene.goto("tokens:lookup")
    scene.page.get_by_label("Token").fill(token)
    if place:
        scene.page.get_by_label("Service").select_option(f"us/{place}")
    scene.click_button("Look up token")


def seen(scene):
    """The services are known by their names."""
    scene.client.post(scene.path("tokens:lookup"), {"token": "nothing"})


@page_state("tokens:lookup", Role.HELP_DESK)
def empty(scene):
    seen(scene)
    scene.goto("tokens:lookup")


@page_state("tokens:lookup", Role.ADMIN)
def rejected(scene):
    look_up(scene, "Bearer geheim-ö")
    scene.page.get_by_text("U+00F6").wait_for()


@page_state("tokens:lookup", Role.HELP_DESK)
def service_unknown(scene):
    scene.sandbox.fault("down", region="jp")
    look_up(scene, token_of(scene).access_token)
    scene.page.get_by_text("Select a service").wait_for()


@page_state("tokens:lookup", Role.HELP_DESK)
def valid_(scene):
    look_up(scene, jwt(scene))
    scene.page.get_by_role("button", name="Revoke token").wait_for()


@page_state("tokens:lookup", Role.HELP_DESK)
def expired(scene):
    look_up(scene, jwt(scene, exp=LONG_AGO))
    scene.page.get_by_role("button", name="Look up anyway").wait_for()


@page_state("tokens:lookup", Role.HELP_DESK)
def unknown_token(scene):
    seen(scene)
    look_up(scene, "no-such-token", scene.path_params["service_id"])
    scene.page.get_by_text("Token not found").wait_for()


@page_state("tokens:lookup", Role.HELP_DESK)
def failed(scene):
    seen(scene)
    scene.sandbox.fault("down", region="us")
    look_up(scene, "no-such-token", scene.path_params["service_id"])
    scene.page.get_by_text("Lookup failed").wait_for()


def revoke(scene, reason="Found in a public repository"):
    look_up(scene, jwt(scene))
    scene.click_button("Revoke token")
    scene.page.get_by_label("Reason").fill(reason)
    scene.click_button("Revoke token in US")


@page_state("tokens:revoke_by_value", Role.HELP_DESK)
def done(scene):
    revoke(scene)
    scene.page.get_by_text("no longer active").wait_for()


@page_state("tokens:revoke_by_value", Role.HELP_DESK)
def without_a_reason(scene):
    revoke(scene, " ")
    scene.page.get_by_text("Enter a reason for the audit log.").wait_for()


@page_state("tokens:revoke_by_value", Role.HELP_DESK)
def unknown_outcome(scene):
    scene.sandbox.fault("reset", path="/token/revoke", after=True)
    revoke(scene)
    scene.page.get_by_text("response was lost").wait_for()


def verify(scene, token, claims=""):
    seen(scene)
    scene.goto("tokens:verify")
    scene.page.get_by_label("Signed JWT").fill(token)
    scene.page.get_by_label("Required claims").fill(claims)
    scene.click_button("Verify")


@page_state("tokens:verify", Role.HELP_DESK)
def empty_(scene):
    scene.goto("tokens:verify")


@page_state("tokens:verify", Role.HELP_DESK)
def valid(scene):
    verify(scene, jwt(scene))
    scene.page.get_by_text("Valid", exact=True).wait_for()


@page_state("tokens:verify", Role.HELP_DESK)
def wrong(scene):
    verify(scene, jwt(scene, exp=LONG_AGO), "exp nonce")
    scene.page.get_by_text("claims invalid").wait_for()
