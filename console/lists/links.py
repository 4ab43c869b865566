"""The same list otherwise: addresses that differ in some parameters."""

from typing import Any

from django.http import QueryDict


def without_params(params: QueryDict, *names: str) -> QueryDict:
    """A copy of the parameters, but for these."""
    query = params.copy()
    for name in names:
        query.pop(name, None)
    return query


def replace_params(params: QueryDict, **changes: Any) -> str:
    """The same list from its first page on, with these parameters; what is empty is
    left out."""
    query = without_params(params, "page", "download", *changes)
    for name, value in changes.items():
        if isinstance(value, list):
            query.setlist(name, value)
        elif value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"
