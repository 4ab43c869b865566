from pytest_django.asserts import assertContains, assertNotContains

from console.models import Stream


def test_lists_streams_without_their_tokens(admin, token):
    page = admin.get("/acme/streams/")

    assertContains(page, "Splunk")
    assertContains(page, "http://testserver/acme/audit/stream")
    assertNotContains(page, token)
    assertNotContains(page, Stream.objects.get().digest)


def test_empty_list_says_so(admin):
    assertContains(admin.get("/acme/streams/"), "No log streams yet")


def test_names_the_column_of_buttons_for_screen_readers(admin, token):
    assertContains(admin.get("/acme/streams/"), '<span class="visually-hidden">Revoke</span>')
