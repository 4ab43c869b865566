"""Mail to people: plain text, one message for all whom it is for.

Without ``EMAIL_URL`` none is sent, and pages say so. No secret, no token and no
subject goes into one.
"""

import email.policy
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

# What a mail server that is down, or that does not want it, may raise.
MAIL_ERRORS = (SMTPException, OSError)
MAX_LINE_CHARS = 998  # characters of a line (RFC 5322, section 2.1.1)
DUMMY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def is_enabled() -> bool:
    """Whether mail leaves this console at all."""
    return bool(settings.MAILERS["default"]["BACKEND"] != DUMMY_BACKEND)


class _UnwrappedMessage(EmailMessage):
    """No line is broken that need not be: a checkpoint is one line, and has to be found
    in a mail that somebody saved as it came."""

    def message(self, *, policy: Any = email.policy.default) -> Any:
        found = super().message(policy=policy.clone(max_line_length=MAX_LINE_CHARS))
        found.policy = policy  # by which headers are folded
        return found


def send(to: Sequence[str], subject: str, text: str, *, message_id: str) -> None:
    """Hand one message to the mail server; raises one of `FAILURES`.

    A message that is sent again under the same ``message_id``, since nobody knows
    whether it went out, is shown once by most mailboxes.
    """
    headers = {"Message-ID": f"<{message_id}>", "Auto-Submitted": "auto-generated"}
    _UnwrappedMessage(subject, text, None, to, headers=headers).send()
