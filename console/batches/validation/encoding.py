"""Decode a file block by block, in UTF-8 or UTF-16, with lines ending in a line feed.

An undecodable byte becomes a lone surrogate, which the check reports with its position.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator
from io import IncrementalNewlineDecoder

BYTE_ORDER_MARKS = {
    BOM_UTF8: "utf-8",
    BOM_UTF16_LE: "utf-16-le",
    BOM_UTF16_BE: "utf-16-be",
}
MIN_DETECTION_BYTES = 4


def decode_blocks(blocks: Iterable[bytes]) -> Iterator[str]:
    """Yield the file's text without the byte order mark."""
    parts = iter(blocks)
    head = b""
    while len(head) < MIN_DETECTION_BYTES and (more := next(parts, b"")):
        head += more
    encoding, mark = _detect_encoding(head)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    decoder = IncrementalNewlineDecoder(getincrementaldecoder(encoding)(errors), translate=True)
    yield decoder.decode(head[mark:])
    for block in parts:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _detect_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding and the length of the byte order mark.

    Without a mark, the positions of zeros tell, since the file starts with ASCII.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding, len(mark)
    match [byte == 0 for byte in head[:MIN_DETECTION_BYTES]]:
        case [False, True, False, True]:
            return "utf-16-le", 0
        case [True, False, True, False]:
            return "utf-16-be", 0
    return "utf-8", 0
