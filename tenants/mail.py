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
FAILURES = (SMTPException, OSError)
LONGEST = 998  # characters of a line (RFC 5322, section 2.1.1)
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"


def is_on() -> bool:
    """Whether mail leaves this console at all."""
    return bool(settings.MAILERS["default"]["BACKEND"] != NOWHERE)


class _Plain(EmailMessage):
    """No line is broken that need not be: a checkpoint is one line, and has to be found
    in a mail that somebody saved as it came."""

    def message(self, *, policy: Any = email.policy.default) -> Any:
        found = super().message(policy=policy.clone(max_line_length=LONGEST))
        found.policy = policy  # by which headers are folded
        return found


def send(to: Sequence[str], subject: str, text: str, *, message_id: str) -> None:
    """Hand one message to the mail server; raises one of `FAILURES`.

    A message that is sent again under the same ``message_id``, since nobody knows
    whether it went out, is shown once by most mailboxes.
    """
    headers = {"Message-ID": f"<{message_id}>", "Auto-Submitted": "auto-generated"}
    _Plain(subject, text, None, to, headers=headers).send()
