"""Write an evidence package: a ZIP file, streamed in constant memory."""

import json
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tenants.audit.integrity import signing
from tenants.audit.integrity.chain import ChainRow
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.merkle import RedactedRow, hash_children, hash_row, redact_row
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import AuditCheckpoint
from tenants.audit.records import canonical_json


class ProofPart(NamedTuple):
    """A complete subtree: one included row, or rows that aren't included."""

    rows: int
    hash: bytes
    row: ChainRow | None = None
    redacted: RedactedRow | None = None


def build_proof_parts(is_included: Callable[[ChainRow], bool], size: int) -> Iterator[ProofPart]:
    """Yield the tree of the first ``size`` rows from left to right."""
    hidden: list[tuple[int, int, bytes]] = []  # start, number of rows, hash
    for row in read_chain(until=size):
        is_disclosed = is_included(row) and not Tombstone.parse(row.content)
        redacted = redact_row(row) if is_disclosed else None
        hash_value = hash_row(row)
        if is_disclosed:
            yield from _hidden_parts(hidden)
            hidden = []
            yield ProofPart(1, hash_value, row, redacted)
            continue
        start, rows = row.seq - 1, 1
        while hidden and hidden[-1][1] == rows and hidden[-1][0] % (2 * rows) == 0:
            start, _, remaining = hidden.pop()
            hash_value, rows = hash_children(remaining, hash_value), 2 * rows
        hidden.append((start, rows, hash_value))
    yield from _hidden_parts(hidden)


def _hidden_parts(hidden: list[tuple[int, int, bytes]]) -> Iterator[ProofPart]:
    return (ProofPart(rows, hash_value) for _, rows, hash_value in hidden)


VERIFIER_PATH = Path(__file__).with_name("verify_audit.py")
README_PATH = Path(__file__).with_name("README.txt")
COMPRESSION_LEVEL = 3  # higher levels take longer than they save

type WriteText = Callable[[str], object]


class EvidencePackageWriter:
    """An evidence package being written; complete once `close` returns.

    ``out`` is only written to, never read or sought.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = ZipFile(out, "w", ZIP_DEFLATED)
        self._created_at = time.gmtime()[:6]
        self._hashes: dict[str, str] = {}

    @contextmanager
    def open_file(self, name: str) -> Iterator[WriteText]:
        """Open a text file whose hash is signed by the manifest."""
        hashed = sha256()
        info = ZipInfo(name, self._created_at)
        info.compress_type, info.compress_level = ZIP_DEFLATED, COMPRESSION_LEVEL
        with self._zip.open(info, "w", force_zip64=True) as file:

            def write(text: str) -> None:
                data = text.encode()
                hashed.update(data)
                file.write(data)

            yield write
        self._hashes[name] = hashed.hexdigest()

    def write_lines(self, name: str, lines: Iterable[str]) -> None:
        with self.open_file(name) as write:
            for line in lines:
                write(line)

    def write_rows(self, is_included: Callable[[ChainRow], bool], last: Checkpoint) -> int:
        """Write the rows, their inclusion proof and the checkpoints up to ``last``.

        Return the number of rows included.
        """
        count = 0
        with tempfile.TemporaryFile("w+", encoding="ascii") as proof:
            with self.open_file("entries.jsonl") as write:
                for part in build_proof_parts(is_included, last.size):
                    proof.write(f"{_proof_line(part)}\n")
                    count += part.row is not None
                    if part.row:
                        write(_entry_line(part))
            proof.seek(0)
            self.write_lines("proof.jsonl", proof)
        checkpoints = AuditCheckpoint.objects.filter(size__lte=last.size)
        self.write_lines(
            "checkpoints.jsonl", (f"{checkpoint.line}\n" for checkpoint in checkpoints.iterator())
        )
        return count

    def close(self, **details: object) -> None:
        """Add the README, the verifier and the signed manifest.

        Raises `SigningKeyMissingError`.
        """
        self.write_lines("README.txt", [README_PATH.read_text()])
        self.write_lines("verify_audit.py", [VERIFIER_PATH.read_text()])
        keys = signing.load_public_keys()
        manifest = {
            "format": "meridian audit evidence v1",
            "files": self._hashes,
            "public_keys": {name: b64encode(key).decode() for name, key in keys.items()},
            **details,
        }
        text = json.dumps(manifest, indent=2, sort_keys=True)
        digest = sha256(text.encode()).hexdigest()
        key, signature = signing.sign(f"meridian audit evidence v1\n{digest}")
        self.write_lines("manifest.json", [text])
        self.write_lines("manifest.sig", [canonical_json({"key": key, "signature": signature})])
        self._zip.close()


def _proof_line(part: ProofPart) -> str:
    if part.row:
        return f'{{"leaf":"{part.hash.hex()}","seq":{part.row.seq}}}'
    return f'{{"hash":"{part.hash.hex()}","rows":{part.rows}}}'


def _entry_line(part: ProofPart) -> str:
    """Return a row as a JSON line; its content is canonical JSON already."""
    row, redacted = part.row, part.redacted
    assert row
    assert redacted
    return (
        f'{{"entry":"{row.entry}","phase":"{row.phase}","seq":{row.seq},'
        f'"told":{redacted.visible},"veil":"{redacted.commitment}"}}\n'
    )
