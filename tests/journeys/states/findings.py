from datetime import timedelta

from django.utils import timezone

from console.models import Finding, FindingCount, Waiver
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
def trend(scene):
    add_findings(scene)
    today, organization = timezone.localdate(), Organization.objects.get(slug="harbor")
    for days in range(60):
        FindingCount.objects.create(
            organization=organization,
            day=today - timedelta(days=days),
            high=days // 7,
            medium=12,
            low=1_800 // (70 - days),
        )
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


def add_waiver(finding):
    return Waiver.objects.create(
        organization=finding.organization,
        region=finding.region,
        service_id=finding.service_id,
        client_id=finding.client_id,
        rule=finding.rule,
        reason="Reachable from the branch network only, until the migration in spring",
        owner="ida.nakamura@harbor.example",
        expires_on=timezone.localdate() + timedelta(days=60),
    )


@page_state("findings:show", Role.EDITOR)
def waived_objects(scene):
    add_findings(scene, RULES[:1])
    add_waiver(Finding.objects.all()[0])
    scene.goto("findings:show")


@page_state("findings:waive", Role.EDITOR)
def confirming(scene):
    add_findings(scene, RULES[:1])
    scene.goto("findings:waive", finding=Finding.objects.all()[0].pk)


@page_state("findings:unwaive", Role.EDITOR)
def confirming_(scene):
    add_findings(scene, RULES[:1])
    waiver = add_waiver(Finding.objects.all()[0])
    scene.goto("findings:unwaive", waiver=waiver.pk)
