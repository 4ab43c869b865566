"""Words for people. What they read is marked here to be found for translation;
Django translates it where it is shown, since this package knows no Django."""

from collections.abc import Callable


def gettext_noop(text: str) -> str:
    return text


class Said(str):
    """A message of ours, in English, that can be told in other languages too.

    ``words`` are marked for translation, and name values as ``{host}``.
    """

    words: str
    values: dict[str, object]

    def __new__(cls, words: str, **values: object) -> "Said":
        said = super().__new__(cls, words.format(**values))
        said.words, said.values = words, values
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.words,), self.values

    def told(self, translate: Callable[[str], str]) -> str:
        """The message in the language that ``translate`` puts its words into."""
        return translate(self.words).format(**self.values)


def printable(text: str) -> str:
    """``text`` on one line, with a space for each letter that cannot be seen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
