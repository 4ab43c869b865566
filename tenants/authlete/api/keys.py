"""Calls about hardware security keys."""

from tenants.authlete.operation import Effect, Operation

LIST = Operation(
    "key.list",
    "GET",
    "/api/{service_id}/hsk/get/list",
    dict,
    spec="hsk_get_list_api",
    succeeds=("SUCCESS",),
)
GET = Operation(
    "key.get",
    "GET",
    "/api/{service_id}/hsk/get/{handle}",
    dict,
    spec="hsk_get_api",
    succeeds=("SUCCESS",),
)
CREATE = Operation(
    "key.create",
    "POST",
    "/api/{service_id}/hsk/create",
    dict,
    Effect.CHANGE,
    spec="hsk_create_api",
    succeeds=("SUCCESS",),
)
# Spec 3.0.16 says 204 and describes a body; either is taken.
DELETE = Operation(
    "key.delete",
    "DELETE",
    "/api/{service_id}/hsk/delete/{handle}",
    dict,
    Effect.DESTROY,
    spec="hsk_delete_api",
    succeeds=("SUCCESS",),
)
