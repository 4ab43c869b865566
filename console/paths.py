"""What may stand in a path of ours, and paths that were looked up once."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse


class Number:
    """An id of Authlete's: a 64-bit integer."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, text: str) -> int:
        number = int(text)
        if number >= 2**63:
            raise ValueError("no id is that large")
        return number

    def to_url(self, number: int) -> str:
        return str(number)


def path_to(route: str, *places: object) -> str:
    """Django's `reverse`, which looks a path up once: a page has dozens."""
    return _path(route, tuple(map(str, places)), get_script_prefix())


@lru_cache(maxsize=4096)
def _path(route: str, places: tuple[str, ...], _prefix: str) -> str:
    return reverse(route, args=places)
