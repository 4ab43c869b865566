"""The workers sign checkpoints of the record, and bring them where they are kept."""

import logging
import time

from django.conf import settings

from tenants.alerts import alert
from tenants.audit import anchors
from tenants.audit.checkpoints import Broken, cut, is_due
from tenants.jobs.chores import chore


@chore
def keep() -> None:
    """Sign what is new once that is due, and deliver what is not delivered yet.

    A worker without a key only delivers, so that one elsewhere may sign.
    """
    if settings.AUDIT_SIGNING_KEYS:
        try:
            while is_due(time.time_ns() // 1000) and cut():
                pass
        except Broken as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.what)
    anchors.deliver()
