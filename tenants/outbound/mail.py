"""Plain-text mail.

Without ``EMAIL_URL`` none is sent. Mails contain no secret, token or subject, except the
link of an invitation to the person invited.
"""

import email.policy
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

# Errors of an unavailable or rejecting mail server.
MAIL_ERRORS = (SMTPException, OSError)
MAX_LINE_CHARS = 998  # characters of a line (RFC 5322, section 2.1.1)
DUMMY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def is_enabled() -> bool:
    """Return whether mail is configured."""
    return bool(settings.MAILERS["default"]["BACKEND"] != DUMMY_BACKEND)


class _UnwrappedMessage(EmailMessage):
    """A message without wrapped lines, so that a checkpoint stays on one line."""

    def message(self, *, policy: Any = email.policy.default) -> Any:
        message = super().message(policy=policy.clone(max_line_length=MAX_LINE_CHARS))
        message.policy = policy  # by which headers are folded
        return message


def send(to: Sequence[str], subject: str, text: str, *, message_id: str) -> None:
    """Send a message; raise one of `MAIL_ERRORS`.

    To resend a message, repeat its ``message_id``: most mailboxes show it once.
    """
    headers = {"Message-ID": f"<{message_id}>", "Auto-Submitted": "auto-generated"}
    _UnwrappedMessage(subject, text, None, to, headers=headers).send()
