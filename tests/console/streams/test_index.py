from pytest_django.asserts import assertContains, assertNotContains

from console.models import Stream


def test_lists_streams_without_their_tokens(admin, token):
    page = admin.get("/acme/streams/")

    assertContains(page, "Splunk")
    assertContains(page, "http://testserver/acme/audit/stream")
    assertNotContains(page, token)
    assertNotContains(page, Stream.objects.get().digest)


def test_says_when_there_is_none(admin):
    assertContains(admin.get("/acme/streams/"), "No log streams yet")


def test_tells_a_large_row_in_groups_and_how_to_revoke_for_screen_readers_alone(admin, token):
    Stream.objects.update(position=1_234_567)
    page = admin.get("/acme/streams/")

    assertContains(page, '<td class="num" data-label="Last row">1,234,567</td>')
    assertContains(page, '<span class="sr">Revoke</span>')
