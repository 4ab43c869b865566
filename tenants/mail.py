"""Mail to people: plain text, one message for all whom it is for.

Without ``EMAIL_URL`` none is sent, and pages say so. No secret, no token and no
subject goes into one.
"""

from collections.abc import Sequence
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

# What a mail server that is down, or that does not want it, may raise.
FAILURES = (SMTPException, OSError)
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"


def is_on() -> bool:
    """Whether mail leaves this console at all."""
    return bool(settings.MAILERS["default"]["BACKEND"] != NOWHERE)


def send(to: Sequence[str], subject: str, text: str, *, message_id: str) -> None:
    """Hand one message to the mail server; raises one of `FAILURES`.

    A message that is sent again under the same ``message_id``, since nobody knows
    whether it went out, is shown once by most mailboxes.
    """
    headers = {"Message-ID": f"<{message_id}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject, text, None, to, headers=headers).send()
