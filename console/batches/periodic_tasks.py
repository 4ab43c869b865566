"""Telling who started a batch that it has ended; and chores that go on with what a
stop of the console or of a worker left lying."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console.batches import polling
from console.models import Batch, Sending
from tenants.audit.actor import Actor
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Membership
from tenants.organizations.roles import Role
from tenants.outbound import mail

log = logging.getLogger(__name__)

RETRY_DELAY = timedelta(minutes=10)  # until a mail is tried once more
MAX_TRIES = 5
JOB_START_GRACE = timedelta(minutes=2)  # without a job that goes on with it

State, Fate = Batch.State, Sending.Fate


@run_every_minute
def send_completion_mails() -> None:
    """Mail what has ended; a mail that is sent again carries the same id, so that
    mailboxes show it once."""
    due = Batch.objects.filter(mail_at__lte=timezone.now())
    for batch in due.select_related("organization", "starter")[:20]:
        same = Batch.objects.filter(pk=batch.pk, mail_at=batch.mail_at)
        later = timezone.now() + RETRY_DELAY if batch.mail_tries + 1 < MAX_TRIES else None
        if not same.update(mail_at=later, mail_tries=F("mail_tries") + 1):
            continue  # another worker does it
        if _send_mail(batch):
            now = timezone.now()
            Batch.objects.filter(pk=batch.pk).update(mail_at=None, mailed_at=now)


def _send_mail(batch: Batch) -> bool:
    """Whether nothing is left to be done about it."""
    starter = batch.starter
    home = batch.organization
    if starter is None or not starter.email or not mail.is_enabled():
        return True
    still = Membership.objects.filter(organization=home, user=starter)
    if not starter.is_active or not still.exists():
        return True
    try:
        mail.send(
            [starter.email],
            _("Batch of tokens: %(state)s") % {"state": batch.get_state_display()},
            mail_body(batch),
            message_id=f"batch-{batch.pk}@meridian",
        )
    except mail.MAIL_ERRORS as error:
        log.warning("no mail about batch %s: %s", batch.pk, type(error).__name__)
        return False
    return True


def mail_body(batch: Batch) -> str:
    """What a mail says: no token, no subject."""
    path = reverse("batches:show", args=(batch.organization.slug, batch.pk))
    sendings = Sending.objects.filter(batch=batch, is_dry=False)
    made = sum(sendings.values_list("count", flat=True))
    lines = [
        _("%(name)s for %(service)s in %(region)s: %(state)s.")
        % {
            "name": batch.name,
            "service": batch.service_name or batch.service_id,
            "region": batch.region,
            "state": batch.get_state_display(),
        },
        _("Tokens made, by Authlete's count: %(made)s of %(all)s.")
        % {"made": made, "all": batch.tokens or _("an unknown number")},
    ]
    if batch.state == State.UNKNOWN:
        lines.append(_("Somebody has to look: what became of some is not known."))
    return "\n\n".join([*lines, f"{settings.CONSOLE_URL}{path}"]) + "\n"


@run_every_minute
def resume_stalled() -> None:
    """Go on with what nobody goes on with."""
    states = (State.TRYING, *Batch.SENT, State.UNKNOWN)
    for batch in Batch.objects.filter(state__in=states).select_related("organization"):
        if batch.job is None and not batch.is_adopted:
            _revert_unstarted(batch)
        polling.update_state(batch)
        running = Sending.objects.filter(batch=batch, fate=Fate.RUNNING).exists()
        who = get_starter(batch)
        if running and who and batch.watch is None:
            polling.ensure_polling(batch, who)


def _revert_unstarted(batch: Batch) -> None:
    """Its job was never started, so nothing was sent."""
    if timezone.now() - batch.changed_at > JOB_START_GRACE:
        back = {State.TRYING: State.CHECKED, State.SUBMITTING: State.TRIED}
        if to := back.get(State(batch.state)):
            batch.transition(to)


def get_starter(batch: Batch) -> Actor | None:
    """Who started it, as they are now; None when they may not even look any more."""
    home = batch.organization
    found = Membership.objects.filter(
        organization=home, user=batch.starter_id, user__is_active=True
    ).first()
    if found is None or not Role(found.role).has_permission(polling.REQUIRED_EFFECT):
        return None
    return Actor(found.user_id, batch.actor, found.role, home.pk, home.slug)
