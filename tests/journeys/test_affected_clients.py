"""Turn on a setting of a service, and read whose clients it breaks."""

from playwright.sync_api import expect

from console.inventory.index import index_clients
from tenants.authlete.documents.client import Client
from tenants.organizations.roles import Role


def test_review_names_the_clients_that_push_no_requests(
    open_signed_in, person, harbor, find_service_id, sandbox
):
    service_id = find_service_id("us", "Payments")
    sandbox.region("us").services[service_id]["parRequired"] = False
    for client_id, name, pushes in ((1, "Till", False), (2, "Web shop", True)):
        sandbox.region("us").clients[service_id][client_id] = {
            "clientId": client_id,
            "clientName": name,
            "grantTypes": ["AUTHORIZATION_CODE"],
            "parRequired": pushes,
            "createdAt": 1,
            "modifiedAt": 1,
        }
    listed = sandbox.region("us").clients[service_id].values()
    index_clients(harbor, "us", service_id, [Client.model_validate(dict(one)) for one in listed])
    page = open_signed_in(person(Role.EDITOR))

    page.goto(f"/harbor/services/us/{service_id}/edit/all/")
    page.get_by_role("checkbox", name="Require pushed authorization requests").check()
    page.get_by_role("button", name="Review changes").click()
    impacts = page.get_by_role("dialog").get_by_role("region", name="Affected clients")
    expect(impacts).to_contain_text(f"of {len(listed)} clients")
    expect(impacts).to_contain_text("Requests that aren't pushed fail.")
    impacts.get_by_role("link", name=f"of {len(listed)} clients").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Affected clients")
    expect(page.get_by_role("row", name="Till")).to_contain_text("May break")
    expect(page.get_by_role("link", name="Web shop")).to_have_count(0)
