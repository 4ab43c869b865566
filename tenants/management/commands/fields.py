"""``manage.py fields``: every declared setting, by document and section."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.client import SECTIONS as CLIENT
from tenants.authlete.documents.client.extension import ClientExtension
from tenants.authlete.documents.issuer_metadata import CredentialIssuer
from tenants.authlete.documents.service import SECTIONS as SERVICE

# By the names of Authlete's specification, objects inside of others included.
DOCUMENTS: dict[str, dict[str, type[Section]]] = {
    "service": SERVICE,
    "credential_issuer_metadata": {"issuer-metadata": CredentialIssuer},
    "client": CLIENT,
    "client_extension": {"extension": ClientExtension},
}


class Command(BaseCommand):
    help = "List every declared setting by document and section."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--document", choices=DOCUMENTS)
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [options["document"]] if options["document"] else list(DOCUMENTS)
        if options["format"] == "json":
            found = [
                _section(name, slug) for name in chosen for slug in DOCUMENTS[name]
            ]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            for name in chosen:
                self.stdout.write("\n".join(_lines(name)))


def _section(document: str, slug: str) -> dict[str, Any]:
    section = DOCUMENTS[document][slug]
    return {
        "document": document,
        "section": slug,
        "title": section.title,
        "intro": " ".join((section.__doc__ or "").split()),
        "fields": [_field(one) for one in section.settings()],
    }


def _field(one: Setting) -> dict[str, Any]:
    return {
        "name": one.member,
        "label": one.label,
        "kind": one.show.kind,
        "unit": one.show.unit,
        "default": _default(one),
        "secret": one.show.secret,
        "read_only": one.read_only,
        "ignored": one.ignored,
        "choices": dict(one.show.choices),
        "help": one.help,
    }


def _default(one: Setting) -> str:
    """In words, what holds while nobody has set it."""
    if one.zero:
        return f"0: {one.zero}"
    if one.absent:
        return f"absent: {one.absent}"
    return json.dumps(one.initial) if one.initial is not None else ""


def _lines(document: str) -> Iterator[str]:
    for slug, section in DOCUMENTS[document].items():
        settings = section.settings()
        yield f"{document} / {slug}: {section.title} ({len(settings)})"
        for one in settings:
            yield f"  {one.member}: {one.label} [{', '.join(_marks(one))}]"
            yield f"      {one.help}"
        yield ""


def _marks(one: Setting) -> Iterator[str]:
    yield f"{one.show.kind} in {one.show.unit}" if one.show.unit else one.show.kind
    if default := _default(one):
        yield default
    if one.read_only:
        yield "read only"
    if one.ignored:
        yield "ignored by updates"
