import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from console.models import Lookup
from tenants.audit.models import AuditEntry
from tenants.models import Credential, Membership
from tenants.organizations.roles import Role
from tests.support.tokens import HOUR, SUBJECT, TOKENS, VALUE


def rows(response):
    return [row.token.access_token_hash[:4] for row in response.context["listing"].rows]


@pytest.fixture
def tokens_of_three_kinds(token_service, issue, now):
    """23 tokens: 21 of Till, one that has expired, one of Web shop itself."""
    for number in range(21):
        issue(number, subject=f"somebody-{number:04d}")
    issue(21, expires_at=now - HOUR, refresh_expires_at=now - HOUR)
    issue(22, client_id=45, subject="", grant_type="CLIENT_CREDENTIALS")
    return token_service


def test_twenty_tokens_are_listed_with_names(member, tokens_of_three_kinds):
    viewer = member(Role.VIEWER)

    first = viewer.get(TOKENS)

    assert len(rows(first)) == 20
    queries = [call.query for call in tokens_of_three_kinds.calls if call.operation == "token.list"]
    assert [(query["start"], query["end"]) for query in queries] == [("0", "20")]
    for text in ("Till", "1 to 20 of 23", "Authorization code", "orders"):
        assertContains(first, text)
    second = viewer.get(first.context["next"] and TOKENS + first.context["next"])
    assert rows(second) == ["0020", "0021", "0022"]
    assertContains(second, "Web shop")
    assertContains(second, "none (client itself)")
    assertContains(second, 'class="dot "')  # the one that has expired
    assert viewer.get(f"{TOKENS}?page=9")["Location"] == f"{TOKENS}?page=2"
    swapped = viewer.get(TOKENS, headers={"HX-Request": "true"})
    assertTemplateNotUsed(swapped, "base.html")


def test_client_names_are_read_once(member, tokens_of_three_kinds):
    viewer = member(Role.VIEWER)
    viewer.get(TOKENS)
    tokens_of_three_kinds.calls.clear()

    assertContains(viewer.get(TOKENS), "Till")

    assert {call.operation for call in tokens_of_three_kinds.calls} == {"token.list"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=expired", ["0021"]),
        ("?state=valid&page=2", ["0020", "0022"]),
        ("?client=45", ["0022"]),
        ("?client=45&state=expired", []),
    ],
)
def test_filters_narrow_the_list(member, tokens_of_three_kinds, query, expected):
    assert rows(member(Role.VIEWER).get(TOKENS + query))[-2:] == expected


@pytest.mark.parametrize("text", ["Web shop", "web SHOP", "app-45", "web"])
def test_client_is_found_by_name_or_alias(member, tokens_of_three_kinds, text):
    viewer = member(Role.VIEWER)
    viewer.get(TOKENS + "?page=2")  # so that names were seen

    response = viewer.get(TOKENS, {"client": text, "state": "valid"})

    assert response["Location"] == f"{TOKENS}?client=45&state=valid"


def test_ambiguous_client_shows_no_tokens(member, tokens_of_three_kinds):
    viewer = member(Role.VIEWER)
    viewer.get("/acme/services/us/17/clients/?q=e")
    tokens_of_three_kinds.calls.clear()

    assertContains(viewer.get(TOKENS, {"client": "app-4"}), "2 clients match")
    assertContains(viewer.get(TOKENS, {"client": "Nix"}), "No client matches")
    assert "token.list" not in {call.operation for call in tokens_of_three_kinds.calls}


def test_list_shows_no_subject(member, tokens_of_three_kinds, issue):
    for role in (Role.VIEWER, Role.ADMIN):
        response = member(role).get(TOKENS)

        assertNotContains(response, "somebody-0001")
        assertContains(response, "••••0001")
        assertNotContains(response, VALUE)


def test_subject_is_posted_and_in_no_url(admin, tokens_of_three_kinds, look_up):
    lookup = look_up(admin, query="?client=44")

    response = admin.get(f"{TOKENS}?client=44&subject={lookup}")

    assert rows(response) == ["0021"]
    assertContains(response, f"Subject: {SUBJECT}")
    assert SUBJECT not in response.context["request"].get_full_path()
    (entry,) = AuditEntry.objects.filter(operation="subject.search")
    assert entry.subject == SUBJECT
    assert SUBJECT not in response.content.decode().partition("</title>")[0]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.AUDITOR])
