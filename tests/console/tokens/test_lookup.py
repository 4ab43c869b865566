"""Lookup of a pasted token."""

import time

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.console.tokens.pasted_tokens import (
    BOX,
    ISSUER,
    LEAKED,
    OWNER,
    REFRESH,
    ended,
    unreal,
    unsigned,
)
from tests.support.forms import URLENCODED, fill_form
from tests.support.secret_scanner import SecretScanner, dump_database
from tests.support.sessions import stored_sessions

PAST = int(time.time()) - 60
JWE = unsigned('{"alg":"RSA-OAEP","enc":"A256GCM"}') + ".aXY.dGFn"


@pytest.fixture
def help_desk(member):
    return member(Role.HELP_DESK)


def paste(browser, token, **more):
    body = fill_form(browser.get(BOX), "token", token=token, **more)
    return browser.post(BOX, body, content_type=URLENCODED)


def introspected(sandbox):
    return [call for call in sandbox.calls if "/introspection" in call.path]


def test_jwt_is_looked_up_at_the_service_of_its_issuer(help_desk, jwt, leaked_token):
    response = paste(help_desk, f"'Authorization: Bearer  {jwt()[:50]}\n {jwt()[50:]}\n',")

    assertContains(response, "Active")
    for text in (OWNER, "Till", "Shop", "Read your orders", "Authorization code"):
        assertContains(response, text)
    assertContains(response, "not verified")
    assert leaked_token.used_at


def test_opaque_token_needs_a_service(help_desk, leaked_token, signer):
    form = paste(help_desk, LEAKED)

    assertContains(form, "Select a service")
    assert not introspected(signer)
    body = fill_form(form, "sealed", service="us/17")
    response = help_desk.post(BOX, body, content_type=URLENCODED)
    assertContains(response, OWNER)
    assertContains(response, "Active")


def test_refresh_token_is_identified_by_introspection(help_desk, leaked_token):
    paste(help_desk, LEAKED)

    response = paste(help_desk, REFRESH, service="us/17")

    assertContains(response, "Refresh token")
    assertContains(response, OWNER)
    assertContains(response, "Till")


def test_non_numeric_client_id_is_shown(help_desk, leaked_token, signer, monkeypatch):
    """Digits that Python itself refuses to read as a number."""
    worked = signer._dispatch

    def odd(place, request, match):
        answer = worked(place, request, match)
        if match.name == "token.introspect_standard":
            answer.body = answer.body.replace(b'\\"44\\"', b'\\"' + b"9" * 5000 + b'\\"')
        return answer

    monkeypatch.setattr(signer, "_dispatch", odd)
    paste(help_desk, LEAKED)

    assertContains(paste(help_desk, REFRESH, service="us/17"), "9" * 5000)


@pytest.mark.parametrize("page", [BOX, "/acme/tokens/verify/"])
@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ('{"alg":"\\ud800"}', "{}"),
        ('{"alg":"ES256"}', '{"\\ud800":1}'),
        ('{"alg":"ES256"}', '{"iss":"\\ud800","sub":["\\udfff"]}'),
    ],
)
def test_lone_surrogates_break_no_page(help_desk, signer, page, header, claims):
    """As anybody can write into a JWT."""
    body = fill_form(help_desk.get(page), "token", token=unsigned(header, claims))

    response = help_desk.post(page, body, content_type=URLENCODED)

    assertContains(response, "\ufffd")


def test_expired_jwt_is_not_looked_up(help_desk, jwt, leaked_token, signer):
    ended(leaked_token)

    warned = paste(help_desk, jwt(exp=PAST))

    assertContains(warned, "can't be refreshed, a lookup")
    assert not introspected(signer)
    assert leaked_token in signer.region("us").tokens[17]
    body = fill_form(warned, "anyway")
    response = help_desk.post(BOX, body, content_type=URLENCODED)
    assertContains(response, "There's nothing to revoke")
    assertContains(response, OWNER)
    assertNotContains(response, "Revoke token")
    assert leaked_token not in signer.region("us").tokens[17]


@pytest.mark.parametrize("how", ["certificateThumbprint", "dpopKeyThumbprint"])
def test_sender_constrained_token_is_marked(help_desk, jwt, leaked_token, how):
    leaked_token.more[how] = "x"

    response = paste(help_desk, jwt())

    assertContains(response, "Active, sender-constrained")
    assertContains(response, "Revoke token")


def test_unknown_token_is_reported(help_desk, jwt, signer):
    response = paste(help_desk, jwt("another-value"))

    assertContains(response, "Token not found")
    assertNotContains(response, "Revoke token")
    assertContains(response, "reuse the token you pasted")  # to another service, perhaps


def test_unknown_issuer_asks_for_a_service_and_names_failed_regions(help_desk, jwt, acme, signer):
    Credential.objects.create(organization=acme, region="jp", sealed="broken")
    signer.services[17]["issuer"] = f"{ISSUER}/v2"

    form = paste(help_desk, jwt())

    assertContains(form, "No service uses the issuer")
    assertContains(form, "Japan")
    assert not introspected(signer)


def test_shared_issuer_asks_for_a_service(help_desk, jwt, leaked_token, signer):
    signer.services[18] = {**signer.services[17], "apiKey": 18, "serviceName": "Twin"}

    form = paste(help_desk, jwt())

    assertContains(form, "Several services use this issuer")
    assert not introspected(signer)


