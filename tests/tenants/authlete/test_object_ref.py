import pytest

from tenants.authlete.object_ref import ObjectRef

SERVICE = ObjectRef("us", 17)
CLIENT = ObjectRef("us", 17, 1001)


@pytest.mark.parametrize(("ref", "key"), [(SERVICE, "us/17"), (CLIENT, "us/17/1001")])
def test_key_names_the_region_and_ids(ref, key):
    assert ref.key == key


def test_path_params_and_audit_columns_name_a_service_or_a_client():
    assert SERVICE.path_params == {"service_id": 17}
    assert CLIENT.path_params == {"service_id": 17, "client_id": 1001}
    assert SERVICE.audit_columns == {"region": "us", "service": "17", "client": ""}
    assert CLIENT.audit_columns == {"region": "us", "service": "17", "client": "1001"}
