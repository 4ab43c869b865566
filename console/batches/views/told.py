from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.access import anybodys_page
from console.batches.hints import heed


@anybodys_page
def told(
    request: HttpRequest, home: str, region: str, service_id: int, key: str
) -> HttpResponse:
    """Where Authlete says that a batch is done. Whoever looks is told what it is for,
    and nobody whether the address is right."""
    if request.method == "POST":
        heed(home, region, service_id, key)
        return HttpResponse(status=204)
    return render(request, "batches/told.html")
