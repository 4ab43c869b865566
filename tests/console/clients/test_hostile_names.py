"""Names that attack spreadsheets or the database."""

import csv
import io
import json
import re

import pytest

from console.models import Rotation
from tests.support.clients import CLIENT

LISTED = CLIENT.replace("44/", "")
FORMULAS = [
    '=HYPERLINK("https://evil.example","x")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1＋1",
    "＋1",
    "'=1",
]
STARTS = tuple(formula[0] for formula in FORMULAS)


@pytest.mark.parametrize("list_", [LISTED, "/acme/clients/"])
@pytest.mark.parametrize("name", FORMULAS)
def test_csv_cells_are_no_formulas(admin, ledger, list_, name):
    ledger |= {
        "clientName": name,
        "clientIdAlias": name,
        "tokenAuthMethod": name,
        "grantTypes": [name, 'a"b', "c,d"],
        "redirectUris": [f"https://{name}/", "+odd:x"],
    }
    admin.get("/acme/clients/")  # so that the index has seen it

    text = admin.get(f"{list_}?download=csv").getvalue().decode()
    lines = admin.get(f"{list_}?download=jsonl").getvalue().decode()

    head, row = csv.reader(io.StringIO(text, newline=""))
    assert all(cell.startswith("'") for cell in row if cell.startswith(STARTS))
    row_by_column = dict(zip(head, row, strict=True))
    plain = re.sub(r"(\A|[;\t\r\n])'", r"\1", row_by_column["name"])
    assert plain.strip() == name.strip()
    assert json.loads(lines)["name"].strip() == name.strip()


def test_unstorable_characters_are_removed_from_names(admin, submit_form, ledger):
    ledger["clientName"] = "nul\0 \ud83d half"

    submit_form(admin, "stage")

    assert Rotation.objects.get().label == "nul\ufffd \ufffd half"
