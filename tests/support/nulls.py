"""Documents in which null means the same as a missing member."""


def without_nulls(value):
    """Return the document without members that are null, at any depth."""
    match value:
        case dict():
            kept = {name: without_nulls(one) for name, one in value.items()}
            return {name: one for name, one in kept.items() if one is not None}
        case list():
            return [without_nulls(one) for one in value]
        case _:
            return value


def with_nulls(value):
    """Return the document with a member that is null in each object."""
    match value:
        case dict():
            return {name: with_nulls(one) for name, one in value.items()} | {"no": None}
        case list():
            return [with_nulls(one) for one in value]
        case _:
            return value
