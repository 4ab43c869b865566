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


def _add(first: Point, second: Point) -> Point:
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c, d = 2 * first[3] * second[3] * D % P, 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    product: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            product = _add(product, point)
        point = _add(point, point)
        number >>= 1
    return product


def _same(first: Point, second: Point) -> bool:
    x = (first[0] * second[2] - second[0] * first[2]) % P
    y = (first[1] * second[2] - second[1] * first[2]) % P
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
    """The package differs from the signed one."""


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
        version, fields = 1, (row["veil"], content)
        if row["told"].get("format") == 2:
            body = hashlib.sha256(lines("meridian audit body v1", *fields)).hexdigest()
            version, fields = 2, (row["told"]["at" if "at" in row["told"] else "ended_at"], body)
        data = lines(
            f"meridian audit leaf v{version}", row["seq"], row["entry"], row["phase"], *fields
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

    def add(self, rows: int, hash_value: bytes) -> None:
        if rows < 1 or rows & (rows - 1) or self.size % rows:
            raise PackageError(f"proof.jsonl: no part of {rows} rows begins here")
        self.size += rows
        while self.peaks and self.peaks[-1][0] == rows:
            hash_value = joined(self.peaks.pop()[1], hash_value)
            rows *= 2
        self.peaks.append((rows, hash_value))

    def root(self) -> str:
        if not self.peaks:
            return hashlib.sha256().hexdigest()
        hash_value = self.peaks[-1][1]
        for _, remaining in reversed(self.peaks[:-1]):
            hash_value = joined(remaining, hash_value)
        return hash_value.hex()


def checkpoint_text(checkpoint: dict[str, Any]) -> bytes:
    """Return the signed text of a checkpoint."""
    fields = (checkpoint[name] for name in ("size", "root", "time", "previous"))
    return lines("meridian audit checkpoint v1", *fields)


def digest(checkpoint: dict[str, Any]) -> str:
    """Return the digest of a checkpoint."""
    return hashlib.sha256(checkpoint_text(checkpoint)).hexdigest()


MAX_LINE_BYTES = 1 << 26
MAX_COMPRESSION_RATIO = 250
MIN_CHECKED_BYTES = 1 << 20  # smaller files may have any compression ratio
NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]*")


def parsed(text: bytes) -> Any:
    """Parse JSON without duplicate members; raise `ValueError`."""

    def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("it names a member twice")
        return members

    return json.loads(text, object_pairs_hook=unique_members)


