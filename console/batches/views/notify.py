"""The endpoint that Authlete calls when a batch is finished."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.batches.notifications import handle_notification
from console.web.access import public_page


@public_page
def notify(request: HttpRequest, home: str, region: str, service_id: int, key: str) -> HttpResponse:
    """Poll the service's batches soon; anyone may call, and nobody learns the result."""
    if request.method == "POST":
        handle_notification(home, region, service_id, key)
        return HttpResponse(status=204)
    return render(request, "batches/notify.html")
