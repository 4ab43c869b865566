"""States of exports and evidence packages."""

from django.test import override_settings

from console.models import EvidencePackage, VerificationRun
from tenants.audit.models import CheckpointProgress
from tenants.jobs.worker import JobWorker
from tenants.organizations.roles import Role
from tests.journeys.states.organization import busy
from tests.support.audit_tampering import CHECKPOINT_KEY
from tests.support.scene import page_state

DESTROYED = "?effect=destroy"


def run_worker(keys=CHECKPOINT_KEY):
    with override_settings(AUDIT_SIGNING_KEYS=keys):
        JobWorker("scene", until_empty=True).run()


def pack(scene, keys=CHECKPOINT_KEY):
    scene.submit_form("audit:export", "idempotency_key", "?effect=change")
    run_worker(keys)
    scene.path_params["package_id"] = EvidencePackage.objects.all()[0].pk


@page_state("audit:export", Role.AUDITOR)
def none(scene):
    scene.goto("audit:export", DESTROYED)


@page_state("audit:export", Role.ADMIN)
def some(scene):
    busy(scene)
    pack(scene)
    scene.goto("audit:export")


@page_state("audit:evidence_package", Role.ADMIN)
def ready(scene):
    busy(scene)
    pack(scene)
    scene.goto("audit:evidence_package")


@page_state("audit:evidence_package", Role.ADMIN)
def failed(scene):
    pack(scene, keys="")
    scene.goto("audit:evidence_package")


@page_state("audit:evidence_package", Role.AUDITOR)
def in_progress(scene):
    scene.submit_form("audit:export", "idempotency_key")
    scene.goto("audit:evidence_package", package_id=EvidencePackage.objects.all()[0].pk)


@page_state("audit:verify", Role.AUDITOR)
def never_verified(scene):
    scene.goto("audit:verify")


@page_state("audit:verify", Role.AUDITOR)
def verified(scene):
    with override_settings(AUDIT_SINKS=["file:///away/kept.jsonl"]):
        scene.submit_form("audit:verify", "idempotency_key")
        run_worker()
        scene.goto("audit:verify")


@page_state("audit:verify", Role.AUDITOR)
def verification_failed(scene):
    scene.submit_form("audit:verify", "idempotency_key")
    run_worker()
    VerificationRun.objects.update(bad=2417, error="this row or the previous one was changed")
    CheckpointProgress.objects.all().delete()
    scene.goto("audit:verify")
