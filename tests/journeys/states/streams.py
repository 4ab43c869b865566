from console.models import Stream
from console.models.streams import generate_token
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.scene import page_state


def add_stream(name):
    stream = Stream(
        organization=Organization.objects.get(slug="harbor"),
        name=name,
        created_by="ida@harbor.example",
    ).set_token(generate_token())
    stream.save()
    return stream


@page_state("streams:index", Role.ADMIN)
def none(scene):
    scene.goto("streams:index")


@page_state("streams:index", Role.ADMIN)
def two_sessions(scene):
    add_stream("Splunk, production")
    add_stream("Archive")
    scene.goto("streams:index")


@page_state("streams:new", Role.ADMIN)
def confirming(scene):
    scene.goto("streams:new")


@page_state("streams:new", Role.ADMIN)
def token_created(scene):
    scene.goto("streams:new")
    scene.page.get_by_label("Name").fill("Splunk, production")
    scene.click_button("Create token")
    scene.page.get_by_text("Copy it now").wait_for()


@page_state("streams:remove", Role.ADMIN)
def confirming_(scene):
    scene.goto("streams:remove", stream=add_stream("Archive").pk)


@page_state("streams:read", Role.VIEWER)
def api_response(scene):
    scene.page.goto(scene.path("streams:read", home="harbor"))
