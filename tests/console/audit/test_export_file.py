import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from console.audit.views import reports
from console.audit_log import export_formats
from console.lists import csv_cells
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import FieldChange

URL = "/acme/audit/export/file/"


RECORD = Path(__file__).parents[3] / "docs" / "reference" / "audit-log.md"


def test_every_column_is_documented():
    table = re.findall(r"^\| (`[a-z_`, ]+`) \|", RECORD.read_text(), re.M)
    named = {name for line in table for name in re.findall(r"[a-z_]+", line)}

    assert {*export_formats.EXPORT_COLUMNS} <= named


def text(response):
    return b"".join(response.streaming_content).decode()


def test_export_contains_exactly_the_results(auditor, add_entry, monkeypatch):
    monkeypatch.setattr(export_formats, "PAGE_SIZE", 2)  # several pages
    for number in range(5):
        add_entry("client.delete", "destroy", label=f"=HYPERLINK({number})")
    add_entry("client.update", label="Other")

    sheet = text(auditor.get(f"{URL}?effect=destroy")).splitlines()
    lines = list(csv.DictReader(sheet))
    exported = text(auditor.get(f"{URL}?effect=destroy&format=jsonl")).splitlines()

    labels = [f"=HYPERLINK({number})" for number in (4, 3, 2, 1, 0)]
    assert [line["label"] for line in lines] == [f"'{label}" for label in labels]
    assert [json.loads(item)["label"] for item in exported] == labels
    assert lines[0]["time"].endswith("Z")
    taken = AuditEntry.objects.filter(operation="audit.export")
    assert [(item.object, item.label) for item in taken] == [
        ("effect:destroy", "5 entries, jsonl"),
        ("effect:destroy", "5 entries, csv"),
    ]


@pytest.mark.parametrize(
    ("kind", "line"),
    [("csv", ",audit.export,"), ("jsonl", '"audit.export"'), ("print", ">audit.export<")],
)
def test_export_excludes_its_own_entry(auditor, add_entry, kind, line):
    add_entry("audit.export", "read", label="Before")

    answer = auditor.get(f"{URL}?operation=audit.export&format={kind}")

    assert answer.getvalue().decode().count(line) == 1
    assert AuditEntry.objects.get(label=f"1 entries, {kind}")


HOSTILE = ("=1+1", "＝1", "'x", 'a\r\n"b",', "é", "%s {0}", "\ttab", "a;=1", "")


def test_export_matches_the_stored_entries(auditor, add_entry, monkeypatch):
    monkeypatch.setattr(export_formats, "PAGE_SIZE", 3)  # several pages
    for label in HOSTILE:
        add_entry(label=label, reason=label, changes=[FieldChange(label, None, [label])])
    add_entry(end=None)

    url = f"{URL}?operation=service.update"
    exported = lines_of(auditor.get(f"{url}&format=jsonl"))
    sheet = list(csv.DictReader(io.StringIO(text(auditor.get(url)), newline="")))

    entries = AuditEntry.objects.filter(operation="service.update")
    assert [item["label"] for item in exported[1:]] == [*reversed(HOSTILE)]
    for entry, item, row in zip(entries, exported, sheet, strict=True):
        columns = vars(entry)
        assert item["time"].startswith(f"{entry.time:%FT%T}.")
        assert (item["changed"], item["surprises"]) == (entry.changes, entry.side_effects)
        for name in item.keys() & columns.keys() - {"changed", "surprises"}:
            assert item[name] == columns[name]
            assert row[name] == as_cell(columns[name])
        assert json.loads(row["changed"] or "[]") == entry.changes
        assert (row["time"], row["ended"]) == (item["time"], item["ended"] or "")


def lines_of(answer):
    return [json.loads(line) for line in text(answer).splitlines()]


def as_cell(value):
    return "" if value is None else csv_cells.escape_formula(value)


def test_rows_are_sent_in_chunks(auditor, add_entry):
    for _ in range(3):
        add_entry()

    assert len(list(auditor.get(URL).streaming_content)) == 1


@pytest.mark.parametrize("subject", ["customer-204188", "jürgen-204188", 'a"b-2-204188'])
def test_subjects_are_masked(auditor, add_entry, subject):
    add_entry(
        "token.update",
        subject=subject,
        reason=f"{subject} called",
        label=f"Token of {subject}",
        changes=[FieldChange("properties", None, [subject])],
        ticket="INC-1",
    )

    for kind in ("csv", "jsonl"):
        export = text(auditor.get(f"{URL}?ticket=INC-1&format={kind}"))
        assert "204188" not in export
        assert "••••4188" in export
    printed = auditor.get(f"{URL}?ticket=INC-1&format=print").content.decode()
    assert "204188" not in printed
    assert "••••4188" in printed


def test_print_view_says_where_it_was_cut(auditor, add_entry, monkeypatch):
    monkeypatch.setattr(reports, "MAX_PRINTED_ENTRIES", 2)
    for number in range(3):
        add_entry("client.delete", "destroy", label=f"App {number}")

    page = auditor.get(f"{URL}?effect=destroy&format=print").content.decode()

    assert "App 2" in page
    assert "App 1" in page
    assert "App 0" not in page
    assert "Showing the newest 2 entries" in page
    assert auditor.get(f"{URL}?effect=nonsense").status_code == 302


def test_partial_export_is_reported_as_unverifiable(auditor, add_entry, tmp_path):
    add_entry()
    file = tmp_path / "taken.jsonl"
    file.write_text(text(auditor.get(f"{URL}?effect=change&format=jsonl")))

    with pytest.raises(CommandError, match="can't be verified: page exports"):
        call_command("audit_verify", file=file)
