from pytest_django.asserts import assertContains


def test_columns_are_documented_with_a_template(admin, shop, upload, work):
    page = admin.get("/acme/batches/columns/")
    table = admin.get("/acme/batches/columns/?download").content.decode()

    assertContains(page, "dpopKeyThumbprint")
    row = "AUTHORIZATION_CODE,5,ann,openid,60,,chosen,"
    assert work(upload(table.strip(), row, name="tokens.csv")).state == "checked"
