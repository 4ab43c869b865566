from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.page import answer
from console.tokens.one import One
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """One token: whose, what for, until when, and what can be done about it."""
    one = One.of(request, workspace, service_id, client_id, token)
    return answer(request, "tokens/show.html", one.context(one.read()))
