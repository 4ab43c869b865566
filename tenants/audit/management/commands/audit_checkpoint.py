"""``manage.py audit_checkpoint``: sign how long the record is, and what is in it."""

import logging
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants.alerts import alert
from tenants.audit import signing
from tenants.audit.anchors import Diverged, append
from tenants.audit.checkpoints import Broken, cut, last
from tenants.audit.management.reading import RecordCommand


class Command(RecordCommand):
    help = (
        "Sign a checkpoint of the audit record, and add it and those before it to a "
        "file that lacks them. Keep that file where the database's owner cannot "
        "reach: audit_verify --anchor reads it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, help="JSON Lines file to add to")
        parser.add_argument(
            "--public", action="store_true", help="print the public keys and end"
        )

    def handle(
        self, *args: Any, out: Path | None, public: bool, **options: Any
    ) -> None:
        if public:
            if not (keys := signing.told()):
                raise CommandError(
                    "No key is known here: AUDIT_SIGNING_KEYS and AUDIT_PUBLIC_KEYS are"
                    " empty. The worker's environment has them."
                )
            self.stdout.write(keys)
            return
        if out is None:
            raise CommandError("Say where to with --out.")
        try:
            while cut():
                pass
            append(out)
        except Broken as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.what)
            raise CommandError(f"Nothing was signed: {error}.") from None
        except (Diverged, OSError, ValueError, signing.Unsigned) as error:
            raise CommandError(f"{out}: {error}.") from None
        covered = last()
        rows = covered.size if covered else 0
        self.stdout.write(f"{out} ends with a checkpoint of {rows} rows.")
