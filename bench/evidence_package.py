"""Evidence packages of all changes, with a small and with a large log.

A package proves the place of each row, so the whole log is read however few are found.
"""

from functools import partial

from django.db import connection

from bench.environment import ORGANIZATION, BenchEnvironment
from bench.report import Ratio, print_lines
from bench.subprocess_usage import ResourceUsage, measure_in_subprocess

SEARCHES = {"of all changes": "effect=change", "of one ticket": "ticket=CHG-77"}


def measure(stage: BenchEnvironment) -> None:
    little, much = stage.records()
    if not much.is_chained:
        print_lines("", "Packages need a chain: no more than a million entries")
        return
    print_lines("", f"Evidence packages, {connection.vendor}: CPU seconds, and memory")
    few, many = (measure_in_subprocess(log.url, sign_checkpoint) for log in (little, much))
    _report("checkpoints signed of all rows", many, few, "rows")
    for name, query in SEARCHES.items():
        work = partial(build_package, query)
        few, many = (measure_in_subprocess(log.url, work, little.url) for log in (little, much))
        _report(f"a package {name}", many, few, "entries")


def _report(what: str, many: ResourceUsage, few: ResourceUsage, things: str) -> None:
    note = (
        f"{many.items:,} and {few.items:,} {things}, {many.seconds:.0f} s;"
        f" +{many.peak_mb:.1f} and +{few.peak_mb:.1f} MB"
    )
    print_lines(Ratio(what, many.cpu_seconds, few.cpu_seconds, "s", note=note))


def sign_checkpoint() -> int:
    from tenants.audit.integrity.checkpoints import create_checkpoint, load_last_checkpoint

    while create_checkpoint():
        pass
    checkpoint = load_last_checkpoint()
    return checkpoint.size if checkpoint else 0


def build_package(query: str) -> int:
    """Build a package; return the number of its entries."""
    from django.http import QueryDict

    from console.audit.evidence_packages import write_package
    from console.audit_log.search_form import AuditSearchForm
    from console.models import EvidencePackage
    from tenants.audit.search.paging import MAX_SEQ
    from tenants.models import Organization

    home = Organization.objects.get(slug=ORGANIZATION)
    form = AuditSearchForm(QueryDict(query), home)
    if not form.is_valid():
        raise ValueError(f"no search: {form.errors}")
    package = EvidencePackage.objects.create(organization=home, actor="bench")
    return write_package(package, form, MAX_SEQ)
