"""The export of a search as a file or print page."""

from itertools import islice

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from console.audit import exports, search_links
from console.audit_log import retention
from console.audit_log.entry_rows import build_rows, group_by_day, load_names
from console.audit_log.export_formats import iter_entries
from console.audit_log.search_form import AuditSearchForm
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_page
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.AUDIT_LOG)
def export_file(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Return the entries found as CSV, JSON Lines or a print page."""
    asked = request.GET.copy()
    (kind,) = asked.pop("format", ["csv"])[:1]
    form = AuditSearchForm(asked, member.organization)
    if not form.is_valid():
        return redirect_to(request, search_links.invalid_search_url(member, asked))
    if kind in exports.CONTENT_TYPES:
        return exports.stream_file(member, form, kind)
    return _print_page(request, member, form)


def _print_page(request: ConsoleRequest, member: Member, form: AuditSearchForm) -> HttpResponse:
    organization, filters = member.organization.pk, form.to_filters()
    last = exports.log_export(member, form, filters, exports.PRINT_FORMAT)
    some = islice(iter_entries(organization, filters, last), exports.MAX_PRINTED_ENTRIES + 1)
    entries = [exports.mask_entry(one) for one in some]
    names = load_names(organization, entries)
    told = build_rows(entries[: exports.MAX_PRINTED_ENTRIES], names, group_reads=False)
    context = {
        "member": member,
        "lines": told,
        "days": group_by_day(told),
        "more": len(entries) > exports.MAX_PRINTED_ENTRIES,
        "max_count": exports.MAX_PRINTED_ENTRIES,
        "chips": list(search_links.filter_chips(form)),
        "horizon": filters.horizon(timezone.now()),
        "retention_gaps": retention.find_retention_gaps(organization, filters, timezone.now()),
        "folds_reads": form.hides_reads,
        "query": form.query.urlencode(),
        "now": timezone.now(),
    }
    return render_page(request, "audit/export_file.html", context)
