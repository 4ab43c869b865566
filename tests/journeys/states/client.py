"""States of a client's pages and its edit."""

from copy import deepcopy

from tenants.organizations.roles import Role
from tests.support.scene import page_state

SECRET = "k7Qm2vX9pLr4TzWb8NcD"
LEDGER = {
    "clientId": 44,
    "clientIdAlias": "ledger-sync",
    "clientName": "Ledger sync",
    "description": "Feeds the nightly ledger.",
    "clientType": "CONFIDENTIAL",
    "clientSecret": SECRET,
    "clientSource": "STATIC_REGISTRATION",
    "applicationType": "WEB",
    "tokenAuthMethod": "CLIENT_SECRET_BASIC",
    "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "responseTypes": ["CODE"],
    "responseModes": ["QUERY", "FORM_POST"],
    "redirectUris": [
        "https://ledger.harbor.example/oauth/done",
        "https://ledger-b.harbor.example/oauth/done",
    ],
    "derivedSectorIdentifier": "ledger.harbor.example",
    "subjectType": "PUBLIC",
    "idTokenSignAlg": "RS256",
    "clientNames": [{"tag": "ja", "value": "元帳同期"}],
    "jwks": '{"keys":[{"kty":"EC","crv":"P-256","kid":"led-1","use":"sig",'
    '"x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",'
    '"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}',
    "extension": {
        "requestableScopesEnabled": True,
        "requestableScopes": ["accounts", "statements"],
        "accessTokenDuration": 900,
    },
    "createdAt": 1_683_622_800_000,
    "modifiedAt": 1_793_600_000_000,
}


def ledger(scene, **members):
    """Turn to a client of Payments."""
    region = scene.sandbox.region("us")
    client = deepcopy(LEDGER) | members
    region.clients[scene.path_params["service_id"]][44] = client
    scene.path_params |= {"client_id": 44, "section": "basics"}
    return client


def draft(scene, **entered):
    scene.submit_form("clients:edit", "base", **entered or {"client_name": "Ledger"})


def save(scene, **entered):
    """Change and save, and return the id of the entry."""
    draft(scene, **entered)
    answer = scene.submit_form("clients:review", "reviewed", reason="New name", ticket="CHG-2107")
    return answer.url.rstrip("/").rpartition("/")[2]


@page_state("clients:show", Role.ADMIN)
def full(scene):
    ledger(scene)
    save(scene)
    scene.goto("clients:show")


@page_state("clients:show", Role.VIEWER)
def minimal(scene):
    ledger(scene)
    client = {"clientId": 44, "modifiedAt": 1, "clientSecret": SECRET}
    scene.sandbox.region("us").clients[scene.path_params["service_id"]][44] = client
    scene.goto("clients:show")


@page_state("clients:show", Role.EDITOR)
def locked_with_findings_and_a_draft(scene):
    ledger(
        scene,
        locked=True,
        clientSource="DYNAMIC_REGISTRATION",
        tokenAuthMethod="PRIVATE_KEY_JWT",
        jwks=None,
        fromTheFuture={"kept": True},
    )
    draft(scene)
    scene.goto("clients:show")


@page_state("clients:note", Role.EDITOR)
def empty_note(scene):
    ledger(scene)
    scene.goto("clients:show")
    scene.goto("clients:note")


@page_state("clients:show", Role.VIEWER)
def failed(scene):
    ledger(scene)
    scene.sandbox.fault("status", status=503)
    scene.goto("clients:show")


@page_state("clients:show", Role.ADMIN)
def outage(scene):
    ledger(scene)
    scene.client.get(scene.path("clients:show"))
    scene.sandbox.fault("status", status=503)
    scene.goto("clients:show")


@page_state("clients:edit", Role.EDITOR)
def held_back(scene):
    ledger(scene)
    draft(scene)
    scene.client.get(scene.path("clients:show"))
    scene.sandbox.fault("status", status=503)
    scene.goto("clients:edit")


@page_state("clients:show", Role.VIEWER)
def deleted(scene):
    scene.path_params["client_id"] = 45
    scene.goto("clients:show")


@page_state("clients:edit", Role.EDITOR)
def one_section(scene):
    ledger(scene, clientSource="METADATA_DOCUMENT", tokenAuthMethod="PRIVATE_KEY_JWT")
    scene.goto("clients:edit", section="authentication")


@page_state("clients:edit", Role.EDITOR)
def missing_keys(scene):
    ledger(scene, tokenAuthMethod="PRIVATE_KEY_JWT", jwks=None)
    scene.goto("clients:edit", section="keys")


@page_state("clients:edit", Role.EDITOR)
def all_settings(scene):
    ledger(scene)
    scene.goto("clients:edit", section="all")


@page_state("clients:fields", Role.VIEWER)
def full_(scene):
    ledger(scene)
    scene.goto("clients:fields")


@page_state("clients:reveal_unknown", Role.ADMIN)
def reason_required(scene):
    ledger(scene, connectionString="from-the-future")
    scene.goto("clients:reveal_unknown", "?field=connectionString")


@page_state("clients:document", Role.VIEWER)
def full__(scene):
    ledger(scene)
    scene.goto("clients:document")


@page_state("clients:history", Role.EDITOR)
def full___(scene):
    ledger(scene)
    save(scene)
    scene.goto("clients:history")


@page_state("clients:history", Role.VIEWER)
def empty(scene):
    ledger(scene)
    scene.goto("clients:history")


@page_state("clients:discard", Role.EDITOR)
def confirming(scene):
    ledger(scene)
    draft(scene)
    scene.goto("clients:discard")


@page_state("clients:review", Role.EDITOR)
def one_change(scene):
    ledger(scene)
    draft(scene)
    scene.goto("clients:review")


@page_state("clients:review", Role.EDITOR)
def invalid_combination(scene):
    ledger(scene, clientSource="DYNAMIC_REGISTRATION")
    scene.path_params["section"] = "id-token"
    draft(scene, id_token_encryption_enc="A128GCM")
    scene.goto("clients:review")


@page_state("clients:merge", Role.EDITOR)
def conflict(scene):
    client = ledger(scene)
    draft(scene, client_name="Mine", description="Mine as well")
    client |= {"clientName": "Theirs", "modifiedAt": client["modifiedAt"] + 1}
    scene.goto("clients:merge")


@page_state("clients:change", Role.EDITOR)
def saved(scene):
    ledger(scene)
    scene.goto("clients:change", entry=save(scene))


@page_state("clients:restore", Role.EDITOR)
def no_change(scene):
    client = ledger(scene)
    entry = save(scene)
    stored = scene.sandbox.region("us").clients[scene.path_params["service_id"]][44]
    stored["clientName"] = client["clientName"]
    scene.goto("clients:change", entry=entry)
    scene.click_button("Undo change")


@page_state("clients:key", Role.EDITOR)
def confirming_(scene):
    ledger(scene)
    scene.goto("clients:key")


@page_state("clients:key", Role.EDITOR)
def created(scene):
    ledger(scene)
    scene.goto("clients:key")
    scene.click_button("Generate key pair")
    scene.page.get_by_text("shown once", exact=True).wait_for()
