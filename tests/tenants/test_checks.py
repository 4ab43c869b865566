import pytest
from django.core.management import CommandError, call_command

from tenants.outbound import mail

# A check of Django's asks the database what it can do.
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["VAULT_KEYS", "AUDIT_KEYS", "FINGERPRINT_KEY"])
@pytest.mark.parametrize("text", ["", "v1:hunter2", "v1"])
def test_unreadable_key_stops_the_start(settings, name, text):
    setattr(settings, name, text)

    with pytest.raises(CommandError) as refusal:
        call_command("check")

    assert name in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_mail_without_a_server_stops_the_start(settings):
    settings.ALERT_MAIL = ["ops@acme.example"]
    settings.MAILERS = {"default": {"BACKEND": mail.DUMMY_BACKEND}}

    with pytest.raises(CommandError, match="EMAIL_URL is not"):
        call_command("check")


def test_unsafe_region_stops_the_start(settings):
    settings.INSECURE = False
    settings.AUTHLETE_REGIONS = {"us": "http://us.authlete.com"}

    with pytest.raises(CommandError, match="is not https"):
        call_command("check")


@pytest.mark.parametrize(
    ("name", "message"), [("VERSIONS_KEEP", "36501"), ("AUDIT_KEEP", {"reads": "999999999"})]
)
def test_excessive_retention_stops_the_start(settings, name, message):
    setattr(settings, name, message)

    with pytest.raises(CommandError, match=f"{name}.*more than 36500 days; use forever"):
        call_command("check")
