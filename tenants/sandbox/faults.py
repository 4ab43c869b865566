"""Faults that can be injected into responses.

A fault matches by region, operation, method and path, a number of times or with a
probability. It applies before or after the request is processed.
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
from tenants.sandbox.http_messages import (
    ApiResponseError,
    IdpResponseError,
    SandboxResponse,
    dump_json,
)
from tenants.sandbox.state import IDP

SPACES_1_MIB = b" " * 1_048_576
NGINX_ERROR_PAGE = b"""<html>\r
<head><title>%(line)s</title></head>\r
<body>\r
<center><h1>%(line)s</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""


class BrokenConnectionError(Exception):
    """The connection breaks: `reset`, `close`, `truncate`, or `down`.

    ``response`` was about to be sent; `truncate` sends half of its body.
    """

    def __init__(self, kind: str, answer: SandboxResponse | None = None) -> None:
        super().__init__(kind)
        self.kind, self.response = kind, answer


@dataclass(slots=True)
class InjectedFault:
    """One fault; empty conditions match everything.

    ``times`` of None is unlimited; ``delay`` is in milliseconds; ``seconds`` is how long
    the fault is active; ``retry_after`` is the value of that header.
    """

    kind: str
    region: str = ""
    operation: str = ""
    method: str = ""
    path: str = ""  # regular expression, searched anywhere
    times: int | None = None
    probability: float = 1.0
    after: bool = False  # apply after processing
    status: int = 500
    code: str = "A001101"
    message: str = "Injected fault."
    delay: int = 0
    retry_after: str = ""
    location: str = "https://elsewhere.example/"
    value: Any = None  # for `wrong_type`
    seconds: float | None = None
    made: float = 0.0

    @property
    def replaces_response(self) -> bool:
        """Return whether the request isn't processed."""
        return self.kind in ERROR_FAULTS | CONNECTION_FAULTS and not self.after

    @property
    def is_delay_before(self) -> bool:
        """Return whether it only delays processing."""
        return self.kind == "delay" and not self.after

    @property
    def is_expired(self) -> bool:
        aged = self.seconds is not None and monotonic() > self.made + self.seconds
        return aged or (self.times is not None and self.times <= 0)

    def matches(self, region: str, operation: str, method: str, path: str) -> bool:
        return (
            self.region in ("", region)
            and self.operation in ("", operation)
            and self.method in ("", method)
            and re.search(self.path, path) is not None
        )

    def apply(self, response: SandboxResponse | None = None) -> SandboxResponse:
        """Return the modified response; raise `BrokenConnectionError` if there is none."""
        if self.delay:
            sleep(self.delay / 1000)
        return FAULT_EFFECTS[self.kind](self, response or SandboxResponse())


class FaultRegistry:
    """The active faults, applied in the order they were added."""

    def __init__(self) -> None:
        self._faults: list[InjectedFault] = []
        self._lock = threading.Lock()
        self.chance = random.Random(0)  # noqa: S311  not for secrets

    def add(self, **members: Any) -> InjectedFault:
        """Add a fault; raise `ValueError` if it is invalid."""
        if unknown := set(members) - {field.name for field in fields(InjectedFault)}:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        if members.get("kind") not in FAULT_EFFECTS:
            raise ValueError(f"kind is one of {', '.join(sorted(FAULT_EFFECTS))}")
        if members.get("operation", "") not in {"", *OPERATIONS}:
            raise ValueError("no operation is called that")
        try:
            re.compile(members.get("path", ""))
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from None
        fault = InjectedFault(**members | {"made": monotonic()})
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def is_down(self, region: str) -> bool:
        """Return whether a region accepts no connections."""
        return any(
            fault.kind == "down" and fault.region in ("", region) and not fault.is_expired
            for fault in self._faults
        )

    def take_matching(
        self, region: str, operation: str, method: str, path: str
    ) -> list[InjectedFault]:
        """Return the faults for a request, up to one that replaces the response.

        Each use counts towards the fault's ``times``.
        """
        matching: list[InjectedFault] = []
        with self._lock:
            self._faults = [fault for fault in self._faults if not fault.is_expired]
            for fault in self._faults:
                if not fault.matches(region, operation, method, path):
                    continue
                if self.chance.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                matching.append(fault)
                if fault.replaces_response:
                    break
        return matching


