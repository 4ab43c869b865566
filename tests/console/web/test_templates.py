"""Rules that all templates follow."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode

PLACE = settings.BASE_DIR / "console" / "templates"
FRAMES = ("base.html", "base_signed_out.html")  # of a page whose view chooses between them
NAMES = sorted(str(path.relative_to(PLACE)) for path in PLACE.rglob("*.html"))


def nodes(name, kind):
    parsed = get_template(name).template  # type: ignore[attr-defined]
    return parsed.nodelist.get_nodes_by_type(kind)


def frames(name):
    """What a template may extend; nothing for one that stands alone."""
    for node in nodes(name, ExtendsNode):
        parent = node.parent_name.var
        return (parent,) if isinstance(parent, str) else FRAMES
    return ()


def blocks(name):
    """The blocks that a template and those above it have."""
    above = [block for frame in frames(name) for block in blocks(frame)]
    return {node.name for node in nodes(name, BlockNode)}.union(above)


@pytest.mark.parametrize("name", [name for name in NAMES if frames(name)])
def test_templates_fill_existing_blocks_only(name):
    (page,) = nodes(name, ExtendsNode)
    filled = {node.name for node in page.nodelist if isinstance(node, BlockNode)}

    assert filled <= {block for frame in frames(name) for block in blocks(frame)}


TAG = r"(?:[^>{]|{%.*?%}|{{.*?}})*"
ROUTE = r'(?:url|optional_path) "(\w+:\w+)"'


def is_step(name):
    return name == "step.html" or any(map(is_step, frames(name)))


def step_of(link, paths):
    """The template of the step that a link opens, by the route or object path in it."""
    variable = re.search(r'href="{{ (\w+) }}', link)
    route = re.search(f'href="{{% {ROUTE}', link) or (variable and paths.get(variable[1]))
    of_object = re.search(r'href="{% object_path target "(\w+)"', link)
    names = [f"{route[1].replace(':', '/')}.html"] if route else []
    if of_object:
        names = [f"{app}/{of_object[1]}.html" for app in ("editing", "clients", "services")]
    return next((name for name in names if name in NAMES and is_step(name)), None)


@pytest.mark.parametrize("name", NAMES)
def test_links_to_steps_open_them_in_the_dialog(name):
    text = (PLACE / name).read_text()
    paths = {m[2]: m for m in re.finditer(f"{{% {ROUTE}[^%]*? as (\\w+) %}}", text)}
    links = re.findall(f"<a\\b{TAG}>", text, re.DOTALL)

    assert not [link for link in links if step_of(link, paths) and "data-step" not in link]
