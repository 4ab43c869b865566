"""Faults that a test or a tester asks for, and what each does to an answer.

A fault matches by region, operation, method and path, so many times or with a
probability. It strikes before the work is done, or after it.
"""

import gzip
import random
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from time import monotonic, sleep
from typing import Any

from tenants.authlete.api import OPERATIONS
from tenants.sandbox.errors import IdpRefusal, Refusal
from tenants.sandbox.state import IDP
from tenants.sandbox.wire import Answer, dumps

MEGABYTE = b" " * 1_048_576
HTML = b"""<html>\r
<head><title>%(line)s</title></head>\r
<body>\r
<center><h1>%(line)s</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""


class Broken(Exception):
    """The connection breaks here: `reset`, `close`, `truncate`, or `down`.

    ``answer`` is what was on its way; when truncated, half of its body gets out.
    """

    def __init__(self, kind: str, answer: Answer | None = None) -> None:
        super().__init__(kind)
        self.kind, self.answer = kind, answer


@dataclass(slots=True)
class Fault:
    """One fault; what is left empty matches everything.

    ``times`` of None is for ever; ``delay`` is in milliseconds, ``seconds`` is how
    long the fault lives, ``retry_after`` goes into the header of that name.
    """

    kind: str
    region: str = ""
    operation: str = ""
    method: str = ""
    path: str = ""  # a regular expression found anywhere in it
    times: int | None = None
    probability: float = 1.0
    after: bool = False  # strike when the work is done
    status: int = 500
    code: str = "A001101"
    message: str = "The sandbox was told to fail."
    delay: int = 0
    retry_after: str = ""
    location: str = "https://elsewhere.example/"
    value: Any = None  # for `wrong_type`
    seconds: float | None = None
    made: float = 0.0

    @property
    def early(self) -> bool:
        """Whether the work is left undone."""
        return self.kind in REFUSING | BREAKING and not self.after

    @property
    def waits(self) -> bool:
        """Whether it only holds the work up."""
        return self.kind == "delay" and not self.after

    @property
    def over(self) -> bool:
        aged = self.seconds is not None and monotonic() > self.made + self.seconds
        return aged or (self.times is not None and self.times <= 0)

    def matches(self, region: str, operation: str, method: str, path: str) -> bool:
        return (
            self.region in ("", region)
            and self.operation in ("", operation)
            and self.method in ("", method)
            and re.search(self.path, path) is not None
        )

    def strike(self, answer: Answer | None = None) -> Answer:
        """What is answered instead; raises `Broken` where nothing is."""
        if self.delay:
            sleep(self.delay / 1000)
        return EFFECTS[self.kind](self, answer or Answer())


class Faults:
    """The faults that are set; they strike in the order in which they were."""

    def __init__(self) -> None:
        self._set: list[Fault] = []
        self._lock = threading.Lock()
        self.chance = random.Random(0)  # noqa: S311  not for secrets

    def add(self, **members: Any) -> Fault:
        """Set a fault; raises `ValueError` for one that is not known."""
        if unknown := set(members) - {one.name for one in fields(Fault)}:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        if members.get("kind") not in EFFECTS:
            raise ValueError(f"kind is one of {', '.join(sorted(EFFECTS))}")
        if members.get("operation", "") not in {"", *OPERATIONS}:
            raise ValueError("no operation is called that")
        try:
            re.compile(members.get("path", ""))
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from None
        fault = Fault(**members | {"made": monotonic()})
        with self._lock:
            self._set.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._set.clear()

    def down(self, region: str) -> bool:
        """Whether nobody is to answer there at all."""
        return any(
            one.kind == "down" and one.region in ("", region) and not one.over
            for one in self._set
        )

    def struck(
        self, region: str, operation: str, method: str, path: str
    ) -> list[Fault]:
        """The faults that this request meets, up to one that answers in its place.

        Each is used up by it.
        """
        found: list[Fault] = []
        with self._lock:
            self._set = [one for one in self._set if not one.over]
            for fault in self._set:
                if not fault.matches(region, operation, method, path):
                    continue
                if self.chance.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                found.append(fault)
                if fault.early:
                    break
        return found


def _status(fault: Fault, answer: Answer) -> Answer:
    if fault.region == IDP:
        refusal: Refusal = IdpRefusal(fault.status, fault.message, fault.code)
    else:
        refusal = Refusal(fault.status, fault.code, fault.message)
    return _after(fault, refusal.answer("/sandbox"))


def _html(status: int, line: bytes) -> Callable[[Fault, Answer], Answer]:
    def effect(fault: Fault, answer: Answer) -> Answer:
        page = HTML % {b"line": line}
        return _after(fault, Answer(status, page, {"Content-Type": "text/html"}))

    return effect


def _after(fault: Fault, answer: Answer) -> Answer:
    if fault.retry_after:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _break(kind: str) -> Callable[[Fault, Answer], Answer]:
    def effect(fault: Fault, answer: Answer) -> Answer:
        raise Broken(kind, answer)

    return effect


def _body(make: Callable[[bytes], bytes]) -> Callable[[Fault, Answer], Answer]:
    def effect(fault: Fault, answer: Answer) -> Answer:
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        return Answer(answer.status, make(body), answer.headers)

    return effect


def _long_number(body: bytes) -> bytes:
    return body[:1] + b'"odd":%b,' % (b"9" * 5000) + body[1:]


def _wrong(fault: Fault, answer: Answer) -> Answer:
    return Answer(answer.status, dumps(fault.value), answer.headers)


def _drip(fault: Fault, answer: Answer) -> Answer:
    """One byte at a time; `delay` was slept once and is the gap as well."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)

    def drops() -> Iterator[bytes]:
        for at in range(len(body)):
            sleep((fault.delay or 100) / 1000)
            yield body[at : at + 1]

    headers = answer.headers | {"Content-Length": str(len(body))}
    return Answer(answer.status, drops(), headers)


