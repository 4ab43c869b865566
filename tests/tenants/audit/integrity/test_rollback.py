"""A restored older database is noticed by https and mail targets."""

import json
from email.policy import SMTP

import httpx
import pytest
import respx
from django.core import mail
from django.core.management import CommandError, call_command

from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.integrity import anchors, checkpoints
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.models import CheckpointProgress
from tenants.audit.recorder import record_event
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers, save_progress
from tests.tenants.audit.integrity.tampering.fixture_log import dump, put_back

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
URL = "https://log.example/checkpoints"
MAIL = "mailto:audit@acme.example"


@pytest.fixture(autouse=True)
def signed(db, settings, monkeypatch):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    monkeypatch.setattr(anchors, "_delivered_lines", {})
    monkeypatch.setattr(anchors, "MAIL_INTERVAL", anchors.MAIL_INTERVAL * 0)
    drop_append_only_triggers()


def sign_rows():
    record_event(IDA, SIGN_OUT)
    assert checkpoints.create_checkpoint()


def roll_back_after(deliver):
    """Deliver two checkpoints, restore the copy from between them, and go on."""
    sign_rows()
    deliver()
    copy = dump()
    sign_rows()
    deliver()
    put_back(copy)
    sign_rows()


class Receiver:
    """A target that keeps to the documented contract."""

    def __init__(self):
        self.lines = []

    def __call__(self, request):
        new = request.content.decode().splitlines()
        last = Checkpoint.parse(self.lines[-1]).digest if self.lines else "0" * 64
        if json.loads(new[0])["previous"] != last:
            return httpx.Response(409, text=f"{self.lines[-1]}\n" if self.lines else "")
        self.lines += new
        return httpx.Response(204)


@pytest.fixture
def receiver(settings):
    settings.AUDIT_SINKS = [URL]
    with respx.mock:
        target = Receiver()
        respx.post(URL).mock(side_effect=target)
        yield target


def test_conflict_response_reports_a_restored_database(receiver, monkeypatch, caplog):
    roll_back_after(anchors.deliver_checkpoints)
    monkeypatch.setattr(anchors, "_delivered_lines", {})  # as after a restart
    before = [*receiver.lines]

    anchors.deliver_checkpoints()

    assert receiver.lines == before
    assert "AnchorDivergedError" in CheckpointProgress.objects.get().error
    assert "audit.unkept" in caplog.text


def test_delivery_resumes_where_the_receiver_says(receiver):
    for _ in range(3):
        sign_rows()
    anchors.deliver_checkpoints()
    save_progress(2)  # as if the answer had been lost
    anchors._delivered_lines.clear()

    anchors.deliver_checkpoints()
    sign_rows()
    anchors.deliver_checkpoints()

    state = CheckpointProgress.objects.get()
    assert (state.size, state.error) == (8, "")
    assert [Checkpoint.parse(line).size for line in receiver.lines] == [2, 4, 6, 8]


@pytest.mark.parametrize("url", [URL, MAIL])
def test_running_worker_reports_a_restored_database(settings, url):
    settings.AUDIT_SINKS = [url]
    with respx.mock(assert_all_called=False) as router:
        route = router.post(URL).respond(204)
        roll_back_after(anchors.deliver_checkpoints)
        sent = len(route.calls) + len(mail.outbox)

        anchors.deliver_checkpoints()

        assert len(route.calls) + len(mail.outbox) == sent
    assert "AnchorDivergedError" in CheckpointProgress.objects.get().error


def test_mails_of_a_restored_database_continue_the_same_checkpoint(settings, tmp_path, monkeypatch):
    settings.AUDIT_SINKS = [MAIL]
    roll_back_after(anchors.deliver_checkpoints)
    monkeypatch.setattr(anchors, "_delivered_lines", {})

    anchors.deliver_checkpoints()

    first, lost, forked = mail.outbox
    digest = Checkpoint.parse(first.body.splitlines()[-1]).digest
    assert digest in lost.body.split("{")[0]
    assert digest in forked.body.split("{")[0]
    saved = tmp_path / "lost.eml"
    saved.write_bytes(lost.message(policy=SMTP).as_bytes())
    with pytest.raises(CommandError, match="First bad row"):
        call_command("audit_verify", anchor=saved)
