"""A second verifier, written from `docs/reference/audit-log.md` alone: "The bytes of the chain"
and "Tombstones".

    AUDIT_KEYS=... python3 -I second_verifier.py < rows

where each line of ``rows`` is JSON: ``[seq, entry, phase, content, key, mac]``, and the
last one the head, ``[seq, link, key, mac]``. Prints ``whole``, how many rows, and how
many entries were removed; or the number of the first bad row. It imports nothing of
Meridian, on purpose.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import uuid
from typing import Any


def keys():
    for part in os.environ["AUDIT_KEYS"].split(","):
        name, _, coded = part.strip().partition(":")
        secret = base64.b64decode(coded)
        yield name, hmac.new(secret, b"meridian audit", hashlib.sha256).digest()


def mac(key, *lines):
    text = "\n".join(map(str, lines))
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def start_of(entry):
    """Return the entry's start in microseconds since 1970."""
    return (uuid.UUID(entry).int >> 80) * 1000


def is_right(known, link, row):
    """Whether a row, or the tombstone in its place, follows the mac ``link``."""
    seq, entry, phase, content, key, found = row
    row_content = json.loads(content)
    plain = json.dumps(row_content, sort_keys=True, separators=(",", ":"))
    if content != plain:
        return False
    if "gone" not in row_content:
        lines = ("meridian audit row v1", link, seq, entry, phase, content)
        right = key in known and mac(known[key], *lines)
        return (found, row_content["entry"]) == (right, entry)
    tombstone = row_content["gone"]
    name, version = tombstone["key"], "v1" if "leaf" in tombstone else "v2"
    left = [tombstone["leaf"]] if version == "v1" else [tombstone["at"], tombstone["body"]]
    row_lines = (link, seq, entry, phase, key, found, tombstone["kind"], *left, tombstone["run"])
    right = name in known and mac(known[name], f"meridian audit tombstone {version}", *row_lines)
    return tombstone["mac"] == right


def is_run(said, rows, totals):
    """Whether the intent of a run says what ``rows``, its tombstones, are."""
    fields = {change["field"]: change["after"] for change in json.loads(said["changed"])}
    digest = hashlib.sha256()
    entries: dict[str, int] = {}
    newest: dict[str, int] = {}
    for seq, entry, phase, content, _key, _mac in rows:
        digest.update(f"{seq} {content}\n".encode())
        kind = json.loads(content)["gone"]["kind"]
        if phase == "intent":
            entries[kind] = entries.get(kind, 0) + 1
            newest[kind] = max(newest.get(kind, 0), start_of(entry))
        newest[kind] = max(newest.get(kind, 0), json.loads(content)["gone"].get("at", 0))
    whose = said["organization_id"]
    totals[whose] = totals.get(whose, 0) + sum(entries.values())
    days = {name: fields.get(f"days.{name}", 0) for name in entries}
    right = {
        **{f"entries.{name}": count for name, count in entries.items()},
        **{f"days.{name}": count for name, count in days.items()},
        "total": totals[whose],
        "rows": len(rows),
        "first": rows[0][0],
        "last": rows[-1][0],
        "digest": digest.hexdigest(),
    }
    return fields == right and all(
        days[name] >= 30 and newest[name] <= said["at"] - days[name] * 86_400_000_000
        for name in entries
    )


def verify(rows, head):
    """The number of the first bad row, or None; and how many entries were removed."""
    known, link, count = dict(keys()), "0" * 64, 0
    tombstones: dict[str, list[Any]] = {}  # tombstones, by the run that is to come
    totals: dict[int, int] = {}  # entries that were removed, by organization
    for row in rows:
        if row[0] != count + 1 or not is_right(known, link, row):
            return count + 1, 0
        content = json.loads(row[3])
        if "gone" in content:
            tombstones.setdefault(content["gone"]["run"], []).append(row)
        elif content.get("operation") == "audit.expire":
            stones = tombstones.pop(row[1], [])
            if not stones or not is_run(content, stones, totals):
                return count + 1, 0
        link, count = row[5], row[0]
    if tombstones:
        return min(stones[0][0] for stones in tombstones.values()), 0
    seq, last, key, found = head
    right = key in known and mac(known[key], "meridian audit head v1", seq, last)
    is_whole = (seq, last, found) == (count, link, right)
    return None if is_whole else count + 1, sum(totals.values())


if __name__ == "__main__":
    *rows, head = [json.loads(line) for line in sys.stdin]
    bad, removed = verify(rows, head)
    print(f"bad {bad}" if bad else f"whole {len(rows)}, {removed} removed")
    sys.exit(bool(bad))
