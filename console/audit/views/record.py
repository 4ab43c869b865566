import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import push_url

from console import keeping, offered, once
from console.access import ConsoleRequest, Member, organization_page
from console.audit import links, packing, risks, verifying
from console.audit.completing import offers
from console.audit.differences import differences
from console.audit.drawing import Cells
from console.audit.forms import RecordForm
from console.audit.lines import changes_of, days, line, lines, names_of, path_of
from console.audit.noting import noted
from console.audit.tracing import traced
from console.audit.views.kept import gone
from console.editing.history import MAKING, UNDOABLE, is_undoable, path_about
from console.models import Pack, Verdict
from console.once import OnceForm
from console.page import answer, go
from console.receipts import of_entries
from console.search_language import CURSOR, NAMES
from console.sentences import declared_of, sentences, stored
from tenants.audit.events import (
    AUDIT_EXPORT,
    AUDIT_SETTLE,
    EVENTS,
)
from tenants.audit.lost.settling import settling_of, unknown
from tenants.audit.models import AuditEntry
from tenants.audit.notes import note
from tenants.audit.place import place
from tenants.audit.search import MOST, count, search
from tenants.authlete.api import OPERATIONS
from tenants.authlete.codes import meaning
from tenants.authlete.operation import Effect
from tenants.jobs import queue
from tenants.jobs.models import Item, Job
from tenants.roles import Right

logger = logging.getLogger(__name__)

MILLISECOND = timedelta(milliseconds=1)
SIZE = 50  # entries a page
PACKS = 10  # that were made, or verdicts, that are listed
OFTEN = 2  # seconds between two looks of a browser at what is being made
RELATED = 10  # other entries of the same page that are listed


@organization_page(Right.RECORD)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """The organization's record, newest first, as far as the filters ask for it.

    What is typed is posted, so that a subject can be among it, and leads to the
    address of the search.
    """
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    form = RecordForm(given, member.organization, posted=posted)
    context: dict[str, Any] = {
        "member": member,
        "form": form,
        "saved": list(links.offered(form, offered.often(member))),
        "pinned": list(links.offered(form, offered.pinned(member))),
        "names": NAMES,
        "size": SIZE,
    }
    if not form.is_valid():
        return answer(request, "audit/index.html", context, part="record", status=422)
    asked, cursor = form.asked, given.get(CURSOR, "")
    if cursor:
        asked[CURSOR] = cursor
    path = f"{request.path}?{asked.urlencode()}".rstrip("?")
    if (posted or asked != given) and not request.htmx:
        return go(request, path)  # an address to share: nothing empty, nothing typed
    context["unwritten"] = not noted(member, form.told)
    try:
        context |= _found(member, form, cursor)
    except DatabaseError:
        logger.exception("the record cannot be read")
        context["failed"] = True
    response = answer(request, "audit/index.html", context, part="record")
    return push_url(response, path) if request.htmx else response


def _found(member: Member, form: RecordForm, cursor: str) -> dict[str, Any]:
    """The entries that are asked for, and the ways on from there."""
    organization, filters = member.organization.pk, form.filters()
    page = search(organization, filters, cursor, size=SIZE)
    entries = page.entries
    names = names_of(organization, entries)
    cells = Cells(form.asked, reverse("audit:index", args=[member.organization.slug]))
    told = lines(entries, names, fold=not (filters.page or filters.request))
    return {
        "lines": told,
        "days": [[cells.row(one) for one in day] for day in days(told)],
        "first": entries[0].seq if entries else None,
        "last": entries[-1].seq if entries else None,
        "count": count(organization, filters),
        "most": MOST,
        "unknown": unknown(organization)[: MOST + 1].count(),
        "page": page,
        "older": links.at(form, page.older),
        "newer": links.at(form, page.newer),
        "chips": list(links.chips(form)),
        "periods": list(links.periods(form)),
        "further": links.further(form),
        "query": form.asked.urlencode(),
        "beyond": keeping.beyond(organization, filters, timezone.now()),
        "with_reads": links.with_reads(form, on=True),
        "without_reads": links.with_reads(form, on=False),
    }


