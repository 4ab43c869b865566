from console.models import Stream
from tenants.audit.models import AuditEntry


def test_revoked_token_stops_working_at_once(admin, token, client):
    stream, headers = Stream.objects.get(), {"Authorization": f"Bearer {token}"}
    assert client.get("/acme/audit/stream", headers=headers).status_code == 200

    admin.post(f"/acme/streams/{stream.pk}/remove/")

    assert client.get("/acme/audit/stream", headers=headers).status_code == 401
    entry = AuditEntry.objects.get(operation="stream.remove")
    assert (entry.outcome, entry.object[:14]) == ("done", "1 reads before")
