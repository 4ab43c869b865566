"""No secret is anywhere but where it belongs: not in an answer, not in the database,
not in the audit log, not in the logs (promise P6); nor is a token, and nobody whom a
token is about.

All that was answered, kept and logged is searched for every secret and token there is,
whole and for any 16 characters of it in a row, and for every subject.
"""

import json
import logging
import re
from uuid import UUID

import pytest
from django.db.models import Q

from console.models import Lookup
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tenants.sandbox.seeding.clients import SUBJECT_EVERYWHERE, SUBJECT_HOSTILE
from tests.support.authentication import set_last_authentication
from tests.support.page_steps import review_changes
from tests.support.routes import ROUTES
from tests.support.scene import PASSWORD, Scene
from tests.support.secret_scanner import (
    SecretScanner,
    collect_secrets,
    decode_signed_values,
    dump_database,
)

NEW = "a-new-callback-secret-0123456789-abcdef"
REFUSED = "another-callback-secret-9876543210-fedcba"
CALLBACK = "authentication_callback_api_secret"
NOBODY: dict[str, object] = {"uidb36": "1", "key": "no-such"}  # open nothing
NOBODY |= dict.fromkeys(
    """
    job selection lookup receipt rollover batch package_id search stream twin waiver watch webhook
    policy
    """.split(),
    UUID(int=0),
)
NOBODY |= {"setting": "pkceRequired", "handle": "no-such"}
NOBODY |= {"position": 1, "home": "no-such", "finding": 10**6}
POSTED = {"services:draft", "help:display", "help:zone"}  # of which GET shows little
DESK = "an answer of the help desk's about one subject"
NAMES_PEOPLE = {DESK, "audit_auditentry", "audit_auditrecord", "file"}


@pytest.fixture
def hunt(sandbox):
    """Every secret that the sandbox holds, and those that people bring along."""
    values = [token.value for token in sandbox.state.tokens.values()]
    for region in sandbox.state.regions.values():
        values += collect_secrets(list(region.services.values()))
        for number in region.services:
            values += collect_secrets(list(region.clients[number].values()))
    values += [issued_token.access_token for issued_token in issued(sandbox)]
    values += [issued_token.refresh_token for issued_token in issued(sandbox)]
    return SecretScanner({*values, PASSWORD, NEW, REFUSED} - {"", "string"})


@pytest.fixture
def people(sandbox):
    """Everybody whom a token is about; what is in the name of one, services have in
    theirs as well.
    """
    return SecretScanner({token.subject for token in issued(sandbox)} - {"", SUBJECT_HOSTILE})


def issued(sandbox):
    """The tokens of every service."""
    for region in sandbox.state.regions.values():
        for number in region.services:
            yield from region.tokens[number]


@pytest.fixture
def answers():
    """What was answered, by where: each body with its headers."""
    return []


@pytest.fixture
def scene(open_page, sandbox, person, live_server, answers):
    """A browser, all of whose answers are kept on their way to it."""
    page = open_page()

    def record_answer(route):
        answer = route.fetch(max_redirects=0)
        answers.append((route.request.url, f"{answer.headers}\n{answer.text()}"))
        route.fulfill(response=answer)

    page.route(re.compile(r"^(?!.*/static/)"), record_answer)
    scene = Scene(page, sandbox, person, live_server.url)
    scene.select_service("us", "Employee sign-in")
    return scene


def replace(scene, secret):
    """Set the secret of the callback anew in the browser, as far as the review."""
    scene.goto("services:edit", section="sign-in")
    page = scene.page
    page.locator(f"input[name={CALLBACK}][value=replace]").check()
    page.locator(f"input[name='{CALLBACK}.new']").fill(secret)
    review_changes(page)


def save(scene):
    scene.page.get_by_label("Reason").fill("It was old")
    scene.click_button("Save 1 change")


def body_of(response):
    """All that was answered, also where it came in pieces."""
    if response.streaming:
        return response.getvalue().decode()
    return response.text


def walk(scene, answers):
    """Every page, as whoever sits there."""
    entry = AuditEntry.objects.filter(operation="service.update")[0].entry
    member = scene.user.membership_set.get().pk
    create_query = "?region=us&service_name=x&issuer=https://x.example&start=copy"
    create_query += f"&original=us/{scene.path_params['service_id']}"
    others = {"entry": entry, "pk": member, "section": "all"} | NOBODY
    others["token"] = next(
        (
            item.access_hash
            for item in tokens_of(scene)
            if item.client_id == scene.path_params["client_id"]
        ),
        "no-such-token",
    )
    for name in sorted(ROUTES.keys() - POSTED):
        query = create_query if name == "services:create" else ""
        path = scene.path(name, **others) + query
        response = scene.client.get(path)
        answers.append((path, f"{response.headers}\n{body_of(response)}"))
    condition = Q(operation__in=("subject.search", "token.check")) | ~Q(effect="read")
    for item in AuditEntry.objects.filter(condition):
        path = scene.path("audit:entry", entry=item.entry)
        answers.append((path, scene.client.get(path).text))


