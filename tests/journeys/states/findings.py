from datetime import timedelta

from django.utils import timezone

from console.models import Finding
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.scene import page_state

RULES = ("rfc9700.http-redirect", "rfc9700.pkce", "fapi2.signed-requests", "secrets.overdue")


def add_findings(scene, rules=RULES):
    region, service_id = scene.path_params["region"], scene.path_params["service_id"]
    for number, rule in enumerate(rules, 1):
        for client_id in range(number * 3):
            Finding.objects.create(
                organization=Organization.objects.get(slug="harbor"),
                region=region,
                service_id=service_id,
                client_id=client_id,
                rule=rule,
                name=f"partner-gateway-{client_id}.open-finance.example",
                field="redirectUris",
                since=timezone.now() - timedelta(days=40 * number),
            )


@page_state("findings:index", Role.VIEWER)
def violated_rules(scene):
    add_findings(scene)
    scene.goto("findings:index")


@page_state("findings:index", Role.VIEWER)
def none(scene):
    scene.goto("findings:index")


@page_state("findings:index", Role.VIEWER)
def filtered_to_nothing(scene):
    add_findings(scene)
    scene.goto("findings:index", "?pack=haip")


@page_state("findings:show", Role.VIEWER)
def affected_objects(scene):
    add_findings(scene, RULES[:1])
    scene.goto("findings:show")


@page_state("findings:show", Role.VIEWER)
def no_affected_objects(scene):
    scene.goto("findings:show")
