from django.core import mail as outbox

from console.mailers import mailers
from tenants import mail


def test_is_off_without_a_server(settings):
    assert mail.is_on()

    settings.MAILERS = mailers("")

    assert not mail.is_on()


def test_sends_one_message_that_mailboxes_can_know_again():
    mail.send(["ida@acme.example"], "Two keys end", "Soon.", message_id="1@acme")

    (sent,) = outbox.outbox
    assert (sent.to, sent.body) == (["ida@acme.example"], "Soon.")
    assert sent.message()["Message-ID"] == "<1@acme>"