def use_the_desk(scene, answers):
    """Look somebody up, and a token of theirs, as who sits there; all that comes of it
    may name them. Whoever shows or makes tokens elsewhere adds it here.
    """
    region, number = scene.path_params["region"], scene.path_params["service_id"]
    tokens = scene.sandbox.region(region).tokens[number]
    token = next(candidate for candidate in tokens if candidate.subject == SUBJECT_EVERYWHERE)
    sent = [
        ("users:index", {"subject": SUBJECT_EVERYWHERE}),
        ("tokens:lookup", {"token": token.access_token}),
        ("tokens:lookup", {"token": token.access_token, "service": f"{region}/{number}"}),
        ("tokens:lookup", {"token": token.refresh_token, "service": f"{region}/{number}"}),
        ("tokens:verify", {"token": f"{token.access_token}.x.y", "clock_skew_seconds": "no"}),
    ]
    for name, body in sent:
        response = scene.client.post(scene.path(name), body)
        answers.append((DESK, f"{response.headers}\n{response.text}"))
    lookup = Lookup.objects.filter(user=scene.user).first()
    if lookup:
        path = scene.path("users:show", lookup=lookup.pk)
        answers.append((DESK, scene.client.get(f"{path}?whole=yes").text))


def odd_clients(scene):
    region = scene.sandbox.region(scene.path_params["region"])
    return region.clients[scene.path_params["service_id"]]


def tokens_of(scene):
    region = scene.sandbox.region(scene.path_params["region"])
    return region.tokens[scene.path_params["service_id"]]


@pytest.mark.slow
def test_secrets_appear_on_no_page(scene, hunt, people, answers, caplog, sandbox, capfd):
    caplog.set_level(logging.DEBUG)
    scene.sign_in_with_password(Role.ADMIN)
    scene.client.force_login(scene.user)
    set_last_authentication(scene.client)
    replace(scene, NEW)
    save(scene)
    assert scene.service["authenticationCallbackApiSecret"] == NEW
    replace(scene, REFUSED)
    sandbox.fault("status", operation="service.update", status=400, message=f"Bad: {REFUSED}")
    save(scene)
    scene.page.get_by_role("alert").wait_for()
    walk(scene, answers)
    scene.select_service("us", "Open banking sandbox")
    walk(scene, answers)
    *_, scene.path_params["client_id"] = odd_clients(scene)
    walk(scene, answers)
    for role in (Role.HELP_DESK, Role.EDITOR, Role.AUDITOR, Role.VIEWER):
        scene.sign_in_as(role)
        use_the_desk(scene, answers)
        walk(scene, answers)

    carried = [text for _, answer in answers for text in decode_signed_values(answer)]
    output = capfd.readouterr()
    places = [
        *answers,
        *(("carried by a form", text) for text in carried),
        *dump_database(),
        *(("log", f"{record.getMessage()} {record.__dict__}") for record in caplog.records),
        ("output", output.out + output.err),
    ]
    assert len(answers) > 300
    assert any("accessTokenDuration" in text for text in carried)
    assert any("Telepathy pilot" in text for _, text in answers)
    assert any("service.update" in text for _, text in places if text)
    assert [(place, hit) for place, text in places for hit in hunt.find_leak(text)] == []
    assert any(SUBJECT_EVERYWHERE in text for place, text in answers if place == DESK)
    others = [item for item in places if item[0] not in NAMES_PEOPLE]
    assert [(place, hit) for place, text in others for hit in people.find_leak(text)] == []


@pytest.mark.slow
def test_created_secret_is_in_one_response(scene, answers, caplog, sandbox, capfd):
    caplog.set_level(logging.DEBUG)
    scene.sign_in_as(Role.ADMIN)
    scene.save_change()
    form = {"client_name": "Till", "redirect_uris__item": ["https://till.example/cb"]}
    path = scene.submit_form("clients:new", "base", "?start=web", **form).url
    scene.page.goto(path)
    scene.page.get_by_label("Reason").fill("New till")
    scene.click_button("Create client")
    scene.page.get_by_role("link", name="Done").click()
    response = next(
        odd_client
        for odd_client in odd_clients(scene).values()
        if odd_client["clientName"] == "Till"
    )
    scene.path_params["client_id"] = response["clientId"]
    token = make_a_token(scene)
    walk(scene, answers)
    original = f"us/{scene.path_params['service_id']}/{response['clientId']}"
    copy = scene.path("clients:new") + f"?original={original}"
    answers.append((copy, scene.client.get(copy).text))

    output = capfd.readouterr()
    places = [
        *answers,
        *dump_database(),
        *(("log", f"{record.getMessage()} {record.__dict__}") for record in caplog.records),
        ("output", output.out + output.err),
    ]
    for secret, page in (
        (response["clientSecret"], path),
        (token.access_token, scene.path("tokens:new")),
        (token.refresh_token, scene.path("tokens:new")),
    ):
        leaks = [place for place, text in places if SecretScanner({secret}).find_leak(text)]
        assert leaks == [scene.url + page]


