"""What a user has allowed a client: the tokens it holds, the scopes it was granted."""

from tenants.sandbox import clients, token_changes
from tenants.sandbox.clients import KIND
from tenants.sandbox.context import Context
from tenants.sandbox.errors import Refusal, no_subject
from tenants.sandbox.paging import span
from tenants.sandbox.shapes import members_of
from tenants.sandbox.state import Granted, Issued
from tenants.sandbox.wire import Answer, Members, Request, answer

ASKED = {"subject": "text", "developer": "text", "start": "int32", "end": "int32"}


def get_list(context: Context) -> Answer:
    """The clients of which a user has tokens, be they expired."""
    service = context.service("view_service")
    query = _query(context, "A136205")
    subject = query.get("subject") or ""
    if not subject:
        raise no_subject("A136206")
    start, end = span(Request("", "", query), "A136")
    developer = query.get("developer") or ""
    mine = context.region.clients[service["apiKey"]]
    held = context.region.tokens[service["apiKey"]]
    numbers = dict.fromkeys(one.client_id for one in held if one.subject == subject)
    found = [mine[one] for one in sorted(numbers) if one in mine]
    if developer:
        found = [one for one in found if one.get("developer") == developer]
    page: Members = {
        "start": start,
        "end": end,
        "totalCount": len(found),
        "subject": subject,
    }
    if developer:
        page["developer"] = developer
    if end > start:
        page["clients"] = [KIND.shown(one, full=False) for one in found[start:end]]
    return answer(page)


def update(context: Context) -> Answer:
    """Set the scopes of all access tokens that a user has at a client."""
    service = context.service("use_service")
    client = clients.by_id(context, service)
    asked = members_of(context.request, {"subject": "text", "scopes": "[text]"})
    if not (subject := asked.get("subject")):
        raise no_subject("A138201")
    found = _held(context, service, client, subject)
    if "scopes" in asked:
        scopes = token_changes.allowed(service, client, asked["scopes"])
        for token in found:
            token.scopes = tuple(scopes)
    return _done("A138001", f"{len(found)} access token(s) were updated.")


def delete(context: Context) -> Answer:
    """The tokens go; the scopes that were granted are remembered."""
    service = context.service("use_service")
    client, subject = _pair(context, service, "A137")
    found = _held(context, service, client, subject)
    token_changes.drop(context, service, found)
    return _done("A137001", f"{len(found)} access token(s) were deleted.")


def get_scopes(context: Context) -> Answer:
    """The scopes that are remembered; without any the members are not there."""
    service = context.service("view_service")
    client, subject = _pair(context, service, "A139")
    about = {
        "serviceApiKey": service["apiKey"],
        "clientId": client["clientId"],
        "subject": subject,
        "modifiedAt": 0,
    }
    found = _remembered(context, service).get((client["clientId"], subject))
    if found is None:
        return _done("A139001", "No granted scopes are recorded.", about)
    about |= {
        "latestGrantedScopes": found.latest,
        "mergedGrantedScopes": found.merged,
        "modifiedAt": found.modified_at,
    }
    return _done("A139002", "Granted scopes were found.", about)


def delete_scopes(context: Context) -> Answer:
    """The scopes are forgotten; no token is touched."""
    service = context.service("use_service")
    client, subject = _pair(context, service, "A140")
    known = _remembered(context, service)
    if known.pop((client["clientId"], subject), None) is None:
        return _done("A140001", "There was nothing to delete.")
    return _done("A140002", "The granted scopes were deleted.")


def _remembered(context: Context, service: Members) -> dict[tuple[int, str], Granted]:
    """What the region remembers; maybe only dedicated ones do (api.md, section 7)."""
    if context.region.name in context.state.forgetful:
        return {}
    return context.region.granted[service["apiKey"]]


def _held(
    context: Context, service: Members, client: Members, subject: str
) -> list[Issued]:
    return [
        one
        for one in context.region.tokens[service["apiKey"]]
        if one.client_id == client["clientId"] and one.subject == subject
    ]


def _pair(context: Context, service: Members, family: str) -> tuple[Members, str]:
    """The client and the user that a request is about."""
    client = clients.by_id(context, service)
    subject = _query(context, f"{family}201").get("subject")
    if not subject:
        raise no_subject(f"{family}202")
    return client, subject


def _query(context: Context, bad: str) -> dict[str, str]:
    """What is asked for, as texts, wherever it stands: path, query, or body."""
    request = context.request
    found = {n: v for n, v in context.places.items() if n == "subject"}
    if request.method != "POST":
        return {**request.query, **found}
    try:
        body = members_of(request, ASKED)
    except Refusal as refusal:
        if refusal.code == "A126202":
            raise Refusal(400, bad, refusal.message) from None
        raise
    return {name: str(value) for name, value in body.items()}


def _done(code: str, message: str, about: Members | None = None) -> Answer:
    said = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return answer(said | (about or {}))