def check_zip(pack: zipfile.ZipFile) -> None:
    """Raise `PackageError` unless the ZIP has plain files only, one after the other."""
    files = pack.infolist()
    if len({info.filename for info in files}) != len(files):
        raise PackageError("the package has a file twice")
    position = 0
    for info in sorted(files, key=lambda info: info.header_offset):
        name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
        if name != info.orig_filename or not NAME.fullmatch(name):
            raise PackageError(f"{name!a} is not a valid file name")
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
            raise PackageError(f"{name!a} is not a plain file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise PackageError(f"{name!a} uses another compression")
        if info.file_size > max(MIN_CHECKED_BYTES, MAX_COMPRESSION_RATIO * info.compress_size):
            raise PackageError(f"{name!a} is too large")
        if info.header_offset != position or info.comment:
            raise PackageError("the package has extra content")
        position = end_position(pack, info)
    file = pack.fp
    assert file
    file.seek(-22, 2)  # the end record of a ZIP without a comment
    if position != pack.start_dir or file.read(4) != b"PK\5\6":
        raise PackageError("the package has extra content")


def end_position(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Return the offset at which a file's data ends in the ZIP."""
    file = pack.fp
    assert file
    file.seek(info.header_offset + 26)
    lengths = file.read(4)
    name, extra = (int.from_bytes(lengths[offset : offset + 2], "little") for offset in (0, 2))
    end = info.header_offset + 30 + name + extra + info.compress_size
    if info.flag_bits & 8:  # a data descriptor follows; Meridian writes 8-byte lengths
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
        self.covered = 0  # rows covered by anchored checkpoints
        self.proven: set[str] = set()  # names of the keys that signed those checkpoints

    def read(self, name: str) -> bytes:
        with self.zip.open(name) as file:
            return file.read(MAX_LINE_BYTES)

    def jsonl(self, name: str) -> Iterator[dict[str, Any]]:
        with self.zip.open(name) as file:
            while line := file.readline(MAX_LINE_BYTES):
                yield parsed(line)

    def signed(self, name: str, text: bytes, fields: dict[str, str]) -> None:
        key, decoded = self.keys.get(fields["key"], b""), b64decode(fields["signature"])
        if b64encode(decoded).decode() != fields["signature"] or not is_signed(key, text, decoded):
            raise PackageError(f"{name} has no valid signature")

    def check_files(self) -> str:
        """Compare files with the signed manifest; return the signing key's name."""
        fields = parsed(self.read("manifest.sig"))
        digest_text = hashlib.sha256(self.text).hexdigest()
        self.signed("manifest.json", lines("meridian audit evidence v1", digest_text), fields)
        expected = {"manifest.json", "manifest.sig", *self.manifest["files"]}
        if unexpected := expected ^ set(self.zip.namelist()):
            raise PackageError(f"missing or extra files: {', '.join(sorted(unexpected))}")
        for name, expected_hash in self.manifest["files"].items():
            hashed = hashlib.sha256()
            with self.zip.open(name) as file:
                while data := file.read(1 << 16):
                    hashed.update(data)
            if hashed.hexdigest() != expected_hash:
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
        checkpoints = list(self.jsonl("checkpoints.jsonl"))
        before = "0" * 64
        for checkpoint in checkpoints:
            if checkpoint["previous"] != before:
                raise PackageError(
                    f"the checkpoint of {checkpoint['size']} rows doesn't follow the previous one"
                )
            before = digest(checkpoint)
        last = checkpoints[-1]
        self.signed("the last checkpoint", checkpoint_text(last), last)
        if anchor:
            self._check_anchor(anchor, set(map(digest, checkpoints)), last["size"])
        return last

    def _check_anchor(self, path: str, expected: set[str], size: int) -> None:
        matches: dict[Any, dict[str, Any]] = {}  # last checkpoint of each key
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            for line in file:
                if not line.startswith("{"):
                    continue
                try:
                    checkpoint = parsed(line.encode())
                    checkpoint_digest = digest(checkpoint)
                except Exception:
                    if not line.endswith("\n"):
                        break  # it is being written
                    raise PackageError(f"a line of {path} is not a checkpoint") from None
                if checkpoint["size"] > size:
                    continue
                if checkpoint_digest not in expected:
                    raise PackageError(
                        f"the checkpoint of {checkpoint['size']} rows kept elsewhere "
                        "is missing here: the audit log was rewritten"
                    )
                matches[checkpoint.get("key")] = checkpoint
        if not matches:
            raise PackageError(f"no checkpoint in {path} is as old as the package")
        self.covered = max(checkpoint["size"] for checkpoint in matches.values())
        self.proven = matches.keys() & self.keys.keys()
        for checkpoint in map(matches.__getitem__, self.proven):
            self.signed("the checkpoint kept elsewhere", checkpoint_text(checkpoint), checkpoint)


def describe_deletions(deletions: dict[str, Any]) -> str:
    """Describe what retention had deleted from the log."""
    parts = []
    for category, counts in sorted(deletions.items()):
        until = datetime.fromtimestamp(counts["until"] / 1e6, timezone.utc)  # noqa: UP017  3.9
        parts.append(f"{counts['entries']} {category} from before {until.date()}")
    return ", ".join(parts)


def verify(path: str, key: str = "", anchor: str = "") -> str:
    """Verify a package and describe it; raise `PackageError`."""
    try:
        pack = EvidenceZip(path)
        if key:
            pairs = (entry.partition(":") for entry in key.split(","))
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
        note = "Later rows rest on the key in the package alone. " if is_partial else ""
        text += (
            f"\n{note}The key comes from the package. Compare it with the published one, or pass "
            "it with --key."
        )
    return text


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Verify an evidence package.")
    parser.add_argument("package")
    parser.add_argument("--key", default="", help="NAME:BASE64, the public key")
    parser.add_argument("--anchor", default="", help="checkpoints kept elsewhere")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        print(verify(arguments.package, arguments.key, arguments.anchor))
    except PackageError as error:
        print(f"FAILED: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
