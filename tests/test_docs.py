"""Links and names in the documentation resolve."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"""\]\(([^)#\s]+)|\bsrc(?:set)?="([^"]+)""")
TRACKED = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
)
DOCUMENTS = TRACKED.stdout.split()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_resolve(name):
    document = ROOT / name
    found = ["".join(groups) for groups in LINK.findall(document.read_text())]
    links = [link for link in found if ":" not in link[:12]]

    for link in links:
        assert (document.parent / link).exists(), link


def test_documents_named_in_code_exist():
    source = ["*.py", "*.html", "*.css", "*.js", "Makefile", "Dockerfile", "*.yaml", ".ci/*"]
    result = subprocess.run(
        ["git", "grep", "-hoE", r"docs/[a-z/-]+\.md", "--", *source],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert [name for name in sorted(set(result.stdout.split())) if not (ROOT / name).exists()] == []


def test_decisions_are_linked():
    pages = [ROOT / name for name in DOCUMENTS]
    decisions = {page.name for page in pages if page.parent.name == "decisions"}
    others = [page for page in pages if page.parent.name != "decisions"]
    linked = {
        Path(link).name
        for page in others
        for link in re.findall(r"\]\(([^)#\s]*decisions/[^)#\s]+)", page.read_text())
    }

    assert decisions - linked == set()


def test_readme_commands_exist():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    named = {
        name
        for document in ("README.md", "CONTRIBUTING.md", "docs/reference/commands.md")
        for name in re.findall(r"`make ([a-z-]+)", (ROOT / document).read_text())
    }

    assert named <= set(targets)
