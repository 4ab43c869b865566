"""A ``translate`` tag that looks up each constant text once per language.

Looking them up on every page took a tenth of the time of a page. All other tags are
Django's own: both libraries are ``builtins`` in the settings, this one after Django's.
"""

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()


class CachedTranslationNode(Node):
    """A translated text that depends only on the language."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self._node = node
        self._translations: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language, name = get_language(), self._node.asvar
        text = self._translations.get(language)
        if text is None:
            text = self._node.render(context)
            text = self._translations[language] = context[name] if name else text
        if name:
            context[name] = text
            return ""
        return text


@register.tag
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """Parse ``{% translate %}``; cache it if its text has no variable, filter or context."""
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    expression = node.filter_expression
    is_constant = getattr(expression.var, "literal", None) is not None and not expression.filters
    return CachedTranslationNode(node) if is_constant and not node.message_context else node
