"""Documents in which null means the same as a missing member."""


def without_nulls(value):
    """Return the document without members that are null, at any depth."""
    match value:
        case dict():
            cleaned = {name: without_nulls(item) for name, item in value.items()}
            return {name: item for name, item in cleaned.items() if item is not None}
        case list():
            return [without_nulls(item) for item in value]
        case _:
            return value


def with_nulls(value):
    """Return the document with a member that is null in each object."""
    match value:
        case dict():
            return {name: with_nulls(item) for name, item in value.items()} | {"no": None}
        case list():
            return [with_nulls(item) for item in value]
        case _:
            return value
