"""The access review: who could do what on a day."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console import keeping
from console.access import ConsoleRequest, Member, organization_page
from console.audit.access import DORMANT, Review
from console.audit.times import Day, midnight
from console.page import answer
from tenants.audit.events import AUDIT_EXPORT, AUDIT_READ
from tenants.audit.filters import Filters
from tenants.audit.notes import note
from tenants.roles import Right


class DayForm(forms.Form):
    """The day at whose end it is looked."""

    on = Day(_("At the end of"))


@organization_page(Right.RECORD)
def access(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Who could do what at the end of a day, when they last did anything, and what
    changed since."""
    form = DayForm(request.GET or None)
    now = timezone.now()
    day = form.cleaned_data["on"] if form.is_valid() else None
    ended = midnight(day, days=1)
    moment = min(ended, now) if ended else now
    told = f"access {(day or timezone.localdate(now)).isoformat()}"
    context: dict[str, Any] = {"member": member, "form": form, "moment": moment}
    home = member.organization
    if form.errors:
        return answer(request, "audit/access.html", context, status=422)
    review = Review.of(home, moment)
    if request.GET.get("format") == "csv":
        found = list(review.held())
        note(member.who, AUDIT_EXPORT, object=told, label=f"{len(found)} people, csv")
        return _file(member, review.csv(found), told)
    note(member.who, AUDIT_READ, object=told)
    context |= {
        "day": day or timezone.localdate(now),
        "held": list(review.held()),
        "dormant": DORMANT.days,
        "past": moment < now,
        "review": review,
        "beyond": keeping.beyond(home.pk, Filters(until=moment), now),
    }
    return answer(request, "audit/access.html", context)


def _file(member: Member, lines: Iterator[str], told: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{told.replace(' ', '-')}-{member.organization.slug}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
