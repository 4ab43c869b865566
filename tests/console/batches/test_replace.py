from console.models import Batch
from tests.support.batches import line


def test_corrected_file_replaces_one_with_issues(upload, run_worker):
    batch = run_worker(upload(line(1, scopes=["loans"])))

    again = run_worker(upload(line(1), line(2), to=f"/acme/batches/{batch.pk}/replace/"))

    assert again == batch
    assert (again.state, again.tokens, again.faults) == ("checked", 2, [])
    assert again.fingerprint != batch.fingerprint


def test_submitted_batch_redirects_back(submitted, admin):
    batch = submitted(1)

    response = admin.get(f"/acme/batches/{batch.pk}/replace/")

    assert response["Location"] == f"/acme/batches/{batch.pk}/"
    assert batch.state == Batch.State.SUBMITTING
