"""Every page in every state that looks different: empty, full, failed, and so on."""

from tests.journeys.scene import STATES
from tests.journeys.states import (
    accounts,
    client,
    client_acts,
    client_bulk,
    client_lists,
    errors,
    hardware,
    inventory,
    jobs,
    new_clients,
    organization,
    pasted,
    record,
    secrets,
    services,
    subjects,
    tokens,
)

__all__ = [
    "STATES",
    "accounts",
    "client",
    "client_acts",
    "client_bulk",
    "client_lists",
    "errors",
    "hardware",
    "inventory",
    "jobs",
    "new_clients",
    "organization",
    "pasted",
    "record",
    "secrets",
    "services",
    "subjects",
    "tokens",
]
