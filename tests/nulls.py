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
