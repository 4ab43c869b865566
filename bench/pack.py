"""Making an evidence pack of all changes, where there is little and where much.

The pack proves the place of each row, so that the whole record is read for it, however
little was found.
"""

from functools import partial

from django.db import connection

from bench.alone import Spent, alone
from bench.said import Ratio, say
from bench.stage import ORGANIZATION, Stage

SEARCHES = {"of all changes": "effect=change", "of one ticket": "ticket=CHG-77"}


def measure(stage: Stage) -> None:
    little, much = stage.records()
    if not much.is_chained:
        say("", "A pack is made of what has a chain: no more than a million entries")
        return
    say("", f"Evidence packs, {connection.vendor}: seconds of the CPU, and memory")
    few, many = (alone(one.url, signed) for one in (little, much))
    _tell("checkpoints signed of all rows", many, few, "rows")
    for name, query in SEARCHES.items():
        work = partial(packed, query)
        few, many = (alone(one.url, work, little.url) for one in (little, much))
        _tell(f"a pack {name}", many, few, "entries")


def _tell(what: str, many: Spent, few: Spent, things: str) -> None:
    note = (
        f"{many.things:,} and {few.things:,} {things}, {many.time:.0f} s;"
        f" +{many.most:.1f} and +{few.most:.1f} MB"
    )
    say(Ratio(what, many.cpu, few.cpu, "s", note=note))


def signed() -> int:
    from tenants.audit.integrity.checkpoints import (
        create_checkpoint,
        load_last_checkpoint,
    )

    while create_checkpoint():
        pass
    found = load_last_checkpoint()
    return found.size if found else 0


def packed(query: str) -> int:
    """How many entries are in it."""
    from django.http import QueryDict

    from console.audit.evidence_packages import write_package
    from console.audit_log.search_form import AuditSearchForm
    from console.models import Pack
    from tenants.audit.search.entries import MAX_SEQ
    from tenants.models import Organization

    home = Organization.objects.get(slug=ORGANIZATION)
    form = AuditSearchForm(QueryDict(query), home)
    if not form.is_valid():
        raise ValueError(f"no search: {form.errors}")
    pack = Pack.objects.create(organization=home, actor="bench")
    return write_package(pack, form, MAX_SEQ)
