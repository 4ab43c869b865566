"""What may stand in a path of ours."""


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
