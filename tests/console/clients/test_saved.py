from pytest_django.asserts import assertContains


def test_tells_what_was_sent_from_the_record(editor, enter, save):
    enter(editor, client_name="Ledger")

    response = editor.get(save(editor, ticket="CHG-8").url)

    assertContains(response, "Ledger sync")
    assertContains(response, "CHG-8")
    assertContains(response, "Every change stands exactly as sent")


def test_is_not_there_for_another_client(editor, enter, save, sandbox, ledger):
    enter(editor, client_name="Ledger")
    path = save(editor).url

    assert editor.get(path.replace("/44/", "/45/")).status_code == 404
    service = path.replace("clients/44/", "")
    assert editor.get(service).status_code == 404
