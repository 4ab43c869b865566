from console.models import Batch
from tests.support.batches import line


def test_a_corrected_file_takes_the_place_of_a_faulty_one(upload, work):
    batch = work(upload(line(1, scopes=["loans"])))

    again = work(upload(line(1), line(2), to=f"/acme/batches/{batch.pk}/replace/"))

    assert again == batch
    assert (again.state, again.tokens, again.faults) == ("checked", 2, [])
    assert again.fingerprint != batch.fingerprint


def test_leads_back_when_the_batch_has_moved_on(submitted, admin):
    batch = submitted(1)

    response = admin.get(f"/acme/batches/{batch.pk}/replace/")

    assert response["Location"] == f"/acme/batches/{batch.pk}/"
    assert batch.state == Batch.State.SUBMITTING
