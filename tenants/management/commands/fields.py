"""``manage.py fields``: every declared setting, by document and section."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.client import SECTIONS as CLIENT
from tenants.authlete.documents.client.extension import ClientExtensionSettings
from tenants.authlete.documents.issuer_metadata import CredentialIssuerSettings
from tenants.authlete.documents.service import SECTIONS as SERVICE

# By the names of Authlete's specification, objects inside of others included.
DOCUMENTS: dict[str, dict[str, type[Section]]] = {
    "service": SERVICE,
    "credential_issuer_metadata": {"issuer-metadata": CredentialIssuerSettings},
    "client": CLIENT,
    "client_extension": {"extension": ClientExtensionSettings},
}


class Command(BaseCommand):
    help = "List every declared setting by document and section."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--document", choices=DOCUMENTS)
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [options["document"]] if options["document"] else list(DOCUMENTS)
        if options["format"] == "json":
            found = [_section_data(name, slug) for name in chosen for slug in DOCUMENTS[name]]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            for name in chosen:
                self.stdout.write("\n".join(_format_document(name)))


def _section_data(document: str, slug: str) -> dict[str, Any]:
    section = DOCUMENTS[document][slug]
    return {
        "document": document,
        "section": slug,
        "title": section.title,
        "intro": " ".join((section.__doc__ or "").split()),
        "fields": [_setting_data(one) for one in section.settings()],
    }


def _setting_data(one: Setting) -> dict[str, Any]:
    return {
        "name": one.api_name,
        "label": one.label,
        "kind": one.input_type.kind,
        "unit": one.input_type.unit,
        "default": _describe_default(one),
        "secret": one.input_type.secret,
        "read_only": one.read_only,
        "ignored": one.ignored,
        "choices": dict(one.input_type.choices),
        "help": one.help,
    }


def _describe_default(one: Setting) -> str:
    """In words, what holds while nobody has set it."""
    if one.zero:
        return f"0: {one.zero}"
    if one.absent:
        return f"absent: {one.absent}"
    return json.dumps(one.initial) if one.initial is not None else ""


def _format_document(document: str) -> Iterator[str]:
    for slug, section in DOCUMENTS[document].items():
        settings = section.settings()
        yield f"{document} / {slug}: {section.title} ({len(settings)})"
        for one in settings:
            yield f"  {one.api_name}: {one.label} [{', '.join(_describe_input(one))}]"
            yield f"      {one.help}"
        yield ""


def _describe_input(one: Setting) -> Iterator[str]:
    yield (
        f"{one.input_type.kind} in {one.input_type.unit}"
        if one.input_type.unit
        else one.input_type.kind
    )
    if default := _describe_default(one):
        yield default
    if one.read_only:
        yield "read only"
    if one.ignored:
        yield "ignored by updates"
