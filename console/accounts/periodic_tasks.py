"""Periodic tasks of accounts."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils import timezone

from console.accounts.sessions import SessionStore
from tenants.jobs.periodic_tasks import run_every


@run_every(3600.0)
def delete_expired_sessions() -> None:
    """Delete expired sessions, and their rows in the lists of users' sessions."""
    SessionStore.clear_expired()
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_ABSOLUTE)
    UserSession.objects.filter(created_at__lt=oldest).delete()
