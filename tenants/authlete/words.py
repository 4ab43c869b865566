"""Words for people. What they read is marked here to be found for translation;
Django translates it where it is shown, since this package knows no Django."""


def gettext_noop(text: str) -> str:
    return text


def printable(text: str) -> str:
    """``text`` on one line, with a space for each letter that cannot be seen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
