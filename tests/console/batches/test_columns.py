from pytest_django.asserts import assertContains


def test_columns_are_documented_with_a_template(admin, token_service, upload, run_worker):
    page = admin.get("/acme/batches/columns/")
    table = admin.get("/acme/batches/columns/?download").content.decode()

    assertContains(page, "dpopKeyThumbprint")
    row = "AUTHORIZATION_CODE,5,ann,openid,60,,chosen,"
    assert run_worker(upload(table.strip(), row, name="tokens.csv")).state == "checked"
