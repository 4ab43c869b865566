import pytest

from console.models import Rotation
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredToken
from tests.support.clients import CLIENT, LATE, OLD, make_client
from tests.support.forms import URLENCODED, draft_saver, fill_form, settings_editor


@pytest.fixture
def five_clients(acme, sandbox):
    """Five clients of service 17 that differ in each filtered setting."""
    for values in (
        make_client(1, clientName="Till", pkceRequired=True),
        make_client(
            2,
            clientName="Web shop",
            clientType="PUBLIC",
            tokenAuthMethod="NONE",
            grantTypes=["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
            redirectUris=["https://old.example.com/cb", "https://shop.example.org/cb"],
        ),
        make_client(
            3,
            clientName="Ledger sync",
            grantTypes=["CLIENT_CREDENTIALS"],
            redirectUris=[],
            locked=True,
        ),
        make_client(
            4,
            clientName="Partner",
            clientSource="DYNAMIC_REGISTRATION",
            tokenAuthMethod="PRIVATE_KEY_JWT",
        ),
        make_client(5, clientName="=HYPERLINK(1)", redirectUris=["com.acme.app:/cb"]),
    ):
        sandbox.clients[values["clientId"]] = values
    return sandbox


@pytest.fixture
def many_clients(acme, sandbox):
    """250 clients of service 17."""
    for number in range(1, 251):
        sandbox.clients[number] = make_client(number)
    return sandbox


@pytest.fixture
def ledger(sandbox):
    """The client 44 of service 17, as Authlete keeps it."""
    sandbox.clients[44] = {
        "clientId": 44,
        "clientIdAlias": "ledger",
        "clientName": "Ledger sync",
        "clientType": "CONFIDENTIAL",
        "clientSecret": OLD,
        "clientSource": "STATIC_REGISTRATION",
        "applicationType": "WEB",
        "tokenAuthMethod": "CLIENT_SECRET_BASIC",
        "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "responseTypes": ["CODE"],
        "responseModes": ["QUERY", "FORM_POST"],
        "redirectUris": ["https://ledger.example/done"],
        "derivedSectorIdentifier": "ledger.example",
        "subjectType": "PUBLIC",
        "idTokenSignAlg": "RS256",
        "createdAt": 1,
        "modifiedAt": 1,
        "fromTheFuture": {"kept": True},
    }
    return sandbox.clients[44]


@pytest.fixture
def editor(member, ledger):
    return member(Role.EDITOR)


@pytest.fixture
def submit_settings():
    return settings_editor(CLIENT, "basics")


@pytest.fixture
def save():
    return draft_saver(CLIENT)


@pytest.fixture
def admin(member, ledger):
    return member(Role.ADMIN)


@pytest.fixture
def submit_form():
    """Fill in one of the pages of client 44, or of another, and send it, with a
    reason.
    """

    def submit_form(browser, name, client=CLIENT, having="reason", **entered):
        url = f"{client}{name}/"
        why = {"reason": "Yearly rotation", "ticket": "CHG-1"} | entered
        body = fill_form(browser.get(url), having, **why)
        return browser.post(url, body, content_type=URLENCODED)

    return submit_form


@pytest.fixture
def staged(submit_form):
    """Stage a secret of client 44, and return it as the page showed it."""

    def staged(browser):
        page = submit_form(browser, "stage").content.decode()
        browser.post(f"{CLIENT}stored/")
        return page.partition('id="the-secret"')[2].partition(">")[2].partition("<")[0]

    return staged


@pytest.fixture
def rotation():
    return lambda: Rotation.objects.latest("staged_at")


@pytest.fixture
def tokens(sandbox):
    """Give client 44 so many live tokens."""

    def tokens(number):
        sandbox.region("us").tokens[17] = [
            StoredToken(f"hash-{at}", 44, "AUTHORIZATION_CODE", (), 1, LATE, "ann")
            for at in range(number)
        ]

    return tokens


@pytest.fixture
def select_clients():
    """Return a function that selects clients of service 17 and returns the path."""

    def choose(browser, *numbers, **other):
        places = [f"us/17/{number}" for number in numbers]
        sent = {"within": "us/17", "query": "", "object": places, **other}
        response = browser.post("/acme/clients/bulk/", sent)
        assert "/clients/bulk/" in response["Location"], response["Location"]
        return response["Location"]

    return choose
