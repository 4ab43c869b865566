"""A finding is waived in a dialog, and is back when the waiver has expired."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from console.models import Finding, Waiver
from tenants.models import Organization
from tenants.organizations.roles import Role

RULE = "rfc9700.http-redirect"


def test_waived_finding_returns_when_the_waiver_expires(open_signed_in, person, find_service_id):
    page = open_signed_in(person(Role.EDITOR, "Mara Lindqvist"))
    for client_id, name in ((44, "Till"), (45, "Web shop")):
        Finding.objects.create(
            organization=Organization.objects.get(slug="harbor"),
            region="us",
            service_id=find_service_id("us", "Payments"),
            client_id=client_id,
            rule=RULE,
            name=name,
            since=timezone.now(),
        )
    page.goto(f"/harbor/findings/{RULE}/")
    page.get_by_role("link", name="Waive Till").click()
    dialog = page.get_by_role("dialog", name="Waive the finding of “Till”?")
    dialog.get_by_label("Reason").fill("Internal network only")
    dialog.get_by_label("Expiry date").fill("1 Jan 1999")
    dialog.get_by_role("button", name="Waive finding").click()
    expect(dialog).to_contain_text("Enter a day from tomorrow")
    dialog.get_by_label("Expiry date").fill(f"{timezone.localdate() + timedelta(days=30)}")
    dialog.get_by_role("button", name="Waive finding").click()

    expect(page.get_by_role("region", name="Waivers")).to_contain_text("Internal network only")
    expect(page.get_by_role("link", name="Waive Till")).to_have_count(0)
    expect(page.get_by_role("link", name="Waive Web shop")).to_be_visible()

    Waiver.objects.update(expires_on=timezone.localdate() - timedelta(days=2))
    page.reload()
    expect(page.get_by_role("link", name="Waive Till")).to_be_visible()
    expect(page.get_by_role("region", name="Waivers")).to_have_count(0)
