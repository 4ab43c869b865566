"""What is written to the log: one line a record, and nothing that opens a door."""

import logging
import re

ALERT_LOGGER = "meridian.alert"  # its message is JSON, and the whole line
SECRET_URL = re.compile(
    r"(/accounts/password/new/"  # good for a day
    r"|/told/batches/[^/\s?]+/[^/\s?]+/[^/\s?]+/)[^/\s?]+"
)


def mask_secret_urls(text: str) -> str:
    """``text`` without the key of a link that sets a password, or of an address where
    Authlete tells something."""
    return SECRET_URL.sub(r"\1hidden", text)


class LineFormatter(logging.Formatter):
    """Names the page whose request it was, so that an id that is quoted is found."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage() if record.name == ALERT_LOGGER else super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        page = getattr(getattr(record, "request", None), "page_id", "")
        text = super().formatMessage(record) + (f" page={page}" if page else "")
        return "".join(
            letter if letter.isprintable() else ascii(letter)[1:-1]
            for letter in mask_secret_urls(text)
        )
