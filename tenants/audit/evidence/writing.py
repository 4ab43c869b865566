"""Writing an evidence pack: one ZIP, file after file, in constant memory."""

import json
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tenants.audit import signing
from tenants.audit.chain import Link
from tenants.audit.checkpoints import Checkpoint
from tenants.audit.entry import canonical
from tenants.audit.evidence.proof import Part, parts
from tenants.audit.models import AuditCheckpoint

VERIFIER = Path(__file__).with_name("verify_audit.py")
README = Path(__file__).with_name("README.txt")
LEVEL = 3  # of compression; more takes longer than it saves

type Say = Callable[[str], object]


class Evidence:
    """The pack while it is written; it is whole once `close` has returned.

    Nothing is read of ``out`` and nothing sought in it.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = ZipFile(out, "w", ZIP_DEFLATED)
        self._made = time.gmtime()[:6]
        self._hashes: dict[str, str] = {}

    @contextmanager
    def file(self, name: str) -> Iterator[Say]:
        """A file of text, whose hash is signed in the end."""
        hashed = sha256()
        info = ZipInfo(name, self._made)
        info.compress_type, info.compress_level = ZIP_DEFLATED, LEVEL
        with self._zip.open(info, "w", force_zip64=True) as file:

            def say(text: str) -> None:
                data = text.encode()
                hashed.update(data)
                file.write(data)

            yield say
        self._hashes[name] = hashed.hexdigest()

    def lines(self, name: str, lines: Iterable[str]) -> None:
        with self.file(name) as say:
            for line in lines:
                say(line)

    def rows(self, is_shown: Callable[[Link], bool], last: Checkpoint) -> int:
        """The rows, what proves their places, and the checkpoints up to ``last``;
        how many rows are shown."""
        count = 0
        with tempfile.TemporaryFile("w+", encoding="ascii") as proof:
            with self.file("entries.jsonl") as say:
                for part in parts(is_shown, last.size):
                    proof.write(f"{_proof(part)}\n")
                    count += part.row is not None
                    if part.row:
                        say(_shown(part))
            proof.seek(0)
            self.lines("proof.jsonl", proof)
        kept = AuditCheckpoint.objects.filter(size__lte=last.size)
        self.lines("checkpoints.jsonl", (f"{one.line}\n" for one in kept.iterator()))
        return count

    def close(self, **told: object) -> None:
        """Add what explains the pack, and sign all of it; raises `Unsigned`."""
        self.lines("README.txt", [README.read_text()])
        self.lines("verify_audit.py", [VERIFIER.read_text()])
        keys = signing.public_keys()
        manifest = {
            "format": "meridian audit evidence v1",
            "files": self._hashes,
            "public_keys": {
                name: b64encode(key).decode() for name, key in keys.items()
            },
            **told,
        }
        text = json.dumps(manifest, indent=2, sort_keys=True)
        whole = sha256(text.encode()).hexdigest()
        key, signature = signing.sign(f"meridian audit evidence v1\n{whole}")
        self.lines("manifest.json", [text])
        self.lines("manifest.sig", [canonical({"key": key, "signature": signature})])
        self._zip.close()


def _proof(part: Part) -> str:
    if part.row:
        return f'{{"leaf":"{part.hash.hex()}","seq":{part.row.seq}}}'
    return f'{{"hash":"{part.hash.hex()}","rows":{part.rows}}}'


def _shown(part: Part) -> str:
    """What is told is canonical JSON already."""
    row, face = part.row, part.face
    assert row
    assert face
    return (
        f'{{"entry":"{row.entry}","phase":"{row.phase}","seq":{row.seq},'
        f'"told":{face.told},"veil":"{face.veil}"}}\n'
    )
