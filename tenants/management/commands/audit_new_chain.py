"""Start a new chain after the loss of chain keys: ``manage.py audit_new_chain``."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants.audit.integrity.checkpoint_verifier import AnchorFileError, read_anchor_file
from tenants.audit.management.base import AuditCommand
from tenants.audit.new_chain import NewChainError, find_lost_keys, start_new_chain
from tenants.management.base import command_actor


class Command(AuditCommand):
    """Continue the audit log under a new key after the loss of old ones."""

    help = (
        "Compare the rows of lost AUDIT_KEYS with their signed checkpoints, then continue the "
        "audit log under the current key. If you can find the old key, add it instead."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why the keys are lost")
        parser.add_argument(
            "--anchor", type=Path, help="file with checkpoints kept outside the database"
        )

    def handle(self, *args: Any, reason: str, anchor: Path | None, **options: Any) -> None:
        try:
            checkpoints = read_anchor_file(anchor) if anchor else []
            names = ", ".join(sorted(find_lost_keys()))
            report = start_new_chain(command_actor("audit_new_chain"), reason, checkpoints)
        except (AnchorFileError, OSError) as error:
            raise CommandError(f"{anchor} can't be used: {error}.") from None
        except NewChainError as error:
            raise CommandError(str(error)) from None
        for warning in report.warnings:
            self.stderr.write(f"Warning: {warning}")
        self.stdout.write(
            f"New chain started after row {report.rows}; lost keys: {names}. "
            f"{report.checkpoint_count} checkpoints of the old chain match."
        )
