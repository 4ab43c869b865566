"""Documents in which a null says the same as nothing."""


def without_nulls(value):
    """A null takes a member out, also inside."""
    match value:
        case dict():
            kept = {name: without_nulls(one) for name, one in value.items()}
            return {name: one for name, one in kept.items() if one is not None}
        case list():
            return [without_nulls(one) for one in value]
        case _:
            return value


def with_nulls(value):
    """A null beside the members of each object, which says nothing more."""
    match value:
        case dict():
            return {name: with_nulls(one) for name, one in value.items()} | {"no": None}
        case list():
            return [with_nulls(one) for one in value]
        case _:
            return value
