from console.models import KnownService
from tenants.jobs.worker import JobWorker
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.scene import page_state

ODD = (
    {"clientType": "PUBLIC", "tokenAuthMethod": "NONE", "locked": True},
    {"clientSource": "DYNAMIC_REGISTRATION", "clientName": "R&D <b>sync</b> " + "x" * 80},
    {"redirectUris": [f"https://a{at}.example.com/" for at in range(9)]},
    {"clientName": "اختبار", "redirectUris": ["com.acme.app:/callback"]},
    {"tokenAuthMethod": "TELEPATHY", "clientType": "", "grantTypes": []},
)


def fill(scene, count):
    """Clients of the service that the scene is at, some of them odd."""
    region = scene.sandbox.region(scene.path_params["region"])
    clients = region.clients[scene.path_params["service_id"]]
    clients.clear()
    for number in range(1, count + 1):
        odd = ODD[number] if number < len(ODD) else {}
        clients[number] = make_client(number, **odd)


@page_state("clients:service_clients", Role.EDITOR)
def first_page(scene):
    fill(scene, 130)
    scene.goto("clients:service_clients", "?page=2")


@page_state("clients:service_clients", Role.VIEWER)
def searched(scene):
    fill(scene, 60)
    scene.goto("clients:service_clients", "?type=CONFIDENTIAL&locked=no&sort=-changed&size=25")
    scene.page.locator("#facets").click()


@page_state("clients:service_clients", Role.EDITOR)
def none(scene):
    fill(scene, 0)
    scene.goto("clients:service_clients")


@page_state("clients:service_clients", Role.VIEWER)
def no_results(scene):
    fill(scene, 3)
    scene.goto("clients:service_clients", "?q=nothing+like+it")


@page_state("clients:service_clients", Role.VIEWER)
def invalid_query(scene):
    scene.goto("clients:service_clients", "?q=noSuchSetting:1")


@page_state("clients:service_clients", Role.VIEWER)
def names_only(scene):
    fill(scene, 5)
    for token in scene.sandbox.state.tokens.values():
        token.permissions = ("view_client",)
    scene.goto("clients:service_clients")


@page_state("clients:service_clients", Role.VIEWER)
def incomplete(scene):
    fill(scene, 130)
    answer = scene.sandbox.answer

    def refuse_the_second(place, request):
        if request.query.get("start") == "100":
            scene.sandbox.fault("status", operation="client.list", code="A028001")
        return answer(place, request)

    scene.sandbox.answer = refuse_the_second
    scene.goto("clients:service_clients", "?q=client")


@page_state("clients:service_clients", Role.VIEWER)
def failed(scene):
    scene.sandbox.fault("status", operation="client.list", status=503)
    scene.goto("clients:service_clients")


@page_state("services:columns", Role.VIEWER)
def columns_of_services(scene):
    scene.goto("services:columns")


@page_state("clients:columns", Role.VIEWER)
def confirming(scene):
    scene.goto("clients:columns")


@page_state("clients:index", Role.EDITOR)
def full(scene):
    fill(scene, 60)
    scene.goto("clients:index")


@page_state("clients:index", Role.EDITOR)
def partly_read(scene):
    fill(scene, 60)
    scene.client.get(scene.path("clients:index"))
    KnownService.objects.exclude(region="us").update(clients_at=None)
    scene.goto("clients:index")


@page_state("clients:index", Role.VIEWER)
def searched_(scene):
    fill(scene, 60)
    scene.goto("clients:index", "?q=client&region=us&type=CONFIDENTIAL")
    scene.page.locator("#facets").click()


@page_state("clients:index", Role.VIEWER)
def region_unavailable(scene):
    fill(scene, 3)
    scene.client.get(scene.path("clients:index"))
    scene.sandbox.fault("html502", region="us")
    KnownService.objects.update(clients_at=None)
    scene.client.post(scene.path("clients:refresh"))
    JobWorker("scene", until_empty=True).run()
    scene.goto("clients:index")
    scene.page.get_by_text("Details").click()


@page_state("clients:index", Role.VIEWER)
def all_regions_unavailable(scene):
    scene.sandbox.fault("status", status=503)
    scene.goto("clients:index")


@page_state("clients:index", Role.ADMIN)
def no_region_connected(scene):
    Credential.objects.all().delete()
    scene.goto("clients:index")


@page_state("clients:index", Role.VIEWER)
def invalid_query_(scene):
    scene.goto("clients:index", "?q=pkceRequired:true")


@page_state("clients:index", Role.VIEWER)
def none_(scene):
    for region in scene.sandbox.state.regions.values():
        region.clients.clear()
    scene.goto("clients:index")


@page_state("clients:refresh", Role.VIEWER)
def confirming_(scene):
    scene.goto("clients:refresh")


@page_state("clients:index", Role.VIEWER)
def syncing(scene):
    scene.client.get(scene.path("clients:index"))
    scene.client.post(scene.path("clients:refresh"))
    scene.goto("clients:index")
