from playwright.sync_api import expect

from console.inventory.index import index_client, index_services
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.scene import page_state

LONG_NAME = "R&D <b>sync</b> " + "x" * 80


def fill(scene):
    """Index a service and clients, some of them with odd names."""
    harbor = Organization.objects.get(slug="harbor")
    number = scene.path_params["service_id"]
    index_services(
        harbor, {"us": [Service.model_validate({"apiKey": number, "serviceName": "Payments"})]}
    )
    names = ("Payments sync", "Payments اختبار", f"Payments {LONG_NAME}")
    for client_id, name in enumerate(names, 44):
        client = {"clientId": client_id, "clientName": name, "contacts": ["ops@acme.example"]}
        index_client(harbor, "us", number, Client.model_validate(client))


def open_palette(scene, text):
    scene.goto("search:index")
    scene.page.keyboard.press("Control+k")
    expect(scene.page.get_by_role("option").first).to_be_visible()
    scene.page.keyboard.insert_text(text)


@page_state("search:index", Role.ADMIN)
def results(scene):
    fill(scene)
    scene.goto("search:index", "?q=payments")


@page_state("search:index", Role.HELP_DESK)
def initial(scene):
    scene.goto("search:index")


@page_state("search:index", Role.AUDITOR)
def no_results(scene):
    scene.goto("search:index", "?q=nothing+like+it")


@page_state("search:index", Role.ADMIN)
def palette_with_results(scene):
    fill(scene)
    open_palette(scene, "payments")
    expect(scene.page.get_by_role("option", name="Payments sync").first).to_be_visible()


@page_state("search:index", Role.VIEWER)
def palette_initial(scene):
    scene.goto("services:index")  # fills the index
    scene.goto("services:show")
    open_palette(scene, "")


@page_state("search:index", Role.VIEWER)
def palette_without_results(scene):
    open_palette(scene, "nothing like it")
    expect(scene.page.locator("#palette").get_by_text("No results.").first).to_be_visible()
