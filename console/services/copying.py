"""A new service made like another one, and what must not be copied blindly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.sentences import SERVICE
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction import sealed_in

COUNTED = ("metadata",)  # Authlete's own figures about the original


@dataclass(frozen=True, slots=True)
class Copy:
    """The document to create, and the settings that are not as in the original."""

    service: Mapping[str, Any]
    moved: tuple[str, ...] = ()  # labels: addresses that were below the old issuer
    kept: tuple[str, ...] = ()  # labels: addresses elsewhere, as they were
    left_out: tuple[str, ...] = ()  # labels: keys, secrets, and what Authlete sets


def copied(original: Service, name: str, issuer: str) -> Copy:
    """Members that are not known are copied too; Authlete says what it drops."""
    made: dict[str, Any] = {}
    moved, kept, left_out = [], [], []
    old, new = original.issuer.rstrip("/"), issuer.rstrip("/")
    for member, value in original.wire().items():
        _, setting = SERVICE.get(member, ("", None))
        label = setting.label if setting else member
        if sealed_in(value):
            left_out.append(label)
        elif member not in COUNTED and (setting is None or not setting.fixed):
            made[member] = _moved(value, old, new)
            if made[member] != value:
                moved.append(label)
            elif isinstance(value, str) and value.startswith("https://"):
                kept.append(label)
    made |= {"serviceName": name, "issuer": issuer}
    return Copy(made, *map(tuple, (moved, kept, left_out)))


def _moved(value: Any, old: str, new: str) -> Any:
    """``value`` with every address below ``old`` put below ``new``."""
    match value:
        case str() if old and (value == old or value.startswith(f"{old}/")):
            return new + value[len(old) :]
        case list():
            return [_moved(one, old, new) for one in value]
        case dict():
            return {name: _moved(one, old, new) for name, one in value.items()}
        case _:
            return value
