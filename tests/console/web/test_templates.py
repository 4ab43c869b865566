"""What a machine can say about the templates together."""

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
def test_fills_only_blocks_that_its_frame_has(name):
    (page,) = nodes(name, ExtendsNode)
    filled = {node.name for node in page.nodelist if isinstance(node, BlockNode)}

    assert filled <= {block for frame in frames(name) for block in blocks(frame)}
