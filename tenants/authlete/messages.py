"""Messages in English that Django translates where they are shown.

This package does not import Django, so messages are only marked for translation here.
"""

from collections.abc import Callable


def gettext_noop(text: str) -> str:
    """Mark ``text`` for translation and return it."""
    return text


class Message(str):
    """A formatted English message that can be localized later.

    ``msgid`` is marked for translation and names its ``params`` as ``{host}``.
    """

    msgid: str
    params: dict[str, object]

    def __new__(cls, msgid: str, **params: object) -> "Message":
        message = super().__new__(cls, msgid.format(**params))
        message.msgid, message.params = msgid, params
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.msgid,), self.params

    def localize(self, gettext: Callable[[str], str]) -> str:
        """Return the message in the language of ``gettext``."""
        return gettext(self.msgid).format(**self.params)


def make_printable(text: str) -> str:
    """Return ``text`` on one line, with a space for each unprintable character."""
    return "".join(char if char.isprintable() else " " for char in text)
