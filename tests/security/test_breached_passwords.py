"""Threat: an account has a password that was published in a data breach."""

from hashlib import sha1

import pytest
from django.core.exceptions import ValidationError

from console.accounts.passwords import BreachedPasswordValidator

BREACHED = [f"correct horse {number}" for number in range(50)]


def hash_password(password):
    return sha1(password.encode()).hexdigest().upper()


@pytest.fixture(params=["{}:{}\r\n", "{}\n"], ids=["with counts", "without"])
def validator(request, tmp_path):
    """A validator with a sorted list of breached passwords."""
    path = tmp_path / "breached.txt"
    digests = sorted(map(hash_password, BREACHED))
    lines = (request.param.format(digest, 10**n) for n, digest in enumerate(digests))
    path.write_bytes("".join(lines).encode())
    return BreachedPasswordValidator(str(path))


def test_breached_password_is_refused(validator):
    for password in BREACHED:
        with pytest.raises(ValidationError, match="data breach"):
            validator.validate(password)


def test_other_passwords_are_accepted(validator):
    for number in range(50, 100):
        validator.validate(f"correct horse {number}")


def test_empty_list_refuses_nothing(tmp_path):
    path = tmp_path / "breached.txt"
    path.touch()

    BreachedPasswordValidator(str(path)).validate("correct horse 1")
