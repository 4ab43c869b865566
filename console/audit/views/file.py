"""A search of the record as a file, or to be printed."""

from itertools import islice

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from console import keeping
from console.access import ConsoleRequest, Member, organization_page
from console.audit import files, links
from console.audit.exporting import found
from console.audit.forms import RecordForm
from console.audit.lines import days, lines, names_of
from console.page import answer, go
from tenants.roles import Right


@organization_page(Right.RECORD)
def file(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """What a search finds as CSV, as JSON Lines, or on one page to be printed."""
    asked = request.GET.copy()
    (kind,) = asked.pop("format", ["csv"])[:1]
    form = RecordForm(asked, member.organization)
    if not form.is_valid():
        return go(request, links.back(member, asked))
    if kind in files.KINDS:
        return files.export(member, form, kind)
    return _print(request, member, form)


def _print(request: ConsoleRequest, member: Member, form: RecordForm) -> HttpResponse:
    organization, filters = member.organization.pk, form.filters()
    last = files.keep(member, form, filters, files.PRINT)
    some = islice(found(organization, filters, last), files.PRINTED + 1)
    entries = [files.covered(one) for one in some]
    names = names_of(organization, entries)
    told = lines(entries[: files.PRINTED], names, fold=False)
    context = {
        "member": member,
        "lines": told,
        "days": days(told),
        "more": len(entries) > files.PRINTED,
        "most": files.PRINTED,
        "chips": list(links.chips(form)),
        "horizon": filters.horizon(timezone.now()),
        "beyond": keeping.beyond(organization, filters, timezone.now()),
        "folds_reads": form.folds_reads,
        "query": form.asked.urlencode(),
        "now": timezone.now(),
    }
    return answer(request, "audit/file.html", context)
