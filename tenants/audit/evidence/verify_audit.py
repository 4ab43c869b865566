"""Verify an evidence package of Meridian with Python's standard library alone.

    python3 verify_audit.py package.zip [--key NAME:BASE64] [--anchor FILE]

Prints OK, or the first row that differs from what was signed; the exit code is 0 only for OK.
It needs no network, no console and no secret. Trust comes from a key or a checkpoint that you
have from elsewhere: --key is the public key published by the console's operators, --anchor a
file with checkpoints (JSON Lines) kept elsewhere. See README.txt in the package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import stat
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # extended coordinates


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point = _add(point, point)
        number >>= 1
    return found


def _same(one: Point, two: Point) -> bool:
    x = (one[0] * two[2] - two[0] * one[2]) % P
    y = (one[1] * two[2] - two[1] * one[2]) % P
    return x == y == 0


def _recovered(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _recovered(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


_Y = 4 * pow(5, -1, P) % P
_X = _recovered(_Y, 0) or 0
BASE: Point = (_X, _Y, 1, _X * _Y % P)


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature is valid."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r = _point(key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % Q
    return _same(_times(s, BASE), _add(r, _times(h, a)))


class PackageError(Exception):
    """The package differs from what was signed."""


def canonical(value: Any) -> str:
    """Serialize to canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def lines(*values: Any) -> bytes:
    """Join values by line breaks."""
    return "\n".join(map(str, values)).encode("utf-8")