@organization_page(Right.RECORD)
def complete(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What the search box could go on with: posted, since it may hold a subject."""
    found = offers(request.POST.get("q", ""), member.organization)
    return answer(request, "audit/complete.html", {"offers": found})


@organization_page(Right.RECORD)
def entry(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """One entry: what it changed, who and why, and whether the chain holds it."""
    own = AuditEntry.objects.filter(organization_id=member.organization.pk)
    found = own.filter(entry=str(entry)).first()
    if found is None:
        return gone(request, member, entry)
    unwritten = not noted(member, found.entry)
    same_page = own.filter(page=found.page, page__gt="").exclude(seq=found.seq)
    others = list(same_page[: RELATED + 1])
    names = names_of(member.organization.pk, [found, *others])
    operation = OPERATIONS.get(found.operation)
    was = [one for one in found.changes if one["before"] is not None]
    is_first = found.operation in EVENTS.keys() - set(UNDOABLE) and not was
    told = is_first and found.effect == Effect.READ
    context = {
        "member": member,
        "unwritten": unwritten,
        "entry": found,
        "line": line([found], names),
        "removal": (removal := keeping.removal_of(found)),
        "changes": [] if removal else list(traced(found, changes_of(found))),
        "made": is_first or found.operation in MAKING,
        "told": told,
        "surprises": sentences(stored(found.unasked), declared_of(found.operation)),
        "differences": [] if told else differences(found.changes, found.subject),
        "has_secrets": '"fingerprint":' in found.changed,
        "method": operation.method if operation else "",
        "path": path_of(found),
        "meaning": _(said) if (said := meaning(found.code)) else "",
        "took": found.duration and found.duration / MILLISECOND,
        "settling": settling_of(found),
        "risk": risks.of_deed(found),
        "together": links.together(found),
        "settled": _settled(own, found),
        "day": timezone.localdate(found.time).isoformat(),
        "counted": found.operation in EVENTS and found.attempt > 1,
        "whole": links.whole(found) if is_undoable(found) else "",
        "undo": path_about(found, "restore") if is_undoable(found) else "",
        "others": lines(others[:RELATED], names, fold=True),
        "more": len(others) > RELATED,
        "place": place(found),
        "job": _job(member, found),
        "receipt": of_entries(member, [found]).get(found.entry),
    }
    return answer(request, "audit/entry.html", context)


@organization_page(Right.RECORD)
def export(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What can be taken out of a search, and the packs that were made lately."""
    form = RecordForm(request.GET, member.organization)
    if not form.is_valid():
        return go(request, links.back(member, request.GET))
    sent = OnceForm(request.POST or None)
    if sent.is_valid():
        if not once.claim(request, sent):
            return once.again(request, sent, request.get_full_path())
        made, is_new = packing.ask(member, form)
        if not is_new:
            said = _("One pack is made at a time. This is the one that is being made.")
            messages.info(request, said)
        path = reverse("audit:pack", args=(member.organization.slug, made.pk))
        return once.came_to(request, sent, path)
    unwritten, filters = not noted(member, form.told), form.filters()
    context = {
        "member": member,
        "unwritten": unwritten,
        "count": count(member.organization.pk, filters),
        "most": MOST,
        "horizon": filters.horizon(timezone.now()),
        "beyond": keeping.beyond(member.organization.pk, filters, timezone.now()),
        "folds_reads": form.folds_reads,
        "chips": list(links.chips(form)),
        "query": form.asked.urlencode(),
        "once": once.fresh(),
        "packs": Pack.objects.filter(organization=member.organization)[:PACKS],
    }
    return answer(request, "audit/export.html", context)


@organization_page(Right.RECORD)
def pack(
    request: ConsoleRequest, member: Member, pack: UUID
) -> HttpResponse | StreamingHttpResponse:
    """An evidence pack that is being made, or is there to be downloaded."""
    own = Pack.objects.filter(organization=member.organization)
    found = get_object_or_404(own.select_related("organization"), pk=pack)
    name = packing.file_name(found)
    if found.made_at and "download" in request.GET:
        label = f"{found.entries} entries, evidence pack"
        note(member.who, AUDIT_EXPORT, object=str(found.pk), label=label)
        response = StreamingHttpResponse(
            packing.parts(found), content_type="application/zip"
        )
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Content-Length"] = found.size
        response["Cache-Control"] = "no-store"
        return response
    context = {
        "member": member,
        "pack": found,
        "file": name,
        "ends_at": found.asked_at + packing.KEPT,
        **_going(found.job, is_done=found.made_at is not None),
    }
    return answer(request, "audit/pack.html", context, part="pack")


@organization_page(Right.RECORD)
def verify(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Whether the record is whole, as somebody found last, and where its checkpoints
    are kept; with a button to look now."""
    path = reverse("audit:verify", args=(member.organization.slug,))
    sent = OnceForm(request.POST or None)
    if sent.is_valid():
        if not once.claim(request, sent):
            return once.again(request, sent, path)
        if not verifying.ask(member):
            messages.info(request, _("A worker verifies the record already."))
        return once.came_to(request, sent, path)
    verdicts = Verdict.objects.filter(organization=member.organization)
    last, ended = verdicts.first(), verdicts.filter(ended_at__isnull=False)
    context = {
        "member": member,
        "last": last,
        "earlier": [one for one in ended if one != last][:PACKS],
        "outside": verifying.outside(),
        "once": once.fresh(),
        **_going(
            last.job if last else None,
            is_done=last is None or last.ended_at is not None,
        ),
    }
    return answer(request, "audit/verify.html", context, part="verify")


def _going(pk: UUID | None, *, is_done: bool) -> dict[str, Any]:
    """How far a job is that makes something; ``every``: seconds until a browser
    looks again, ``trouble``: why it will not be made."""
    job = None if is_done or not pk else Job.objects.filter(pk=pk).first()
    over = job is None or job.is_over
    items = Item.objects.filter(job=pk).values_list("text", flat=True)
    return {
        "job": job,
        "failed": not is_done and over,
        "trouble": next(iter(items), "") if job else "",
        "every": 0 if is_done or over else OFTEN,
        "stalled": not (is_done or over or queue.is_worked_on()),
    }


def _settled(own: QuerySet[AuditEntry], found: AuditEntry) -> AuditEntry | None:
    """The entry whose outcome this one tells."""
    if found.operation != AUDIT_SETTLE.name:
        return None
    return own.filter(entry=found.object).first()


def _job(member: Member, found: AuditEntry) -> Job | None:
    """The job that made this call, or that this happened to: its id is their page."""
    jobs = Job.objects.filter(organization=member.organization)
    for text in (found.page, found.object):
        with suppress(ValueError):  # most are no ids
            if job := jobs.filter(pk=UUID(text)).first():
                return job
    return None
