from pytest_django.asserts import assertContains, assertNotContains

from console.models import Stream


def test_lists_streams_without_their_tokens(admin, token):
    page = admin.get("/acme/streams/")

    assertContains(page, "Splunk")
    assertContains(page, "http://testserver/acme/audit/stream")
    assertNotContains(page, token)
    assertNotContains(page, Stream.objects.get().digest)


def test_says_when_there_is_none(admin):
    assertContains(admin.get("/acme/streams/"), "No machine reads this record")
