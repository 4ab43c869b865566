"""Conventions of the code that no linter checks."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from django.forms import Form, RegexField
from django.template.loader import select_template
from django.urls import URLPattern, get_resolver

from console.accounts import urls as account_urls

ROOT = Path(__file__).parents[1]
SHARED_PAGES = (
    "console.bulk.views",
    "console.documents.reveal",
    "console.editing.views",
    "console.history.notes",
    "console.history.views",
)  # of services and clients
CONVENTIONAL_CLASSES = {"Command"}  # Django asks for this name


def list_pages():
    """Return every named page of the console, as (area, name, view)."""

    def walk(resolver, area=""):
        for entry in resolver.url_patterns:
            if getattr(entry, "urlconf_module", None) is account_urls:
                continue  # pages of django-allauth, with names of its own
            if isinstance(entry, URLPattern):
                yield area, entry.name, entry.callback
            else:
                yield from walk(entry, entry.app_name or area)

    return list(walk(get_resolver()))


def test_imports_no_test_module_in_tests():
    imported = [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests.")
        if node.module.rpartition(".")[2].startswith(("test_", "conftest"))
    ]

    assert imported == []


def test_class_names_are_unique():
    modules = defaultdict(list)
    for package in ("console", "tenants"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    modules[node.name].append(str(path.relative_to(ROOT)))

    repeated = {name: paths for name, paths in modules.items() if len(paths) > 1}
    assert repeated.keys() - CONVENTIONAL_CLASSES - {"Migration"} == set(), repeated


@pytest.mark.parametrize(("area", "name", "view"), list_pages())
def test_view_and_template_are_named_after_the_url(area, name, view):
    folders = [area]
    if view.__module__.startswith(SHARED_PAGES):
        folders += ["bulk", "documents", "editing", "history"]
    else:
        assert f"{view.__module__}.".startswith(f"console.{area}.views.")
    assert view.__name__ == name
    select_template([f"{folder}/{name}.html" for folder in folders])


@pytest.mark.parametrize(("area", "name", "view"), list_pages())
def test_view_states_the_permission_it_needs(area, name, view):
    assert hasattr(view, "needs"), "use a decorator of console/web/access.py"


def test_form_patterns_end_at_the_end_of_the_text():
    r"""``$`` would let a line break follow; ``\Z`` does not."""
    list_pages()  # imports all forms

    def subclasses(kind):
        for subclass in kind.__subclasses__():
            yield subclass
            yield from subclasses(subclass)

    patterns = {
        field.regex.pattern
        for form in subclasses(Form)
        if form.__module__.startswith("console.")
        for field in form.base_fields.values()
        if isinstance(field, RegexField)
    }
    assert len(patterns) > 3
    assert [pattern for pattern in patterns if not pattern.endswith(r"\Z")] == []
