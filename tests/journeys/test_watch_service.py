"""A service is watched by keyboard, and a colleague's change is read in the inbox."""

from playwright.sync_api import expect

from console.watches.collection import collect_notifications
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import record_event
from tenants.models import Organization
from tenants.organizations.roles import Role


def test_change_of_a_watched_service_is_read_in_the_inbox(open_signed_in, person, find_service_id):
    page = open_signed_in(person(Role.VIEWER, "Vi Okafor"))
    payments = find_service_id("us", "Payments")
    page.goto(f"/harbor/services/us/{payments}/")
    page.get_by_role("button", name="Watch", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Unwatch")).to_be_focused()

    organization = Organization.objects.get(slug="harbor")
    actor = Actor(0, "mara@harbor.example", "editor", organization.pk, "harbor")
    record_event(
        actor,
        events.SERVICE_CHANGED_EXTERNALLY,
        label="Payments",
        region="us",
        service=str(payments),
    )
    collect_notifications()
    page.reload()
    page.get_by_role("link", name="Notifications, 1 unread").click()
    expect(page.get_by_role("row", name="Payments was changed outside")).to_contain_text("mara@")
    page.get_by_role("link", name="Payments was changed outside").click()

    expect(page.get_by_role("link", name="Notifications, 0 unread")).to_be_visible()
    page.get_by_role("link", name="Notifications, 0 unread").click()
    page.get_by_role("link", name="Watches").click()
    page.get_by_role("link", name="Edit Payments").click()
    dialog = page.get_by_role("dialog", name="Payments")
    dialog.get_by_label("Delivery").select_option("Daily email digest")
    dialog.get_by_role("button", name="Save watch").click()
    expect(page.get_by_role("row", name="Payments")).to_contain_text("Daily email digest")

    page.get_by_role("link", name="Edit Payments").click()
    dialog.get_by_role("button", name="Stop watching").click()
    expect(page.get_by_text("No watches yet")).to_be_visible()