def test_failed_lookup_can_be_retried_without_pasting(help_desk, jwt, leaked_token, signer):
    help_desk.get(BOX)
    signer.fault("status", status=503, path="introspection")
    failed = paste(help_desk, jwt())
    assertContains(failed, "Lookup failed")
    signer.faults.clear()

    response = help_desk.post(BOX, fill_form(failed, "token"), content_type=URLENCODED)

    assertContains(response, "Active")


NO_TOKENS = [
    ("  Bearer \n ", "Paste a token."),
    ("x" * 20_000, "the maximum is"),
    ("a\0b" * 20, "Null characters"),
    ("geheim-ö-" * 4, "U+00F6"),
    (unreal(alg="none"), "isn&#x27;t signed"),
    (unreal(alg=7), "isn&#x27;t signed"),
    (unsigned('{"alg":"ES256"}', signature=""), "has no signature"),
    (JWE, "encrypted (a JWE"),
    (unsigned('{"alg":"ES256"}', "[" * 20_000 + "]" * 20_000), "the maximum is"),
    (unsigned('{"alg":"ES256"}', "[" * 5_000 + "]" * 5_000), "nested too deeply"),
    (unsigned('{"alg":"ES256"}', "[]"), "not an object"),
    (unsigned('{"alg":"ES256"}', '{"a":1,"a":2}'), "duplicate name"),
    (unsigned('{"alg":"ES256"}', f'{{"exp":{"9" * 5000}}}'), "can&#x27;t be read"),
    (unsigned('{"alg":"ES256"}').replace(".", ".*", 1), "not base64url"),
]


def test_invalid_input_is_an_error_at_the_field(help_desk, signer):
    for token, message in NO_TOKENS:
        response = help_desk.post(BOX, {"token": token})

        assertContains(response, message, status_code=422)
        assertContains(response, 'id="token-error"', status_code=422)
        assert not SecretScanner({token.strip()}).find_leak(response.text) or len(token) < 16
    assert not introspected(signer)


def test_claims_are_escaped_and_limited(help_desk, jwt, leaked_token):
    response = paste(help_desk, jwt(aud=["<b>x", {"a": 1}], secret_note="hush-hush", nbf=1e300))

    assertContains(response, "&lt;b&gt;x, …")
    assertContains(response, "secret_note")
    assertNotContains(response, "hush-hush")
    assertNotContains(response, LEAKED)


def test_lookup_counts_toward_the_user_search_limit(help_desk, jwt, leaked_token, settings, signer):
    settings.SUBJECT_SEARCHES_PER_HOUR = 1
    paste(help_desk, jwt())
    before = len(introspected(signer))

    response = paste(help_desk, jwt())

    assertContains(response, "No search was run", status_code=422)
    assert len(introspected(signer)) == before


def test_lookup_is_logged_with_its_subject(help_desk, jwt, leaked_token):
    paste(help_desk, jwt())

    entry = AuditEntry.objects.get(operation="token.check")
    assert (entry.subject, entry.service, entry.client) == (OWNER, "17", "44")
    assert (entry.label, entry.effect, entry.role) == ("Till", "read", "help desk")


def test_pasted_token_is_stored_nowhere(help_desk, jwt, leaked_token, caplog):
    caplog.set_level("DEBUG")
    token = jwt()
    answers = [paste(help_desk, token), paste(help_desk, LEAKED), paste(help_desk, REFRESH)]
    answers.append(paste(help_desk, REFRESH, service="us/17"))

    assert {response["Cache-Control"] for response in answers} == {"no-store"}
    hunt = SecretScanner({token, LEAKED, REFRESH})
    logged = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    sessions = str(stored_sessions())
    places = [logged, sessions, *(text for _, text in dump_database())]
    places += [f"{response.headers}{response.text}" for response in answers]
    assert [hit for text in places for hit in hunt.find_leak(text)] == []


def test_sealed_token_opens_for_the_same_person_for_a_while(
    help_desk, member, leaked_token, monkeypatch
):
    form = paste(help_desk, LEAKED)
    body = fill_form(form, "sealed", service="us/17")

    other = member(Role.ADMIN).post(BOX, body, content_type=URLENCODED)
    later = time.time() + 601
    monkeypatch.setattr("console.tokens.lookup.pasted_token.now", lambda: later)
    lapsed = help_desk.post(BOX, body, content_type=URLENCODED)

    for response in (other, lapsed):
        assertContains(response, "Paste it again", status_code=422)


def test_service_lists_of_a_lookup_are_limited(help_desk, leaked_token, signer, settings):
    settings.SUBJECT_SEARCHES_PER_HOUR = 1
    paste(help_desk, LEAKED)
    before = len(signer.calls)

    refused = paste(help_desk, LEAKED)

    assertContains(refused, "service listings per hour", status_code=422)
    assert len(signer.calls) == before
    assert AuditEntry.objects.get(operation="budget.exceeded").object == "listings"
    chosen = help_desk.post(
        BOX, fill_form(refused, "sealed", service="us/17"), content_type=URLENCODED
    )
    assertContains(chosen, "Active")
