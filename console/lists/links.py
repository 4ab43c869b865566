"""Query strings that differ from the current one."""

from typing import Any

from django.http import QueryDict


def without_params(params: QueryDict, *names: str) -> QueryDict:
    """Return a copy of the parameters without ``names``."""
    query = params.copy()
    for name in names:
        query.pop(name, None)
    return query


def replace_params(params: QueryDict, **changes: Any) -> str:
    """Return the query string of page 1 with changed parameters.

    Empty values are left out.
    """
    query = without_params(params, "page", "download", *changes)
    for name, value in changes.items():
        if isinstance(value, list):
            query.setlist(name, value)
        elif value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"
