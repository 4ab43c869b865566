"""Words for people. What they read is marked here to be found for translation;
Django translates it where it is shown, since this package knows no Django."""

from collections.abc import Callable


def gettext_noop(text: str) -> str:
    return text


class Message(str):
    """A message of ours, in English, that can be told in other languages too.

    ``words`` are marked for translation, and name values as ``{host}``.
    """

    msgid: str
    params: dict[str, object]

    def __new__(cls, words: str, **values: object) -> "Message":
        said = super().__new__(cls, words.format(**values))
        said.msgid, said.params = words, values
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.msgid,), self.params

    def localize(self, translate: Callable[[str], str]) -> str:
        """The message in the language that ``translate`` puts its words into."""
        return translate(self.msgid).format(**self.params)


def make_printable(text: str) -> str:
    """``text`` on one line, with a space for each letter that cannot be seen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
