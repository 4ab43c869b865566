"""Letters beyond those of ASCII: which of them are alike, SQLite does not know, nor
does PostgreSQL in every locale."""


def spellings(text: str) -> tuple[str, ...]:
    """A text as it may be written where capital letters make no difference; those of
    ASCII are the database's own business."""
    if text.isascii():
        return (text,)
    ways = (text, text.lower(), text.upper(), text.capitalize(), text.title())
    return tuple(dict.fromkeys(ways))
