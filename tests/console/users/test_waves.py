"""Asking many at once, when something goes wrong that nobody thought of."""

import httpx
import pytest
import respx
from pydantic import SecretStr

from console.users.waves import Call, wave
from tenants.authlete import AuthleteClient, ConnectionPool, Redactor
from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.operation import Operation

PING = Operation("ping", "GET", "/ping", dict)


class Odd(NullAuditSink):
    def close(self, endings, *, wait=True):
        raise ZeroDivisionError


def test_raises_what_nobody_thought_of_and_does_not_wait_for_ever():
    lines = ConnectionPool("https://us.example")
    door = AuthleteClient(lines, SecretStr("t"), redactor=Redactor(b"k" * 32), audit_sink=Odd())

    with respx.mock(base_url="https://us.example") as wire:
        wire.get("/ping").mock(return_value=httpx.Response(200, json={}))
        with pytest.raises(ZeroDivisionError):
            wave([Call(door, PING)], 5.0)
    lines.close()
