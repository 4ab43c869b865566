"""The clock of tests that use time-based codes."""

import time

import pytest
from allauth.mfa import app_settings


@pytest.fixture
def totp_step_start(time_machine):
    """Start the test with a new TOTP time step, so that no step ends while it runs."""
    step = time.time() // app_settings.TOTP_PERIOD + 1
    time_machine.move_to(step * app_settings.TOTP_PERIOD)
