"""`manage.py lint`: what it reports, in which format, and its exit codes."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from console.models import Finding
from tests.support.services import SOUND_SERVICE

CLIENT = {"clientName": "Till", "clientType": "PUBLIC", "redirectUris": ["http://app.example/"]}


@pytest.fixture
def lint(tmp_path):
    """Run the command on documents; return its exit code and output."""

    def run(*arguments, **documents):
        files = []
        for name, document in documents.items():
            path = tmp_path / f"{name}.json"
            path.write_text(json.dumps(document))
            files.append(str(path))
        out = StringIO()
        try:
            call_command("lint", *files, *arguments, stdout=out)
        except SystemExit as exit_error:
            return exit_error.code, out.getvalue()
        return 0, out.getvalue()

    return run


def test_sound_documents_have_no_findings(lint):
    assert lint(service=SOUND_SERVICE) == (0, "")


def test_text_has_a_line_per_finding(lint):
    code, text = lint(client=CLIENT, service=SOUND_SERVICE | {"pkceRequired": False})

    assert code == 1
    first, second = text.splitlines()
    assert "client.json: high: Authorization codes sent to an http" in first
    assert first.endswith("[rfc9700.http-redirect; RFC 9700, section 2.6]")
    assert "service.json: high:" in second
    assert "rfc9700.pkce;" in second


def test_list_is_checked_item_by_item(lint):
    _, text = lint("--format", "json", clients=[CLIENT | {"redirectUris": []}, CLIENT])

    (finding,) = json.loads(text)
    assert finding.pop("location").endswith("clients.json#/1")
    assert finding == {
        "name": "Till",
        "rule": "rfc9700.http-redirect",
        "severity": "high",
        "clause": "RFC 9700, section 2.6",
        "field": "redirectUris",
        "message": finding["message"],
    }


def test_sarif_refers_to_its_rules(lint):
    code, text = lint("--format", "sarif", client=CLIENT)

    log = json.loads(text)
    (run,) = log["runs"]
    (result,) = run["results"]
    assert (code, log["version"]) == (1, "2.1.0")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] == "error"
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert location.endswith("client.json")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--rules", "rfc9700.http-redirect"], 1),
        (["--rules", "fapi1,rfc9700"], 1),
        (["--rules", "fapi1,fapi2.par"], 0),
        (["--severity", "high"], 1),
    ],
)
def test_rules_and_severity_limit_the_report(lint, arguments, code):
    assert lint(*arguments, client=CLIENT)[0] == code


def test_lower_severities_are_left_out(lint):
    assert lint("--severity", "medium", service=SOUND_SERVICE | {"issuer": ""}) == (0, "")
    assert lint("--severity", "low", service=SOUND_SERVICE | {"issuer": ""})[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["missing.json"], ["x.json", "--organization", "acme"], ["--rules", "none", "x.json"]],
)
def test_errors_have_an_exit_code_of_their_own(arguments):
    with pytest.raises(CommandError) as caught:
        call_command("lint", *arguments)

    assert caught.value.returncode == 2


def test_unreadable_document_is_an_error(lint):
    with pytest.raises(CommandError, match="not an object"):
        lint(number=7)


@pytest.mark.django_db
def test_organization_reports_its_inventory(lint, acme):
    Finding.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        client_id=44,
        rule="rfc9700.http-redirect",
        name="Till",
        since=timezone.now(),
    )

    code, text = lint("--organization", "acme")

    assert code == 1
    assert text.startswith("us/17/44: high: Redirect URI without TLS: Till [rfc9700.http-redirect")


@pytest.mark.django_db
def test_unknown_organization_is_an_error(lint):
    with pytest.raises(CommandError, match="No organization nowhere"):
        lint("--organization", "nowhere")
