"""Every declared operation of Authlete's: what it is called, and what it does."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Operation


class Command(BaseCommand):
    help = "List every declared operation of Authlete's API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        operations = OPERATIONS.values()
        if options["format"] == "json":
            self.stdout.write(json.dumps([_operation_data(one) for one in operations], indent=2))
            return
        wide = max(len(one.name) for one in operations)
        for one in operations:
            call = f"{one.method:6} {one.path}"
            host = "" if one.host == "cluster" else f"  ({one.host})"
            self.stdout.write(f"{one.name:{wide}}  {one.effect:7}  {call}{host}")
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
