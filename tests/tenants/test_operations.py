"""The command that lists the declared operations."""

import json

from django.core.management import call_command

from tenants.authlete.api import OPERATIONS


def test_operations_are_listed_as_text(capsys):
    call_command("operations")

    told = capsys.readouterr().out
    assert all(f"{operation.name} " in told for operation in OPERATIONS.values())
    assert told.rstrip().endswith(f"{len(OPERATIONS)} operations")


def test_operations_are_listed_as_json(capsys):
    call_command("operations", format="json")

    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert told.keys() == OPERATIONS.keys()
    assert told["client.refresh_secret"]["method"] == "GET"
    assert told["client.refresh_secret"]["effect"] == "reveal"
