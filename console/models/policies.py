"""Policies about secrets and tickets, per organization, region or service.

A narrower policy wins, field by field: service, region, organization, then the default.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models

from console.models.ticket_patterns import MAX_PATTERN_CHARS
from tenants.models import Organization

MAX_TEMPLATE_CHARS = 300


class Policy(models.Model):
    """The rules of one organization, region or service; an unset field is inherited."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    region = models.CharField(max_length=20, blank=True)  # empty: all regions
    service_id = models.BigIntegerField(default=0)  # 0: all services
    max_secret_age_days = models.PositiveIntegerField(null=True)
    ticket_required = models.BooleanField(null=True)
    ticket_pattern = models.CharField(max_length=MAX_PATTERN_CHARS, blank=True)
    link_template = models.CharField(max_length=MAX_TEMPLATE_CHARS, blank=True)

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["region", "service_id"]
        constraints = [
            models.UniqueConstraint("organization", "region", "service_id", name="one_policy_each")
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.scope}"

    @property
    def scope(self) -> str:
        """What it applies to: "*", "us" or "us/17"."""
        return f"{self.region}/{self.service_id}" if self.service_id else self.region or "*"


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """The rules that hold for an organization, region or service."""

    max_secret_age_days: int
    ticket_required: bool = False
    ticket_pattern: str = ""  # empty: any ticket
    link_template: str = ""  # empty: no links


class PolicySet:
    """The policies of an organization."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_scope = {(policy.region, policy.service_id): policy for policy in policies}

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._by_scope.values())

    def resolve(self, region: str = "", service_id: int = 0) -> EffectivePolicy:
        """Return the rules for a service, a region or the organization."""
        scopes = dict.fromkeys([(region, service_id), (region, 0), ("", 0)])
        policies = [self._by_scope[scope] for scope in scopes if scope in self._by_scope]
        return EffectivePolicy(
            _first(policies, "max_secret_age_days") or settings.SECRET_MAX_AGE_DAYS,
            _first(policies, "ticket_required") or False,
            _first(policies, "ticket_pattern") or "",
            _first(policies, "link_template") or "",
        )


def load_policies(organization: Organization) -> PolicySet:
    """Return the policies of an organization."""
    return PolicySet(Policy.objects.filter(organization=organization))


def _first(policies: Iterable[Policy], field: str) -> Any:
    """Return the first value that is set; None if none is."""
    values = (getattr(policy, field) for policy in policies)
    return next((value for value in values if value not in (None, "")), None)
