from console.models import Policy
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.scene import page_state

LINK = "https://tickets.example.com/browse/{ticket}"


def add_policies(scene):
    """Add a policy for everything, one for a region and one for a service."""
    home = Organization.objects.get(slug="harbor")
    Policy.objects.create(organization=home, max_secret_age_days=180, link_template=LINK)
    Policy.objects.create(organization=home, region="us", ticket_required=False)
    return Policy.objects.create(
        organization=home,
        region=scene.path_params["region"],
        service_id=scene.path_params["service_id"],
        max_secret_age_days=90,
        ticket_required=True,
        ticket_pattern="CHG-####|INC-*",
    )


@page_state("policies:index", Role.ADMIN)
def none(scene):
    scene.goto("policies:index")


@page_state("policies:index", Role.ADMIN)
def each_scope(scene):
    add_policies(scene)
    scene.goto("policies:index")


@page_state("policies:new", Role.ADMIN)
def rejected_fields(scene):
    scene.goto("policies:new")
    scene.page.get_by_label("Ticket format").fill("CHG-[0-9]+")
    scene.page.get_by_label("Ticket link").fill("https://tickets.example.com/browse/")
    scene.click_button("Add policy")


@page_state("policies:edit", Role.ADMIN)
def of_a_service(scene):
    scene.goto("policies:edit", policy=add_policies(scene).pk)


@page_state("policies:remove", Role.ADMIN)
def confirming(scene):
    scene.goto("policies:remove", policy=add_policies(scene).pk)
