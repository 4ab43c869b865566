"""List every setting by document and section: ``manage.py fields``."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.client import SECTIONS as CLIENT
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.service import SECTIONS as SERVICE
from tenants.authlete.documents.service.credentials import CredentialIssuerSettings

# Names as in Authlete's specification, nested objects included.
DOCUMENTS: dict[str, dict[str, type[Section]]] = {
    "service": SERVICE,
    "credential_issuer_metadata": {"issuer-metadata": CredentialIssuerSettings},
    "client": CLIENT,
    "client_extension": {"extension": ClientExtensionSettings},
}


class Command(BaseCommand):
    """List settings by document and section."""

    help = "List all settings by document and section."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--document", choices=DOCUMENTS)
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        selected = [options["document"]] if options["document"] else list(DOCUMENTS)
        if options["format"] == "json":
            sections = [_section_data(name, slug) for name in selected for slug in DOCUMENTS[name]]
            self.stdout.write(json.dumps(sections, ensure_ascii=False, indent=2))
        else:
            for name in selected:
                self.stdout.write("\n".join(_format_document(name)))


def _section_data(document: str, slug: str) -> dict[str, Any]:
    section = DOCUMENTS[document][slug]
    return {
        "document": document,
        "section": slug,
        "title": section.title,
        "intro": " ".join((section.__doc__ or "").split()),
        "fields": [_setting_data(setting) for setting in section.settings()],
    }


def _setting_data(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.api_name,
        "label": setting.label,
        "kind": setting.input_type.kind,
        "unit": setting.input_type.unit,
        "default": _describe_default(setting),
        "secret": setting.input_type.is_secret,
        "read_only": setting.read_only,
        "ignored": setting.ignored_on_update,
        "choices": dict(setting.input_type.choices),
        "help": setting.help,
    }


def _describe_default(setting: Setting) -> str:
    """Describe what applies while the setting isn't changed."""
    if setting.zero_label:
        return f"0: {setting.zero_label}"
    if setting.unset_label:
        return f"unset: {setting.unset_label}"
    return json.dumps(setting.default) if setting.default is not None else ""


def _format_document(document: str) -> Iterator[str]:
    for slug, section in DOCUMENTS[document].items():
        settings = section.settings()
        yield f"{document} / {slug}: {section.title} ({len(settings)})"
        for setting in settings:
            yield f"  {setting.api_name}: {setting.label} [{', '.join(_describe_input(setting))}]"
            yield f"      {setting.help}"
        yield ""


def _describe_input(setting: Setting) -> Iterator[str]:
    unit = setting.input_type.unit
    yield setting.input_type.kind + (f" in {unit}" if unit else "")
    if default := _describe_default(setting):
        yield default
    if setting.read_only:
        yield "read-only"
    if setting.ignored_on_update:
        yield "ignored by updates"