def make_a_token(scene):
    """Make one for the client that the scene is at, and store it."""
    scene.goto("tokens:new")
    page = scene.page
    page.get_by_label("Grant type").select_option(label="Authorization code")
    page.get_by_label("Client", exact=True).fill("Till")
    page.get_by_label("Subject").fill("cust-204188")
    page.get_by_label("Reason").fill("To see what it sees")
    scene.click_button("Create token")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("rowheader", name="Till").wait_for()
    return tokens_of(scene)[-1]


def press_with_a_reason(scene, page, button):
    scene.goto(page)
    scene.page.get_by_label("Reason").fill("It is old")
    scene.click_button(button)
    scene.page.locator("#the-secret, .notice.ok").first.wait_for()


@pytest.mark.slow
def test_revealed_secret_is_in_one_response(scene, answers, caplog, sandbox, capfd):
    """Seen, staged, activated, put back, drawn anew and set; each time walked on."""
    caplog.set_level(logging.DEBUG)
    scene.sign_in_as(Role.ADMIN)
    scene.save_change()
    client = next(
        odd_client
        for odd_client in odd_clients(scene).values()
        if odd_client["tokenAuthMethod"] == "CLIENT_SECRET_BASIC"
    )
    scene.path_params["client_id"] = client["clientId"]
    old = client["clientSecret"]

    press_with_a_reason(scene, "clients:reveal", "Reveal secret")
    press_with_a_reason(scene, "clients:stage", "Generate")
    walk(scene, answers)
    scene.click_button("Confirm stored")
    scene.click_button("Activate")
    scene.page.get_by_role("link", name="Restore old secret").wait_for()
    walk(scene, answers)
    staged = client["clientSecret"]
    scene.goto("clients:undo")
    scene.click_button("Restore old secret")
    scene.page.get_by_text("Restored the old secret").wait_for()
    assert client["clientSecret"] == old != staged
    press_with_a_reason(scene, "clients:rotate", "Rotate now")
    drawn = client["clientSecret"]
    scene.goto("clients:set_secret")
    scene.page.get_by_label("New secret").fill(NEW)
    scene.page.get_by_label("Reason").fill("Made elsewhere")
    scene.click_button("Set secret")
    scene.page.get_by_text("Set: the old secret no longer works").wait_for()
    assert client["clientSecret"] == NEW
    walk(scene, answers)

    output = capfd.readouterr()
    places = [
        *answers,
        *dump_database(),
        *(("log", f"{record.getMessage()} {record.__dict__}") for record in caplog.records),
        ("output", output.out + output.err),
    ]
    for secret, page in (
        (old, "clients:reveal"),
        (staged, "clients:stage"),
        (drawn, "clients:rotate"),
        (NEW, None),
    ):
        leaks = [place for place, text in places if SecretScanner({secret}).find_leak(text)]
        assert leaks == ([scene.url + scene.path(page)] if page else [])


def test_scanner_finds_a_planted_secret(hunt, sandbox):
    """The hunt itself: a piece of a secret, of each kind."""
    legacy = next(
        service
        for service in sandbox.region("us").services.values()
        if service["serviceName"] == "Employee sign-in"
    )
    key = json.loads(legacy["jwks"])["keys"][0]
    clients = sandbox.region("us").clients[legacy["apiKey"]]
    for secret in (
        legacy["apiSecret"],
        legacy["snsCredentials"][0]["apiSecret"],
        legacy["developerAuthenticationCallbackApiSecret"],
        key["d"],
        next(iter(sandbox.state.tokens)),
        "a-secret-in-a-field-nobody-knows",
        "a-secret-in-a-client-that-nobody-knows",
        next(token.access_token for token in issued(sandbox)),
        next(token.refresh_token for token in issued(sandbox) if token.refresh_token),
        *(client["clientSecret"] for client in clients.values()),
    ):
        assert hunt.find_leak(f"some words before {secret[3:21]} and after")
    assert not hunt.find_leak(f"public parts: {key['kid']} {key.get('n', key.get('x'))}")
