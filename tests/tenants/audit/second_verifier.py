"""A second verifier, written from `docs/operating.md`, "The bytes of the chain", alone.

    AUDIT_KEYS=... python3 -I second_verifier.py < rows

where each line of ``rows`` is JSON: ``[seq, entry, phase, content, key, mac]``, and the
last one the head, ``[seq, link, key, mac]``. Prints ``whole`` and how many rows, or the
number of the first bad one. It imports nothing of Meridian, on purpose.
"""

import base64
import hashlib
import hmac
import json
import os
import sys


def keys():
    for part in os.environ["AUDIT_KEYS"].split(","):
        name, _, coded = part.strip().partition(":")
        secret = base64.b64decode(coded)
        yield name, hmac.new(secret, b"meridian audit", hashlib.sha256).digest()


def mac(key, *lines):
    text = "\n".join(map(str, lines))
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def verify(rows, head):
    """The number of the first bad row, or None."""
    known, link, count = dict(keys()), "0" * 64, 0
    for seq, entry, phase, content, key, found in rows:
        told = json.loads(content)
        plain = json.dumps(told, sort_keys=True, separators=(",", ":"))
        lines = ("meridian audit row v1", link, count + 1, entry, phase, content)
        right = key in known and mac(known[key], *lines)
        if (seq, found, content, told["entry"]) != (count + 1, right, plain, entry):
            return count + 1
        link, count = found, seq
    seq, last, key, found = head
    right = key in known and mac(known[key], "meridian audit head v1", seq, last)
    return None if (seq, last, found) == (count, link, right) else count + 1


if __name__ == "__main__":
    *rows, head = [json.loads(line) for line in sys.stdin]
    bad = verify(rows, head)
    print(f"bad {bad}" if bad else f"whole {len(rows)}")
    sys.exit(bool(bad))
