import io

import pytest
from django.core.management import call_command

from tenants.audit.models import AuditEntry


@pytest.fixture
def run(capsys, monkeypatch, db):
    """Run a command with what it reads, and return what it prints."""

    def command(name, *arguments, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        call_command(name, *arguments)
        return capsys.readouterr().out

    return command


@pytest.fixture
def recorded():
    """The operations in the record, oldest first, with who did them."""

    def entries():
        return [
            (entry.operation, entry.actor, entry.organization, entry.outcome)
            for entry in AuditEntry.objects.order_by("seq")
        ]

    return entries
