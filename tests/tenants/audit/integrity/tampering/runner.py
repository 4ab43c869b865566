"""Apply each tampering, run `audit_verify`, and restore the data."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from io import StringIO

from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, transaction

NAMED = re.compile(r"First bad row (-?\d+)")
PLAINLY = "Not detectable without --anchor: a restored older copy"
COLUMNS = "{:<44} {:>6} {:>8} {:>6} {:>6}  {}"


@dataclass
class Tried:
    """Results of all tamperings of a kind."""

    done: int = 0
    refused: int = 0  # by the database itself
    found: int = 0
    named: int = 0  # by a row that it was done to
    missed: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)


def verified(victim, *, with_anchor=False):
    """What the command says, and what it fails with."""
    out = StringIO()
    try:
        call_command(
            "audit_verify", anchor=victim.anchor if with_anchor else None, stdout=out, stderr=out
        )
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def try_all(tamperings, victim):
    results: dict[str, Tried] = defaultdict(Tried)
    for tampering in tamperings:
        with _block():
            try:
                with _block():
                    tampering.do()
            except (IntegrityError, DataError):
                results[tampering.kind].refused += 1
            else:
                _judge(tampering, victim, results[tampering.kind])
            transaction.set_rollback(True)
    return dict(results)


def _block():
    """A transaction in which the record can be written as if there were none."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    return block


def _judge(one, victim, tried):
    tried.done += 1
    output, failed = verified(victim, with_anchor=one.anchored)
    if one.anchored:
        without, error = verified(victim)
        assert error or PLAINLY in without, one
    row = NAMED.search(failed)
    if not row:
        tried.missed.append(f"{one.name}: {failed or output}")
        return
    tried.found += 1
    if not one.rows or int(row[1]) in one.rows:
        tried.named += 1
    else:
        tried.misnamed.append(f"{one.name}: {sorted(one.rows)} expected, {failed}")


def table(found):
    lines = [COLUMNS.format("kind", "tried", "refused", "found", "named", "missed")]
    total = Tried()
    for kind, result in found.items():
        lines.append(_line(kind, result))
        total.done += result.done
        total.refused += result.refused
        total.found += result.found
        total.named += result.named
    return "\n".join([*lines, _line("all", total)])


def _line(kind, one):
    numbers = one.done, one.refused, one.found, one.named
    return COLUMNS.format(kind, *numbers, "; ".join(one.missed)[:60])
