import pytest
from django.core.management import CommandError

from tenants.models import Credential
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken

JP = ("add_credential", "--organization", "acme", "--region", "jp")
TOKEN = "a-token-that-jp-takes-0123456789"


@pytest.fixture
def accepted(sandbox, acme):
    organization = sandbox.state.tokens["t0p"].organization
    sandbox.state.accept(ApiToken(TOKEN, organization, ORGANIZATION_PERMISSIONS))


def stored_token(region="jp"):
    credential = Credential.objects.filter(region=region).first()
    return credential and credential.token.get_secret_value()


def test_working_token_is_saved(run, accepted, recorded):
    output = run(*JP, "--number", "7", stdin=f"{TOKEN}\n")

    assert output == "Credential of Acme for jp saved.\nVisible services: 0.\n"
    assert stored_token() == TOKEN
    assert Credential.objects.get(region="jp").number == 7
    assert recorded()[-1] == ("credential.add", "manage.py add_credential", "acme", "done")


def test_bearer_prefix_is_removed(run, accepted):
    run(*JP, stdin=f"Bearer {TOKEN}\n")

    assert stored_token() == TOKEN


def test_token_with_spaces_is_explained(run, accepted):
    with pytest.raises(CommandError, match=r"contains a space .* Copy the token again"):
        run(*JP, stdin="my token")


def test_token_is_read_from_the_environment(run, accepted, monkeypatch):
    monkeypatch.setenv("AUTHLETE_TOKEN", TOKEN)

    run(*JP)

    assert stored_token() == TOKEN


def test_token_argument_does_not_exist(run):
    with pytest.raises(CommandError, match="unrecognized arguments"):
        run(*JP, "--token", TOKEN)


def test_failing_token_is_not_saved(run, accepted):
    with pytest.raises(CommandError, match=r"Nothing was saved\. Authlete does not know"):
        run(*JP, stdin="wrong")

    assert stored_token() is None


def test_untested_token_is_saved_on_request(run, accepted, sandbox):
    sandbox.fault("status", status=503)
    with pytest.raises(CommandError, match="Use --no-probe"):
        run(*JP, stdin=TOKEN)

    run(*JP, "--no-probe", stdin=TOKEN)

    assert stored_token() == TOKEN
    assert Credential.objects.get(region="jp").tried_at is None


def test_second_run_changes_nothing(run, accepted, recorded):
    run(*JP, "--no-probe", "--number", "7", stdin=TOKEN)
    before = recorded()

    assert "unchanged" in run(*JP, "--no-probe", stdin=TOKEN)
    assert recorded() == before
    assert Credential.objects.get(region="jp").number == 7


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--organization", "nope", "--region", "jp"), "not found"),
        (("--organization", "acme", "--region", "mars"), "Regions: us, jp, eu, br"),
        (("--organization", "acme", "--region", "jp", "--number", "0"), "64-bit"),
        (("--organization", "acme", "--region", "jp"), "No token"),
    ],
)
def test_invalid_arguments_are_explained(run, acme, arguments, says):
    with pytest.raises(CommandError, match=says):
        run("add_credential", *arguments, stdin="")


def test_token_is_not_printed(run, accepted):
    assert TOKEN not in run(*JP, stdin=TOKEN)