def leaf(row: dict[str, Any]) -> str:
    """Return the leaf hash of a row, or "" for a malformed row."""
    try:
        content = canonical(row["told"])
        if row["told"]["entry"] != row["entry"]:
            raise ValueError
        version, rest = 1, (row["veil"], content)
        if row["told"].get("format") == 2:
            body = hashlib.sha256(lines("meridian audit body v1", *rest)).hexdigest()
            version, rest = 2, (row["told"]["at" if "at" in row["told"] else "ended_at"], body)
        data = lines(
            f"meridian audit leaf v{version}", row["seq"], row["entry"], row["phase"], *rest
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""
    return hashlib.sha256(b"\0" + data).hexdigest()


def joined(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A Merkle tree (RFC 9162, section 2.1) built from complete subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[tuple[int, bytes]] = []

    def add(self, rows: int, found: bytes) -> None:
        if rows < 1 or rows & (rows - 1) or self.size % rows:
            raise PackageError(f"proof.jsonl: no part of {rows} rows begins here")
        self.size += rows
        while self.peaks and self.peaks[-1][0] == rows:
            found = joined(self.peaks.pop()[1], found)
            rows *= 2
        self.peaks.append((rows, found))

    def root(self) -> str:
        if not self.peaks:
            return hashlib.sha256().hexdigest()
        found = self.peaks[-1][1]
        for _, remaining in reversed(self.peaks[:-1]):
            found = joined(remaining, found)
        return found.hex()


def checkpoint_text(one: dict[str, Any]) -> bytes:
    """Return the signed text of a checkpoint."""
    fields = (one[name] for name in ("size", "root", "time", "previous"))
    return lines("meridian audit checkpoint v1", *fields)


def digest(one: dict[str, Any]) -> str:
    """Return the digest of a checkpoint."""
    return hashlib.sha256(checkpoint_text(one)).hexdigest()


LONGEST = 1 << 26  # bytes of one line
SQUEEZED = 250  # times that a file may be as long as it is in the ZIP
SMALL = 1 << 20  # bytes of a file that may be longer
NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]*")


def parsed(text: bytes) -> Any:
    """Parse JSON without duplicate members; raise `ValueError`."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("it names a member twice")
        return found

    return json.loads(text, object_pairs_hook=once)


def check_zip(pack: zipfile.ZipFile) -> None:
    """Raise `PackageError` unless the ZIP has plain files only, one after the other."""
    files = pack.infolist()
    if len({one.filename for one in files}) != len(files):
        raise PackageError("the package has a file twice")
    at = 0
    for one in sorted(files, key=lambda one: one.header_offset):
        name, kind = one.filename, stat.S_IFMT(one.external_attr >> 16)
        if name != one.orig_filename or not NAME.fullmatch(name):
            raise PackageError(f"{name!a} is not a valid file name")
        if kind not in (0, stat.S_IFREG) or one.flag_bits & 1:
            raise PackageError(f"{name!a} is not a plain file")
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise PackageError(f"{name!a} uses another compression")
        if one.file_size > max(SMALL, SQUEEZED * one.compress_size):
            raise PackageError(f"{name!a} is too large")
        if one.header_offset != at or one.comment:
            raise PackageError("the package has extra content")
        at = _end(pack, one)
    file = pack.fp
    assert file
    file.seek(-22, 2)  # where the end of a ZIP begins that has no comment
    if at != pack.start_dir or file.read(4) != b"PK\5\6":
        raise PackageError("the package has extra content")


def _end(pack: zipfile.ZipFile, one: zipfile.ZipInfo) -> int:
    """Return where a file ends in the ZIP."""
    file = pack.fp
    assert file
    file.seek(one.header_offset + 26)
    lengths = file.read(4)
    name, extra = (int.from_bytes(lengths[at : at + 2], "little") for at in (0, 2))
    end = one.header_offset + 30 + name + extra + one.compress_size
    if one.flag_bits & 8:  # its length stands behind it; in 8 bytes in what we write
        file.seek(end)
        end += 24 if file.read(4) == b"PK\7\b" else 0
    return end


class EvidenceZip:
    """The ZIP file of an evidence package."""

    def __init__(self, path: str) -> None:
        self.zip = zipfile.ZipFile(path)
        check_zip(self.zip)
        self.text = self.read("manifest.json")
        self.manifest = parsed(self.text)
        self.keys = {name: b64decode(key) for name, key in self.manifest["public_keys"].items()}
        self.covered = 0  # rows, by what was kept elsewhere
        self.proven: set[str] = set()  # keys that signed that

    def read(self, name: str) -> bytes:
        with self.zip.open(name) as file:
            return file.read(LONGEST)

    def jsonl(self, name: str) -> Iterator[dict[str, Any]]:
        with self.zip.open(name) as file:
            while line := file.readline(LONGEST):
                yield parsed(line)

    def signed(self, what: str, text: bytes, fields: dict[str, str]) -> None:
        key, found = self.keys.get(fields["key"], b""), b64decode(fields["signature"])
        if b64encode(found).decode() != fields["signature"] or not is_signed(key, text, found):
            raise PackageError(f"{what} has no valid signature")

    def check_files(self) -> str:
        """Compare files with the signed manifest; return the signing key's name."""
        fields = parsed(self.read("manifest.sig"))
        digest_text = hashlib.sha256(self.text).hexdigest()
        self.signed("manifest.json", lines("meridian audit evidence v1", digest_text), fields)
        expected = {"manifest.json", "manifest.sig", *self.manifest["files"]}
        if found := expected ^ set(self.zip.namelist()):
            raise PackageError(f"missing or extra files: {', '.join(sorted(found))}")
        for name, right in self.manifest["files"].items():
            hashed = hashlib.sha256()
            with self.zip.open(name) as file:
                while data := file.read(1 << 16):
                    hashed.update(data)
            if hashed.hexdigest() != right:
                raise PackageError(f"{name} was changed")
        return str(fields["key"])

    def check_rows(self) -> int:
        """Compare the rows with the proof and return their number."""
        rows = self.jsonl("entries.jsonl")
        tree, count = Tree(), 0
        for part in self.jsonl("proof.jsonl"):
            if "seq" not in part:
                tree.add(part["rows"], bytes.fromhex(part["hash"]))
                continue
            seq = tree.size + 1
            row = next(rows, None)
            if part["seq"] != seq or row is None or row.get("seq") != seq:
                raise PackageError(f"first bad row {seq}: the row is missing or out of order")
            if leaf(row) != part["leaf"]:
                raise PackageError(f"first bad row {seq}: the row was changed")
            tree.add(1, bytes.fromhex(part["leaf"]))
            count += 1
        if next(rows, None) is not None:
            raise PackageError("entries.jsonl has rows without proof")
        last = list(self.jsonl("checkpoints.jsonl"))[-1]
        if (tree.size, tree.root()) != (last["size"], last["root"]):
            raise PackageError("the rows don't make the root of the checkpoint")
        return count

    def check_checkpoints(self, anchor: str) -> dict[str, Any]:
        """Verify and return the last checkpoint and its predecessors."""
        found = list(self.jsonl("checkpoints.jsonl"))
        before = "0" * 64
        for one in found:
            if one["previous"] != before:
                raise PackageError(
                    f"the checkpoint of {one['size']} rows doesn't follow the previous one"
                )
            before = digest(one)
        last = found[-1]
        self.signed("the last checkpoint", checkpoint_text(last), last)
        if anchor:
            self._check_anchor(anchor, {digest(one) for one in found}, last["size"])
        return last

    def _check_anchor(self, path: str, known: set[str], size: int) -> None:
        met: dict[Any, dict[str, Any]] = {}  # the last by each key
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            for line in file:
                if not line.startswith("{"):
                    continue
                try:
                    one = parsed(line.encode())
                    fields = digest(one)
                except Exception:
                    if not line.endswith("\n"):
                        break  # it is being written
                    raise PackageError(f"a line of {path} is not a checkpoint") from None
                if one["size"] > size:
                    continue
                if fields not in known:
                    raise PackageError(
                        f"the checkpoint of {one['size']} rows kept elsewhere "
                        "is missing here: the audit log was rewritten"
                    )
                met[one.get("key")] = one
        if not met:
            raise PackageError(f"no checkpoint in {path} is as old as the package")
        self.covered = max(one["size"] for one in met.values())
        self.proven = met.keys() & self.keys.keys()
        for one in map(met.__getitem__, self.proven):
            self.signed("the checkpoint kept elsewhere", checkpoint_text(one), one)


def describe_deletions(deletions: dict[str, Any]) -> str:
    """Describe what retention had deleted from the log."""
    parts = []
    for category, found in sorted(deletions.items()):
        until = datetime.fromtimestamp(found["until"] / 1e6, timezone.utc)  # noqa: UP017  3.9
        parts.append(f"{found['entries']} {category} from before {until.date()}")
    return ", ".join(parts)


def verify(path: str, key: str = "", anchor: str = "") -> str:
    """Verify a package and describe it; raise `PackageError`."""
    try:
        pack = EvidenceZip(path)
        if key:
            pairs = (one.partition(":") for one in key.split(","))
            pack.keys = {name: b64decode(coded) for name, _, coded in pairs}
        count = pack.check_rows()
        last = pack.check_checkpoints(anchor)
        signer = pack.check_files()
        deleted = describe_deletions(pack.manifest.get("removed", {}))
    except PackageError:
        raise
    except Exception as error:  # the package can contain anything
        raise PackageError(f"the package is unreadable: {error!a}") from None
    manifest = pack.manifest
    prints = {name: hashlib.sha256(value).hexdigest() for name, value in pack.keys.items()}
    keys = ", ".join(f"{name} {value[:16]}" for name, value in sorted(prints.items()))
    proven = bool(key) or {last["key"], signer} <= pack.proven
    is_partial = 0 < pack.covered < last["size"] and not proven
    text = (
        f"OK{f' up to row {pack.covered}' if is_partial else ''}: {count} rows of "
        f"{manifest['entries']} entries, all among the first {last['size']} rows of the audit log\n"
        f"Organization {manifest['organization']}, search: {manifest['search'] or 'everything'}\n"
        f"Signed with: {keys} (start of the SHA-256 of the public key)"
    )
    if deleted:
        text += f"\nDeleted by retention before, and not searched: {deleted}"
    if not proven:
        rest = "Later rows rest on the key in the package alone. " if is_partial else ""
        text += (
            f"\n{rest}The key comes from the package. Compare it with the published one, or pass "
            "it with --key."
        )
    return text


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Verify an evidence package.")
    parser.add_argument("package")
    parser.add_argument("--key", default="", help="NAME:BASE64, the public key")
    parser.add_argument("--anchor", default="", help="checkpoints kept elsewhere")
    given = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        print(verify(given.package, given.key, given.anchor))
    except PackageError as error:
        print(f"FAILED: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
