"""Argon2 with a limit on concurrent hashes, each of which takes 100 MB."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

MAX_WAIT_SECONDS = 5
MAX_WAITING_PER_SLOT = 8  # requests; each waiting request blocks a thread


class HashingBusyError(Exception):
    """No password was hashed, since too many others are."""


class HashSlots:
    """Slots for concurrent hashes in this process, and a queue for them."""

    def __init__(self, count: int) -> None:
        self._admitted = BoundedSemaphore(count * (1 + MAX_WAITING_PER_SLOT))
        self._sign_ins = BoundedSemaphore(count * (1 + MAX_WAITING_PER_SLOT))
        self._running = BoundedSemaphore(count)

    @contextmanager
    def admit_sign_in(self) -> Iterator[None]:
        """Admit a sign-in before it counts as an attempt; raise `HashingBusyError` if full.

        More at once would wait for the database's throttles until they count as refused.
        """
        if not self._sign_ins.acquire(blocking=False):
            raise HashingBusyError
        try:
            yield
        finally:
            self._sign_ins.release()

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait for a slot; raise `HashingBusyError` if none is free soon."""
        if not self._admitted.acquire(blocking=False):
            raise HashingBusyError
        try:
            if not self._running.acquire(timeout=MAX_WAIT_SECONDS):
                raise HashingBusyError
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._admitted.release()


slots = HashSlots(settings.PASSWORD_HASHES)


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2 that hashes only while it has a slot."""

    def encode(self, password: str, salt: str) -> str:
        with slots.acquire():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with slots.acquire():
            return super().verify(password, encoded)
