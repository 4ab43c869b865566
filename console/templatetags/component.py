"""Blocks that fill a partial of ``components/``.

```html+django
{% component "notice" kind="warn" title=title %}
  Its services are shown as they were.
  {% fill actions %}<a class="button small" href="...">Ask again</a>{% endfill %}
{% endcomponent %}
```

The partial gets the arguments, ``body``, each ``fill`` by its name, the request and
the CSRF token, and nothing else of the page around it. Whitespace around the body and
around each fill is removed.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()

INHERITED_CONTEXT = ("request", "csrf_token")  # of the page, besides the arguments


class FillNode(Node):
    """A named slot of a component."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        text = self.nodelist.render(context)
        context.render_context[FILLS_KEY][self.name] = SafeString(text.strip())
        return SafeString("")


class ComponentNode(Node):
    """A partial with its arguments, body and fills."""

    def __init__(
        self, name: FilterExpression, arguments: dict[str, FilterExpression], nodelist: NodeList
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        engine = context.template.engine  # type: ignore[union-attr]
        partial = engine.get_template(f"components/{self.name.resolve(context)}.html")
        values: dict[str, Any] = {
            name: value.resolve(context) for name, value in self.arguments.items()
        }
        for name in INHERITED_CONTEXT:
            values.setdefault(name, context.get(name))
        outer = context.render_context.get(FILLS_KEY)
        fills: dict[str, SafeString] = {}
        context.render_context[FILLS_KEY] = fills
        body = self.nodelist.render(context)
        context.render_context[FILLS_KEY] = outer
        values |= fills
        values["body"] = SafeString(body.strip())
        return partial.render(context.new(values))


FILLS_KEY = "component fills"


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """Parse ``{% component NAME ... %}`` up to ``{% endcomponent %}``."""
    _, name, *bits = token.split_contents()
    arguments = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"component takes no {bits[0]!r}")
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(parser.compile_filter(name), arguments, nodelist)


@register.tag
def fill(parser: Parser, token: Token) -> FillNode:
    """Parse ``{% fill NAME %}`` up to ``{% endfill %}``."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endfill",))
    parser.delete_first_token()
    return FillNode(name, nodelist)
