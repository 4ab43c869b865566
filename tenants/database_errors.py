"""One line about an error of the database."""


def describe_database_error(error: Exception) -> str:
    """Return the message without the statement that PostgreSQL appends; it contains values."""
    return " ".join(str(error).partition("\nLINE ")[0].split())
