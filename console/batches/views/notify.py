from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.batches.hints import handle_notification
from console.web.access import public_page


@public_page
def notify(request: HttpRequest, home: str, region: str, service_id: int, key: str) -> HttpResponse:
    """Where Authlete says that a batch is done. Whoever looks is told what it is for,
    and nobody whether the address is right."""
    if request.method == "POST":
        handle_notification(home, region, service_id, key)
        return HttpResponse(status=204)
    return render(request, "batches/notify.html")
