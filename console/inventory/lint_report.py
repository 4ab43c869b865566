"""Reports of `manage.py lint`: text, JSON, and SARIF 2.1.0 for code scanning tools."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.documents.rules import Rule, Severity

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SARIF_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A rule that a document violates."""

    location: str  # file, or region, service and client
    name: str  # of the object
    rule: Rule
    message: str
    field: str = ""  # API name of the setting to fix first


def format_text(findings: Sequence[LintFinding]) -> str:
    """Return one line per finding, as compilers do."""
    return "\n".join(
        f"{item.location}: {item.rule.severity}: {item.message} "
        f"[{item.rule.id}; {item.rule.clause}]"
        for item in findings
    )


def format_json(findings: Sequence[LintFinding]) -> str:
    """Return a list of objects."""
    return json.dumps([_to_dict(item) for item in findings], indent=2, ensure_ascii=False)


def format_sarif(findings: Sequence[LintFinding]) -> str:
    """Return a SARIF log with one run."""
    rules = list({item.rule.id: item.rule for item in findings}.values())
    indexes = {rule.id: index for index, rule in enumerate(rules)}
    driver = {"name": "Meridian", "rules": [_sarif_rule(rule) for rule in rules]}
    results = [
        {
            "ruleId": item.rule.id,
            "ruleIndex": indexes[item.rule.id],
            "level": SARIF_LEVELS[item.rule.severity],
            "message": {"text": item.message},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": item.location}},
                    "logicalLocations": [{"name": item.field or item.name}],
                }
            ],
        }
        for item in findings
    ]
    log = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _to_dict(item: LintFinding) -> dict[str, Any]:
    return {
        "location": item.location,
        "name": item.name,
        "rule": item.rule.id,
        "severity": item.rule.severity,
        "clause": item.rule.clause,
        "field": item.field,
        "message": item.message,
    }


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.clause},
        "defaultConfiguration": {"level": SARIF_LEVELS[rule.severity]},
    }


FORMATS: Mapping[str, Callable[[Sequence[LintFinding]], str]] = {
    "text": format_text,
    "json": format_json,
    "sarif": format_sarif,
}
