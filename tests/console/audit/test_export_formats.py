"""``audit_export`` and ``audit_verify --file``."""

import csv
import json
import re

import pytest
from django.core.management import CommandError, call_command

from tenants.audit.models import AuditRecord

EVIL = '=HYPERLINK("x")\n,"y"'
FORMULA = re.compile(r"^[=+\-@\t\r]")


@pytest.fixture
def entries(acme, add_entry, make_actor):
    for number in range(6):
        effect = "destroy" if number % 3 == 0 else "change"
        add_entry(effect=effect, reason=f"because {number}", ticket=f"T-{number}")
    add_entry(actor=make_actor("=cmd|' /C calc'!A0"), label=EVIL, effect="reveal")
    return 7


def export(tmp_path, **options):
    out = tmp_path / "out"
    call_command("audit_export", out=out, **options)
    return out


def test_full_export_is_verifiable_offline(entries, tmp_path, capsys):
    out = export(tmp_path)
    *rows, end = map(json.loads, out.read_text().splitlines())

    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert end["rows"] == len(rows) == AuditRecord.objects.count()
    assert out.stat().st_mode & 0o777 == 0o600
    call_command("audit_verify", file=out)
    assert f"Verified: {len(rows)} rows." in capsys.readouterr().out


TAMPERED = {
    "an edit": (
        lambda t: t.replace("because 1", "because 9"),
        "first bad row 3: the row was changed",
    ),
    "a row gone": (lambda t: "".join(cut(t, 2)), "first bad row 3: the file has 15 rows"),
    "the end gone": (lambda t: "".join(cut(t, -1)), "the last line is missing"),
    "the last row gone": (lambda t: "".join(cut(t, -2)), "were exported"),
    "another end": (lambda t: t.replace('"rows":', '"rows":1'), "were exported"),
    "no JSON": (lambda t: "x" + t, "line 1 is unreadable"),
    "something after": (lambda t: t + "{}\n", "content after the last line"),
}


def cut(text, at):
    lines = text.splitlines(True)
    del lines[at]
    return lines


@pytest.mark.parametrize("case", TAMPERED)
def test_any_change_of_the_file_is_found(entries, tmp_path, case):
    edit, message = TAMPERED[case]
    out = export(tmp_path)
    out.write_text(edit(out.read_text()))

    with pytest.raises(CommandError, match=message):
        call_command("audit_verify", file=out)


def test_search_is_exported_in_both_formats(entries, acme, tmp_path, capsys):
    options = {"query": "effect:destroy", "format": "jsonl,csv", "organization": "acme"}
    export(tmp_path, **options)

    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(lines) == 2 * 2 + 1
    assert [row["ticket"] for row in rows] == ["T-3", "T-0"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", rows[0]["time"])
    call_command("audit_verify", file=tmp_path / "out.jsonl")
    assert "out.csv: 2 entries" in capsys.readouterr().out


def test_csv_cells_are_no_formulas_and_round_trip(entries, tmp_path):
    out = export(tmp_path, format="csv")

    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert not [cell for row in rows for cell in row.values() if FORMULA.match(cell)]
    (row,) = (row for row in rows if row["effect"] == "reveal")
    assert row["actor"].removeprefix("'") == "=cmd|' /C calc'!A0"
    assert row["label"].removeprefix("'") == EVIL


def test_invalid_search_writes_no_file(entries, tmp_path):
    for options in ({"query": "nosuch:1"}, {"format": "xml"}, {"organization": "x"}):
        with pytest.raises(CommandError):
            export(tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_unwritable_path_leaves_no_file(entries, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        export(tmp_path / "away")
