"""Every declared event is recorded."""

from pathlib import Path

import console
import tenants
from tenants.audit import events

# Nothing changes an organization; the word was released.
UNUSED = {"organization.change"}


def test_every_event_is_recorded_somewhere():
    words = {
        event.name: name
        for name, event in vars(events).items()
        if isinstance(event, events.AuditEvent)
    }
    code = " ".join(
        path.read_text()
        for package in (console, tenants)
        for path in Path(str(package.__file__)).parent.rglob("*.py")
        if path != Path(str(events.__file__))
    )

    assert set(words) == set(events.EVENTS)
    assert {name for name, word in words.items() if word not in code} == UNUSED
