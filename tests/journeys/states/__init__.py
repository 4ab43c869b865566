"""Every page in every state that looks different: empty, full, failed, and so on."""

from tests.journeys.scene import STATES
from tests.journeys.states import (
    accounts,
    client,
    client_lists,
    errors,
    jobs,
    organization,
    record,
    secrets,
    services,
)

__all__ = [
    "STATES",
    "accounts",
    "client",
    "client_lists",
    "errors",
    "jobs",
    "organization",
    "record",
    "secrets",
    "services",
]
