"""Redact the items of lists, each under a path that stays when other items move."""

from collections.abc import Callable
from typing import Any

# Identify an object within a list, and so the property of a secret.
ITEM_ID_FIELDS = "accessTokenHash clientId apiKey kid key name tag entityId alias sns".split()


type Path = tuple[Any, ...]  # from the outermost object to a value


def redact_items(
    items: Any,
    path: Path,
    redact: Callable[[Any, Path], Any],
    is_public: Callable[[Any], bool] = lambda _: False,
) -> list[Any]:
    """Redact the items of a list; an item's path doesn't depend on those of other names."""
    redacted: list[Any] = []
    counts: dict[Any, int] = {}  # a Counter costs more than most lists
    for item in items:
        if is_public(item):
            redacted.append(item)
            continue
        name = _find_item_id(item)
        count = counts.get(name, 0)
        redacted.append(redact(item, (*path, name, count)))
        counts[name] = count + 1
    return redacted


def _find_item_id(item: Any) -> tuple[str, str] | None:
    """Return what identifies an item among those of its list, if anything does."""
    if not isinstance(item, dict):
        return None
    ids = ((field, item.get(field)) for field in ITEM_ID_FIELDS)
    return next(((field, str(id)) for field, id in ids if isinstance(id, (str, int))), None)