def test_other_roles_cannot_filter_by_subject(member, tokens_of_three_kinds, role):
    browser = member(role)

    assertNotContains(browser.get(TOKENS), 'name="subject"')
    assert browser.post(TOKENS, {"subject": SUBJECT}).status_code == 403
    assert not Lookup.objects.exists()


def test_unknown_lookup_shows_no_tokens(admin, tokens_of_three_kinds, look_up):
    lookup = look_up(admin)
    Lookup.objects.all().delete()
    tokens_of_three_kinds.calls.clear()

    for subject in (lookup, "", "x"):
        assert admin.get(f"{TOKENS}?subject={subject}").status_code == 404
    assert not tokens_of_three_kinds.calls


def test_invalid_subject_is_an_error(admin, token_service, settings):
    assert admin.post(TOKENS, {"subject": " "}).status_code == 422
    settings.SUBJECT_SEARCHES_PER_HOUR = 0

    response = admin.post(TOKENS, {"subject": SUBJECT})

    assertContains(response, "No search was run", status_code=429)


def test_empty_list_differs_from_no_matches(member, token_service):
    viewer = member(Role.VIEWER)

    assertContains(viewer.get(TOKENS), "No tokens yet")
    assertContains(viewer.get(f"{TOKENS}?state=valid"), "No matching tokens")
    assertContains(viewer.get(f"{TOKENS}?client=99"), "Client not found")
    token_service.state.organizations[1].plan = "FREE"
    refused = viewer.get(TOKENS)
    assertContains(refused, 'data-kind="forbidden"')
    assertContains(refused, "A001217")
    token_service.fault("status", status=503, code="A001101")
    failed = viewer.get(TOKENS)
    assertContains(failed, 'data-kind="failed"')
    assertContains(failed, "A001101")
    assertContains(failed, AuditEntry.objects.latest("seq").entry)
    Credential.objects.all().delete()
    assert viewer.get(TOKENS).status_code == 403


def test_revoked_tokens_still_listed_are_marked(member, token_service, issue):
    issue(1).revoked = True
    viewer = member(Role.VIEWER)

    assertContains(viewer.get(TOKENS), "Revoked tokens may show as valid")
    assertContains(viewer.get(f"{TOKENS}?state=expired"), "revoked")
    assert rows(viewer.get(f"{TOKENS}?state=valid")) == []


def test_service_and_client_pages_link_here(member, token_service):
    viewer = member(Role.VIEWER)

    assertContains(viewer.get("/acme/services/us/17/"), f'href="{TOKENS}"')
    of_client = viewer.get("/acme/services/us/17/clients/44/")
    assertContains(of_client, f'href="{TOKENS}?client=44"')


@pytest.mark.parametrize("page", ["9" * 5000, "-1", "x"])
def test_invalid_page_numbers_are_accepted(member, tokens_of_three_kinds, page):
    response = member(Role.VIEWER).get(TOKENS, {"page": page})

    assert response.status_code in (200, 302)


def test_impossible_times_are_shown_as_they_are(member, token_service, issue):
    token = issue(1, expires_at=10**18, refresh_expires_at=-5)
    editor = member(Role.EDITOR)

    assertContains(editor.get(TOKENS), str(10**18))
    assert editor.get(f"{TOKENS}44/{token.access_hash}/update/").status_code == 200


@pytest.mark.parametrize("text", ["..", "\0"])
def test_client_filter_cannot_change_the_path(member, token_service, text):
    response = member(Role.VIEWER).get(TOKENS, {"client": text})

    assertContains(response, "No client")


def test_lost_permission_hides_the_subject(admin, token_service, look_up, acme, issue):
    issue(1)
    lookup = look_up(admin)
    Membership.objects.update(role=Role.VIEWER)

    assert admin.get(f"{TOKENS}?subject={lookup}").status_code == 404
