from console.models import Lookup
from tenants.roles import Role
from tests.journeys.scene import state

SUBJECT = "cust-204188"


def look_up(scene, subject=SUBJECT):
    scene.client.post(scene.path("subjects:index"), {"subject": subject})
    scene.places["lookup"] = Lookup.objects.latest("made_at").pk


@state("subjects:index", Role.HELP_DESK)
def empty(scene):
    scene.goto("subjects:index")


@state("subjects:index", Role.ADMIN)
def refused(scene):
    scene.goto("subjects:index")
    scene.page.get_by_role("searchbox", name="Subject").fill("x" * 101)
    scene.press("Look up")
    scene.page.get_by_text("at most").wait_for()


@state("subjects:show", Role.HELP_DESK)
def nothing_done_before(scene):
    look_up(scene)
    scene.goto("subjects:show")


@state("subjects:show", Role.HELP_DESK)
def of_a_long_name(scene):
    look_up(scene, "W" * 100)
    scene.goto("subjects:show")