def _error_status(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
    if fault.region == IDP:
        refusal: ApiResponseError = IdpResponseError(fault.status, fault.message, fault.code)
    else:
        refusal = ApiResponseError(fault.status, fault.code, fault.message)
    return _with_retry_after(fault, refusal.to_response("/sandbox"))


def _html_page(
    status: int, line: bytes
) -> Callable[[InjectedFault, SandboxResponse], SandboxResponse]:
    def effect(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
        page = NGINX_ERROR_PAGE % {b"line": line}
        return _with_retry_after(
            fault, SandboxResponse(status, page, {"Content-Type": "text/html"})
        )

    return effect


def _with_retry_after(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
    if fault.retry_after:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _break_connection(kind: str) -> Callable[[InjectedFault, SandboxResponse], SandboxResponse]:
    def effect(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
        raise BrokenConnectionError(kind, answer)

    return effect


def _transform_body(
    transform: Callable[[bytes], bytes],
) -> Callable[[InjectedFault, SandboxResponse], SandboxResponse]:
    def effect(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        return SandboxResponse(answer.status, transform(body), answer.headers)

    return effect


def _slow_body(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
    """Send one byte at a time; ``delay`` is the pause before the first and between bytes."""
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)

    def drops() -> Iterator[bytes]:
        for index in range(len(body)):
            sleep((fault.delay or 100) / 1000)
            yield body[index : index + 1]

    headers = answer.headers | {"Content-Length": str(len(body))}
    return SandboxResponse(answer.status, drops(), headers)


def _large_body(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
    pieces = (b'{"filler":"', *[SPACES_1_MIB] * 64, b'"}')
    size = str(sum(map(len, pieces)))
    return SandboxResponse(200, iter(pieces), answer.headers | {"Content-Length": size})


def _gzip_bomb(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
    body = gzip.compress(b'{"filler":"' + SPACES_1_MIB * 64 + b'"}', 9)
    return SandboxResponse(200, body, answer.headers | {"Content-Encoding": "gzip"})


def _set_header(
    name: str, value: str
) -> Callable[[InjectedFault, SandboxResponse], SandboxResponse]:
    def effect(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
        answer.headers = answer.headers | {name: value}
        return answer

    return effect


def _close_after(fault: InjectedFault, answer: SandboxResponse) -> SandboxResponse:
    answer.closes_connection = True
    return answer


FAULT_EFFECTS: dict[str, Callable[[InjectedFault, SandboxResponse], SandboxResponse]] = {
    "status": _error_status,
    "html429": _html_page(429, b"429 Too Many Requests"),
    "html502": _html_page(502, b"502 Bad Gateway"),
    "html200": _html_page(200, b"Welcome"),
    "delay": lambda fault, answer: answer,
    "reset": _break_connection("reset"),
    "close": _break_connection("close"),
    "truncate": _break_connection("truncate"),  # half of the announced body
    "down": _break_connection("down"),
    "hang_up": _close_after,  # a complete response, then the connection closes
    "drip": _slow_body,
    "cut": _transform_body(lambda body: body[: len(body) // 2]),
    "garbage": _transform_body(lambda body: b"\x1f\x00 not { json"),
    "trailing": _transform_body(lambda body: body + b"}"),
    "not_utf8": _transform_body(lambda body: body[:1] + b'"\xff\xfe":1,' + body[1:]),
    "empty": _transform_body(lambda body: b""),
    "wrong_type": lambda fault, answer: SandboxResponse(
        answer.status, dump_json(fault.value), answer.headers
    ),
    "nan": _transform_body(lambda body: body[:1] + b'"odd":NaN,' + body[1:]),
    "duplicate_keys": _transform_body(lambda body: body[:1] + b'"odd":1,"odd":2,' + body[1:]),
    "long_number": _transform_body(lambda body: body[:1] + b'"odd":%b,' % (b"9" * 5000) + body[1:]),
    "deep": _transform_body(lambda body: b'{"odd":' * 20_000 + b"0" + b"}" * 20_000),
    "big": _large_body,
    "gzip_bomb": _gzip_bomb,
    "redirect": lambda fault, answer: SandboxResponse(302, b"", {"Location": fault.location}),
    "cookie": _set_header("Set-Cookie", "AUTHLETE=sandbox; Path=/; HttpOnly"),
    "wrong_content_type": _set_header("Content-Type", "text/html"),
}
CONNECTION_FAULTS = {"reset", "close", "down"}
ERROR_FAULTS = {"status", "html429", "html502", "redirect"}