def _big(fault: Fault, answer: Answer) -> Answer:
    pieces = (b'{"filler":"', *[MEGABYTE] * 64, b'"}')
    size = str(sum(map(len, pieces)))
    return Answer(200, iter(pieces), answer.headers | {"Content-Length": size})


def _bomb(fault: Fault, answer: Answer) -> Answer:
    body = gzip.compress(b'{"filler":"' + MEGABYTE * 64 + b'"}', 9)
    return Answer(200, body, answer.headers | {"Content-Encoding": "gzip"})


def _redirect(fault: Fault, answer: Answer) -> Answer:
    return Answer(302, b"", {"Location": fault.location})


def _header(name: str, value: str) -> Callable[[Fault, Answer], Answer]:
    def effect(fault: Fault, answer: Answer) -> Answer:
        answer.headers = answer.headers | {name: value}
        return answer

    return effect


def _delay(fault: Fault, answer: Answer) -> Answer:
    return answer


def _hang_up(fault: Fault, answer: Answer) -> Answer:
    answer.last = True
    return answer


EFFECTS: dict[str, Callable[[Fault, Answer], Answer]] = {
    "status": _status,
    "html429": _html(429, b"429 Too Many Requests"),
    "html502": _html(502, b"502 Bad Gateway"),
    "html200": _html(200, b"Welcome"),
    "delay": _delay,
    "reset": _break("reset"),
    "close": _break("close"),
    "truncate": _break("truncate"),  # half of a body whose length was promised
    "down": _break("down"),
    "hang_up": _hang_up,  # a whole answer, and the connection is gone after it
    "drip": _drip,
    "cut": _body(lambda body: body[: len(body) // 2]),
    "garbage": _body(lambda body: b"\x1f\x00 not { json"),
    "trailing": _body(lambda body: body + b"}"),
    "not_utf8": _body(lambda body: body[:1] + b'"\xff\xfe":1,' + body[1:]),
    "empty": _body(lambda body: b""),
    "wrong_type": _wrong,
    "nan": _body(lambda body: body[:1] + b'"odd":NaN,' + body[1:]),
    "duplicate_keys": _body(lambda body: body[:1] + b'"odd":1,"odd":2,' + body[1:]),
    "long_number": _body(_long_number),
    "deep": _body(lambda body: b'{"odd":' * 20_000 + b"0" + b"}" * 20_000),
    "big": _big,
    "gzip_bomb": _bomb,
    "redirect": _redirect,
    "cookie": _header("Set-Cookie", "AUTHLETE=sandbox; Path=/; HttpOnly"),
    "wrong_content_type": _header("Content-Type", "text/html"),
}
BREAKING = {"reset", "close", "down"}
REFUSING = {"status", "html429", "html502", "redirect"}
