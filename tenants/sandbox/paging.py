"""Ranges of a list: ``start`` is in it, ``end`` is not."""

from tenants.sandbox.errors import Refusal
from tenants.sandbox.wire import Request


def span(request: Request, family: str) -> tuple[int, int]:
    """The range that a request asks for, 0 to 5 when it does not say.

    Raises `Refusal` with a code of that family: 201 and 203 for what is not an
    integer, 202 and 204 for what is negative.
    """
    start = _bound(request, "start", 0, f"{family}201", f"{family}202")
    return start, _bound(request, "end", 5, f"{family}203", f"{family}204")


def _bound(request: Request, name: str, default: int, odd: str, negative: str) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        bound = int(text)
        if not text.lstrip("+-").isascii() or not -(2**31) <= bound < 2**31:
            raise ValueError
    except ValueError:
        raise Refusal(400, odd, f"The value of '{name}' is not an integer.") from None
    if bound < 0:
        raise Refusal(400, negative, f"The value of '{name}' is negative.")
    return bound
