"""Tampering with exports and evidence packages."""

import io
import json
import random
import stat
import struct
import zipfile
from hashlib import sha256

BOMB = 1 << 26  # bytes that one file of a pack would unpack to
DEEP = b"[" * 100_000


def flipped(data, times):
    draw = random.Random(len(data))
    for _ in range(times):
        at, bit = draw.randrange(len(data)), draw.randrange(8)
        changed = bytes([data[at] ^ 1 << bit])
        yield f"bit {bit} of byte {at}", data[:at] + changed + data[at + 1 :]


def cut(data, times):
    for part in range(times):
        end = len(data) * part // times
        yield f"cut after {end} bytes", data[:end]


def exports(data):
    """Every file that is no more the export."""
    yield from flipped(data, 60)
    yield from cut(data, 12)
    lines = data.splitlines(keepends=True)
    for at in {0, 1, len(lines) // 2, len(lines) - 2, len(lines) - 1}:
        rest = lines[:at] + lines[at + 1 :]
        yield f"line {at} gone", b"".join(rest)
        yield f"line {at} twice", b"".join([*lines[: at + 1], *lines[at:]])
        other = (at + 1) % len(lines)
        swapped = [*lines]
        swapped[at], swapped[other] = lines[other], lines[at]
        yield f"lines {at} and {other} swapped", b"".join(swapped)
    first, end = json.loads(lines[0]), json.loads(lines[-1])
    for case, line in odd_lines(first):
        yield f"a line with {case}", b"".join([line, *lines[1:]])
        yield f"at the end a line with {case}", b"".join([*lines[:-1], line])
    for case in ({"rows": True}, {"rows": "1"}, {"key": "a9", "mac": ""}, {"mac": 1}):
        yield f"its end says {case}", b"".join([*lines[:-1], plain(end | case)])
    unknown = {"key": "a9", "mac": ""}
    yield (
        "all of it under no key",
        resumed([plain(json.loads(line) | unknown) for line in lines[:-1]], unknown),
    )
    yield "its last line twice", data + lines[-1]
    yield "a byte order mark", b"\xef\xbb\xbf" + data
    yield "Windows' line ends", data.replace(b"\n", b"\r\n")
    yield "a pack behind it", data + zipped({"a": b"b"})


def odd_lines(row):
    line = plain(row)
    yield "a member twice", line.replace(b'"seq":', b'"seq":7,"seq":', 1)
    yield "what it says twice", line.replace(b'"content":{', b'"content":{"at":1,', 1)
    yield "a space", line.replace(b",", b", ", 1)
    yield "letters outside of ASCII", plain(row | {"mac": "\u00e9" * 64})
    yield "a list for a key", plain(row | {"key": ["a1"]})
    yield "a word for a number", plain(row | {"seq": "1"})
    yield "a lone surrogate", plain(row | {"entry": "\ud800"})
    yield "too deep a list", DEEP + b"\n"
    yield "too long a number", b'{"seq":' + b"1" * 5000 + b"}\n"
    yield "no number", plain(row | {"seq": float("nan")})
    yield "nothing", b"{}\n"
    yield "a list", b"[]\n"


def plain(said):
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def resumed(rows, end):
    digest = sha256(b"".join(rows)).hexdigest()
    return b"".join([*rows, plain({"digest": digest, "rows": len(rows), **end})])


def zipped(files, **how):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in files.items():
            pack.writestr(name, text)
    return out.getvalue()


def packs(data):
    """Every file that is no more the pack."""
    yield from flipped(data, 60)
    yield from cut(data, 12)
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    for name, text in files.items():
        rest = {
            file_name: file_content
            for file_name, file_content in files.items()
            if file_name != name
        }
        yield f"{name} gone", zipped(rest)
        yield f"{name} empty", zipped(files | {name: b""})
        yield f"{name} longer", zipped(files | {name: text + b"\n{}\n"})
        yield f"{name} too deep", zipped(files | {name: DEEP})
        yield f"{name} twice", twice(files, name, text.replace(b"a", b"b"))
        yield f"{name} a bomb", zipped(files | {name: bytes(BOMB)})
        yield f"{name} a link", marked(files, name, stat.S_IFLNK | 0o777)
        yield f"{name} renamed to /etc/passwd", zipped(rest | {"/etc/passwd": text})
        yield f"{name} renamed upwards", zipped(rest | {f"../{name}": text})
    signed = json.loads(files["manifest.sig"])
    text = signed["signature"]
    odd = f"{text[:-3]}{chr(ord(text[-3]) + 1)}=="  # stands for the same bytes
    for other in (f"{text} ", odd):
        resigned = json.dumps(signed | {"signature": other}).encode()
        yield f"its signature {other!r}", zipped(files | {"manifest.sig": resigned})
    for name in ("entries.jsonl", "proof.jsonl"):
        lines = files[name].splitlines(keepends=True)
        for at in range(0, len(lines) - 1, 3):
            swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
            yield f"lines of {name} swapped", zipped(files | {name: b"".join(swapped)})
        double = b'{"seq":1,' + lines[0][1:]
        yield (f"a member of {name} twice", zipped(files | {name: b"".join([double, *lines[1:]])}))
    for extra in ("evil.exe", "/etc/passwd", "..\\x", "C:x", "a\x1bb", "e\u0301.txt"):
        yield f"{extra!a} beside", zipped(files | {extra: b"x"})
    yield "something before it", b"#!/bin/sh\n" + data
    yield "something after it", data + b"x"
    yield "another pack before it", zipped(files) + data
    yield "another pack after it", data + zipped({"a": b"b"})
    yield "a comment", data[:-2] + struct.pack("<H", 3) + b"abc"
    yield "its files locked", marked(files, "entries.jsonl", None, locked=True)
    yield "a file between others", between(data)


def twice(files, name, text):
    out = io.BytesIO(zipped(files))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as pack:
        info = zipfile.ZipInfo("x" * len(name))
        pack.writestr(info, text)
    old, new = b"x" * len(name), name.encode()
    return out.getvalue().replace(old, new)


def marked(files, name, mode, *, locked=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for file_name, text in files.items():
            info = zipfile.ZipInfo(file_name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if file_name == name and mode:
                info.external_attr = mode << 16
            pack.writestr(info, text)
            if file_name == name and locked:
                info.flag_bits |= 1
    return out.getvalue()


def between(data):
    """A file that stands in no table of contents, which some programs unpack."""
    hidden = zipped({"evil.txt": b"evil"})
    hidden = hidden[: hidden.index(b"PK\1\2")]
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        start, files = pack.start_dir, pack.infolist()
    moved = bytearray(data[:start] + hidden + data[start:])
    end = moved.rindex(b"PK\5\6") + 16
    moved[end : end + 4] = struct.pack("<I", start + len(hidden))
    assert files
    return bytes(moved)
