"""Revoking all tokens of a user at 200 services by a worker, with the receipt.

Against the budget of 20 s. Each user is revoked once. The worker's periodic tasks run
before the clock starts.
"""

import json
import time
from typing import Any

from django.contrib.auth.models import User

from bench.environment import ORGANIZATION, REGIONS, SERVICES_PER_REGION, BenchEnvironment
from bench.report import Ratio, print_lines
from bench.user_lookup import SUBJECTS
from console.models import Receipt
from console.users import bulk_revocation, lookups
from console.users.lookups import OpenLookup
from console.users.receipt_export import receipt_data
from console.users.receipt_report import build_report
from console.web.access import Member
from tenants.audit.models import AuditEntry
from tenants.jobs import periodic_tasks
from tenants.jobs.models import Job
from tenants.jobs.worker import JobWorker
from tenants.models import Organization
from tenants.organizations.roles import Role

BUDGET_MS = 20_000.0  # ms; the maintainers' journey H3
LATENCY_MS = 100  # ms


def measure(stage: BenchEnvironment) -> None:
    print_lines(
        "", f"Revoke everything, 4 regions x {SERVICES_PER_REGION}, {LATENCY_MS} ms upstream"
    )
    stage.wait(LATENCY_MS)
    home = Organization.objects.get(slug=ORGANIZATION)
    member = Member(User.objects.get(), home, Role.ADMIN, "the bench", "")
    assert len(member.regions()) == len(REGIONS)
    periodic_tasks.run_all()
    for case, subject in SUBJECTS.items():
        lookup = OpenLookup(lookups.create_lookup(member, subject), subject)
        before = AuditEntry.objects.count()
        began, worked = time.perf_counter(), time.process_time()
        receipt = bulk_revocation.start_revoke_all(member, lookup, "Account taken over", "INC-7")
        begun = time.perf_counter() - began
        JobWorker("bench", until_empty=True).run()
        took = time.perf_counter() - began
        worked = time.process_time() - worked
        summary = _summary(member, receipt)
        seconds = time.perf_counter() - began - took
        state = Job.objects.latest("created_at").state
        calls = AuditEntry.objects.count() - before
        note = (
            f"{calls} calls, {worked:.1f} s of CPU, begun in {begun:.1f} s,"
            f" job {state}, proven {summary['proven']}, {summary['tokens']['ended']} tokens,"
            f" receipt drawn in {1000 * seconds:.0f} ms"
        )
        print_lines(Ratio(case, 1000 * took, BUDGET_MS, goal="<= 1x", note=note))


def _summary(member: Member, receipt: Receipt) -> dict[str, Any]:
    receipt.refresh_from_db()
    receipt_content = receipt_data(build_report(receipt, member))
    json.dumps(receipt_content)
    return receipt_content
