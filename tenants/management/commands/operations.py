"""List every operation of Authlete's API: ``manage.py operations``."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Operation


class Command(BaseCommand):
    """List the operations of Authlete's API."""

    help = "List all operations of Authlete's API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        operations = OPERATIONS.values()
        if options["format"] == "json":
            self.stdout.write(
                json.dumps([_operation_data(operation) for operation in operations], indent=2)
            )
            return
        width = max(len(operation.name) for operation in operations)
        for operation in operations:
            call = f"{operation.method:6} {operation.path}"
            host = "" if operation.host == "cluster" else f"  ({operation.host})"
            self.stdout.write(f"{operation.name:{width}}  {operation.effect:7}  {call}{host}")
        self.stdout.write(f"{len(operations)} operations")


def _operation_data(operation: Operation[Any]) -> dict[str, Any]:
    return {
        "name": operation.name,
        "operationId": operation.operation_id or None,
        "host": operation.host,
        "method": operation.method,
        "path": operation.path,
        "effect": operation.effect,
        "reply": operation.reply.__name__,
        "succeeds": operation.success_actions,
        "reveals": operation.revealed_fields,
        "tells": operation.public_content_fields,
        "hidden": operation.secret_params,
    }
