"""The command that lists the declared operations."""

import json

from django.core.management import call_command

from tenants.authlete.api import OPERATIONS


def test_operations_are_listed_as_text(capsys):
    call_command("operations")

    output = capsys.readouterr().out
    assert all(f"{operation.name} " in output for operation in OPERATIONS.values())
    assert output.rstrip().endswith(f"{len(OPERATIONS)} operations")


def test_operations_are_listed_as_json(capsys):
    call_command("operations", format="json")

    listing = {operation["name"]: operation for operation in json.loads(capsys.readouterr().out)}
    assert listing.keys() == OPERATIONS.keys()
    assert listing["client.refresh_secret"]["method"] == "GET"
    assert listing["client.refresh_secret"]["effect"] == "reveal"
