from tenants.roles import Role
from tests.journeys.scene import state
from tests.journeys.states.subjects import SUBJECT


def look_up(scene, subject=SUBJECT, query=""):
    """Narrow the list to a subject, and keep the lookup's id."""
    sent = scene.client.post(scene.path("tokens:index") + query, {"subject": subject})
    scene.places["lookup"] = sent.url.partition("subject=")[2].partition("&")[0]
    return f"?subject={scene.places['lookup']}"


@state("tokens:index", Role.VIEWER)
def many(scene):
    scene.goto("tokens:index")


@state("tokens:index", Role.ADMIN)
def of_a_subject_at_a_client(scene):
    query = look_up(scene)
    scene.goto("tokens:index", f"{query}&client={scene.places['client_id']}")


@state("tokens:index", Role.ADMIN)
def expired(scene):
    scene.goto("tokens:index", "?state=expired")


@state("tokens:index", Role.EDITOR)
def none_yet(scene):
    scene.sandbox.region("us").tokens[scene.places["service_id"]] = []
    scene.goto("tokens:index")


@state("tokens:index", Role.VIEWER)
def none_fits(scene):
    scene.goto("tokens:index", "?client=nobody-knows-it")


@state("tokens:index", Role.VIEWER)
def forbidden(scene):
    for one in scene.sandbox.state.organizations.values():
        one.plan = "FREE"
    scene.goto("tokens:index")


@state("tokens:index", Role.ADMIN)
def failed(scene):
    scene.sandbox.fault("down", region="us")
    scene.goto("tokens:index")


@state("tokens:index", Role.ADMIN)
def no_subject(scene):
    scene.goto("tokens:index")
    scene.page.get_by_role("searchbox", name="Subject").fill("x" * 101)
    scene.press("Look up")
    scene.page.get_by_text("at most").wait_for()
