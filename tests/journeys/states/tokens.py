from tenants.organizations.roles import Role
from tests.journeys.states.users import SUBJECT
from tests.support.scene import page_state


def look_up(scene, subject=SUBJECT, query=""):
    """Narrow the list to a subject, and keep the lookup's id."""
    sent = scene.client.post(scene.path("tokens:index") + query, {"subject": subject})
    scene.path_params["lookup"] = sent.url.partition("subject=")[2].partition("&")[0]
    return f"?subject={scene.path_params['lookup']}"


@page_state("tokens:index", Role.VIEWER)
def full(scene):
    scene.goto("tokens:index")


@page_state("tokens:index", Role.ADMIN)
def filtered(scene):
    query = look_up(scene)
    scene.goto("tokens:index", f"{query}&client={scene.path_params['client_id']}")


@page_state("tokens:index", Role.EDITOR)
def none(scene):
    scene.sandbox.region("us").tokens[scene.path_params["service_id"]] = []
    scene.goto("tokens:index")


@page_state("tokens:index", Role.VIEWER)
def forbidden(scene):
    for organization in scene.sandbox.state.organizations.values():
        organization.plan = "FREE"
    scene.goto("tokens:index")


@page_state("tokens:index", Role.ADMIN)
def failed(scene):
    scene.sandbox.fault("down", region="us")
    scene.goto("tokens:index")


@page_state("tokens:index", Role.ADMIN)
def no_subject(scene):
    scene.goto("tokens:index")
    scene.page.get_by_role("searchbox", name="Subject identifier").fill("x" * 101)
    scene.click_button("Find user")
    scene.page.get_by_text("at most").wait_for()


def choose(scene, *, with_subject=True):
    """Turn to the first token of the service that is somebody's, and valid."""
    tokens = scene.sandbox.region("us").tokens[scene.path_params["service_id"]]
    token = next(candidate for candidate in tokens if bool(candidate.subject) is with_subject)
    scene.path_params |= {"token": token.access_hash, "client_id": token.client_id}
    return token


@page_state("tokens:show", Role.ADMIN)
def verified(scene):
    token = choose(scene)
    token.properties = ({"key": "till", "value": "4"},)
    query = look_up(scene, token.subject)
    scene.goto("tokens:show", query)


@page_state("tokens:show", Role.VIEWER)
def read_only(scene):
    choose(scene, with_subject=False).revoked = True
    scene.goto("tokens:show")


@page_state("tokens:show", Role.VIEWER)
def deleted(scene):
    choose(scene)
    scene.goto("tokens:show", token="h" * 43)


def fill_token_form(scene, scopes=(), reason=""):
    for scope in scopes:
        scene.page.get_by_label(scope, exact=True).check()
    scene.click_button("Review changes")
    if reason:
        scene.page.get_by_label("Reason").fill(reason)
        scene.click_button("Save token")


@page_state("tokens:update", Role.EDITOR)
def reviewed(scene):
    token = choose(scene)
    token.properties = ({"key": "till", "value": "4"},)
    scene.goto("tokens:update")
    scene.page.get_by_label("Access token expires").fill("2099-05-01T12:00:00")
    scene.page.get_by_label("Replace all").check()
    scene.page.get_by_label("Hidden properties").fill("floor=2")
    fill_token_form(scene, ["openid", "email"])


@page_state("tokens:update", Role.EDITOR)
def wrong(scene):
    choose(scene)
    scene.goto("tokens:update")
    scene.page.get_by_label("Access token expires").fill("2001-05-01T12:00:00")
    fill_token_form(scene)


@page_state("tokens:update", Role.EDITOR)
def unknown_outcome(scene):
    choose(scene)
    scene.sandbox.fault("reset", operation="token.update")
    scene.goto("tokens:update")
    fill_token_form(scene, ["openid", "email"], "Asked for")


@page_state("tokens:revoke", Role.ADMIN)
def confirming(scene):
    choose(scene)
    scene.goto("tokens:revoke")


@page_state("tokens:delete", Role.ADMIN)
def confirming_(scene):
    choose(scene, with_subject=False)
    scene.goto("tokens:delete")


@page_state("tokens:reveal", Role.ADMIN)
def confirming__(scene):
    choose(scene)
    scene.goto("tokens:reveal")


def confirm(scene, typed):
    scene.page.locator("#id_typed").fill(typed)
    scene.page.get_by_label("Reason").fill("Their key was stolen")
    scene.click_button("Revoke")


@page_state("tokens:revoke_client", Role.ADMIN)
def previewed(scene):
    scene.goto("tokens:revoke_client")


@page_state("tokens:revoke_client", Role.ADMIN)
def unknown_outcome_(scene):
    scene.sandbox.fault("reset", operation="token.revoke", after=True)
    scene.goto("tokens:revoke_client")
    confirm(scene, "Harbor app")


@page_state("tokens:revoke_client", Role.ADMIN)
def not_counted(scene):
    scene.sandbox.fault("status", operation="token.list", status=503)
    scene.goto("tokens:revoke_client")


@page_state("tokens:revoke_subject", Role.ADMIN)
def previewed_(scene):
    look_up(scene)
    scene.goto("tokens:revoke_subject")


@page_state("tokens:revoke_subject", Role.ADMIN)
def no_change(scene):
    look_up(scene, "cust-000000")
    scene.goto("tokens:revoke_subject")


@page_state("tokens:revoke_pair", Role.ADMIN)
def previewed__(scene):
    look_up(scene)
    scene.goto("tokens:revoke_pair")


def fill_in(scene, value="", **entered):
    """Enter a token for the client that the scene is at."""
    scene.goto("tokens:new", f"?client={scene.path_params['client_id']}")
    page = scene.page
    if value:
        page.get_by_label("Import an existing token value").check()
        page.get_by_label("Access token value").fill(value)
    page.get_by_label("Subject").fill(entered.get("subject", SUBJECT))
    page.get_by_label("openid", exact=True).check()
    page.get_by_label("Reason").fill("To reproduce INC-7")
    scene.click_button("Create token")


@page_state("tokens:new", Role.ADMIN)
def empty(scene):
    scene.goto("tokens:new")


@page_state("tokens:new", Role.ADMIN)
def wrong_(scene):
    fill_in(scene, subject="")


@page_state("tokens:new", Role.ADMIN)
def created(scene):
    fill_in(scene)
    scene.page.locator("#the-secret").wait_for()


@page_state("tokens:new", Role.ADMIN)
def guessable_value(scene):
    fill_in(scene, value="0815" * 8)
    scene.page.get_by_label("Import a guessable value").wait_for()


@page_state("tokens:new", Role.ADMIN)
def unknown_outcome__(scene):
    scene.sandbox.fault("reset", operation="token.create", after=True)
    fill_in(scene)
    scene.page.get_by_text("its value is lost").wait_for()
