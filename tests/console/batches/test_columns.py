from pytest_django.asserts import assertContains


def test_names_every_column_and_hands_out_a_table(admin, shop, upload, work):
    page = admin.get("/acme/batches/columns/")
    table = admin.get("/acme/batches/columns/?download").content.decode()

    assertContains(page, "dpopKeyThumbprint")
    row = "AUTHORIZATION_CODE,5,ann,openid,60,,chosen,"
    assert work(upload(table.strip(), row, name="tokens.csv")).state == "checked"
