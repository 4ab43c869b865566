"""Sign a checkpoint of the audit log: ``manage.py audit_checkpoint``."""

import logging
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants.audit.integrity import signing
from tenants.audit.integrity.anchors import AnchorDivergedError, append_to_file
from tenants.audit.integrity.checkpoints import create_checkpoint, load_last_checkpoint
from tenants.audit.integrity.signed_tree import ChainBrokenError
from tenants.audit.management.base import AuditCommand
from tenants.outbound.alerts import alert


class Command(AuditCommand):
    """Sign a checkpoint."""

    help = (
        "Sign a checkpoint of the audit log and append missing checkpoints to a file. Keep "
        "the file out of reach of the database owner; audit_verify --anchor reads it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, help="JSON Lines file to append to")
        parser.add_argument(
            "--public", action="store_true", help=("print the public keys and exit")
        )

    def handle(self, *args: Any, out: Path | None, public: bool, **options: Any) -> None:
        if public:
            if not (keys := signing.format_public_keys()):
                raise CommandError(
                    "No public key: AUDIT_SIGNING_KEYS and AUDIT_PUBLIC_KEYS are empty. "
                    "Run this in the worker's environment."
                )
            self.stdout.write(keys)
            return
        if out is None:
            raise CommandError("--out is required.")
        try:
            while create_checkpoint():
                pass
            append_to_file(out)
        except ChainBrokenError as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.reason)
            raise CommandError(f"Nothing was signed: {error}.") from None
        except (AnchorDivergedError, OSError, ValueError, signing.SigningKeyMissingError) as error:
            raise CommandError(f"{out}: {error}.") from None
        covered = load_last_checkpoint()
        rows = covered.size if covered else 0
        self.stdout.write(f"{out} now ends with the checkpoint of {rows} rows.")
