"""Periodic tasks: mails about batches that have ended, and resuming stalled batches."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from console.batches import polling
from console.models import Batch, BatchRequest
from tenants.audit.actor import Actor
from tenants.jobs.control import run_now
from tenants.jobs.models import Job
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Membership
from tenants.organizations.roles import Role
from tenants.outbound import mail

log = logging.getLogger(__name__)

RETRY_DELAY = timedelta(minutes=10)  # until a mail is sent again
MAX_TRIES = 5
JOB_START_GRACE = timedelta(minutes=2)  # for a batch whose job hasn't started

State, RequestState = Batch.State, BatchRequest.State


@run_every_minute
def send_completion_mails() -> None:
    """Mail the members whose batches have ended.

    A mail that is sent again keeps its message ID, so mailboxes show it only once.
    """
    due = Batch.objects.filter(mail_at__lte=timezone.now())
    for batch in due.select_related("organization", "starter")[:20]:
        unclaimed = Batch.objects.filter(pk=batch.pk, mail_at=batch.mail_at)
        later = timezone.now() + RETRY_DELAY if batch.mail_tries + 1 < MAX_TRIES else None
        if not unclaimed.update(mail_at=later, mail_tries=F("mail_tries") + 1):
            continue  # another worker sends it
        if _send_mail(batch):
            now = timezone.now()
            Batch.objects.filter(pk=batch.pk).update(mail_at=None, mailed_at=now)


def _send_mail(batch: Batch) -> bool:
    """Return whether no further attempt is needed."""
    starter = batch.starter
    organization = batch.organization
    if starter is None or not starter.email or not mail.is_enabled():
        return True
    membership = Membership.objects.filter(organization=organization, user=starter)
    if not starter.is_active or not membership.exists():
        return True
    try:
        mail.send(
            [starter.email],
            _("Token batch: %(state)s") % {"state": batch.get_state_display()},
            mail_body(batch),
            message_id=f"batch-{batch.pk}@meridian",
        )
    except mail.MAIL_ERRORS as error:
        log.warning("mail about batch %s failed: %s", batch.pk, type(error).__name__)
        return False
    return True


def mail_body(batch: Batch) -> str:
    """Return the text of the mail; it contains no token or subject."""
    path = reverse("batches:show", args=(batch.organization.slug, batch.pk))
    requests = BatchRequest.objects.filter(batch=batch, is_dry=False)
    created = sum(requests.values_list("count", flat=True))
    lines = [
        _("%(name)s for %(service)s in %(region)s: %(state)s.")
        % {
            "name": batch.name,
            "service": batch.service_name or batch.service_id,
            "region": batch.region,
            "state": batch.get_state_display(),
        },
        _("Tokens created, as counted by Authlete: %(created)s of %(all)s.")
        % {"created": created, "all": batch.tokens or _("an unknown number")},
    ]
    if batch.state == State.UNKNOWN:
        lines.append(_("The outcome of some parts is unknown and has to be resolved."))
    return "\n\n".join([*lines, f"{settings.CONSOLE_URL}{path}"]) + "\n"


@run_every_minute
def resume_stalled() -> None:
    """Resume batches that a stopped console or worker left behind."""
    states = (State.TRYING, *Batch.SENT, State.UNKNOWN)
    for batch in Batch.objects.filter(state__in=states).select_related("organization"):
        if batch.job is None and not batch.is_adopted:
            _revert_unstarted(batch)
        polling.update_state(batch)
        running = BatchRequest.objects.filter(batch=batch, state=RequestState.RUNNING).exists()
        starter = get_starter(batch)
        if running and starter and batch.poll_job is None:
            polling.ensure_polling(batch, starter)


def _revert_unstarted(batch: Batch) -> None:
    """Revert a batch whose job never started, so that nothing was sent."""
    if timezone.now() - batch.changed_at > JOB_START_GRACE:
        previous = {State.TRYING: State.CHECKED, State.SUBMITTING: State.TRIED}
        if to := previous.get(State(batch.state)):
            batch.transition(to)


def get_starter(batch: Batch) -> Actor | None:
    """Return who started the batch, or None if they may no longer read it."""
    organization = batch.organization
    membership = Membership.objects.filter(
        organization=organization, user=batch.starter_id, user__is_active=True
    ).first()
    if membership is None or not Role(membership.role).has_permission(polling.REQUIRED_EFFECT):
        return None
    return Actor(
        membership.user_id, batch.actor, membership.role, organization.pk, organization.slug
    )


MIN_INTERVAL = timedelta(seconds=5)  # between two notifications that are handled
SALT = "console.batches.hints"  # changing it would invalidate the configured URLs


def notification_url(slug: str, region: str, service_id: int) -> str:
    """Return the URL to configure as the service's ``tokenBatchNotificationEndpoint``."""
    service = (slug, region, service_id)
    path = reverse("batches:notify", args=[*service, _url_key(*service)])
    return f"{settings.CONSOLE_URL}{path}"


def handle_notification(slug: str, region: str, service_id: int, key: str) -> None:
    """Poll the service's batches at once; a wrong key is ignored silently."""
    if not constant_time_compare(key, _url_key(slug, region, service_id)):
        return
    now = timezone.now()
    is_due = Q(notified_at=None) | Q(notified_at__lt=now - MIN_INTERVAL)
    batches = Batch.objects.filter(
        is_due,
        organization__slug=slug,
        region=region,
        service_id=service_id,
        state__in=Batch.MOVING,
    )
    for batch in batches:
        if Batch.objects.filter(is_due, pk=batch.pk).update(notified_at=now):
            running = BatchRequest.objects.filter(batch=batch, state=BatchRequest.State.RUNNING)
            running.update(next_poll_at=now)
            for job in Job.objects.filter(pk__in=[batch.poll_job]):
                run_now(job)


def _url_key(slug: str, region: str, service_id: int) -> str:
    digest = salted_hmac(SALT, f"{slug}/{region}/{service_id}", algorithm="sha256")
    return digest.hexdigest()
