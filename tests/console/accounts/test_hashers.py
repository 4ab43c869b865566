"""Threat: a burst of sign-ins that takes all memory and threads."""

import threading
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from console.accounts import hashers
from console.accounts.hashers import HashingBusyError, HashSlots
from tests.support.accounts import PASSWORD, sign_in


@pytest.fixture
def one_slot(settings, monkeypatch):
    """Hash with Argon2, one password at a time, and don't wait."""
    settings.PASSWORD_HASHERS = ["console.accounts.hashers.BoundedArgon2PasswordHasher"]
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)
    monkeypatch.setattr(hashers, "MAX_WAIT_SECONDS", 0.05)
    slots = HashSlots(1)
    monkeypatch.setattr(hashers, "slots", slots)
    return slots


@pytest.fixture
def ann_with_argon2(one_slot, ann):
    ann.set_password(PASSWORD)
    ann.save()
    return ann


@pytest.mark.parametrize("email", ["ann@acme.example", "nobody@acme.example"])
def test_refused_hash_is_503_with_retry_after(ann_with_argon2, client, one_slot, email):
    with one_slot.acquire():
        response = sign_in(client, email)

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "Sign-in is busy" in response.text


def test_burst_of_sign_ins_is_busy_before_it_counts_as_attempts(
    ann_with_argon2, client, one_slot, monkeypatch
):
    with ExitStack() as sign_ins:
        for _ in range(1 + hashers.MAX_WAITING_PER_SLOT):
            sign_ins.enter_context(one_slot.admit_sign_in())
        with monkeypatch.context() as patch:
            patch.setattr("allauth.core.ratelimit.consume", lambda *_, **__: pytest.fail("counted"))
            response = sign_in(client)

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert sign_in(client).status_code == 302


def test_refused_hashes_count_as_no_attempts(ann_with_argon2, client, one_slot):
    with one_slot.acquire():
        for _ in range(12):
            assert sign_in(Client()).status_code == 503

    assert sign_in(client).status_code == 302


def test_refused_password_change_changes_nothing(ann_with_argon2, client, one_slot):
    sign_in(client)
    new = "lamp river seven orchard"
    change = {"oldpassword": PASSWORD, "password1": new, "password2": new}

    with one_slot.acquire():
        response = client.post("/accounts/password/change/", change)

    assert response.status_code == 503
    assert sign_in(Client()).status_code == 302


def test_burst_never_hashes_more_than_the_slots(monkeypatch):
    slots, lock = HashSlots(2), threading.Lock()
    running, most, refused = 0, 0, 0

    def attempt():
        nonlocal running, most, refused
        try:
            with slots.acquire():
                with lock:
                    running += 1
                    most = max(most, running)
                started.wait(0.02)
                with lock:
                    running -= 1
        except HashingBusyError:
            with lock:
                refused += 1

    started = threading.Event()
    threads = [threading.Thread(target=attempt) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2
    assert refused <= 60 - 2 * (1 + hashers.MAX_WAITING_PER_SLOT)


def test_slots_are_free_after_an_error():
    slots = HashSlots(1)
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), slots.acquire():
            raise ZeroDivisionError
    with slots.acquire():
        pass


def test_console_uses_the_bounded_hasher():
    from console import settings

    assert settings.PASSWORD_HASHERS == ["console.accounts.hashers.BoundedArgon2PasswordHasher"]
