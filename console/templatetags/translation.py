"""Django's own tags for translation, with one of them faster.

A text that stands in a template is looked up once for each language, not on every
page: a page has a hundred of them, and they were a tenth of its time. Templates go on
to say ``{% load i18n %}``; Django lets an app's library stand in for its own.
"""

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.filters |= i18n.register.filters
register.tags |= i18n.register.tags


class CachedTranslationNode(Node):
    """A text to translate that depends on nothing but the language."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self._node = node
        self._translations: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language, name = get_language(), self._node.asvar
        said = self._translations.get(language)
        if said is None:
            said = self._node.render(context)
            said = self._translations[language] = context[name] if name else said
        if name:
            context[name] = said
            return ""
        return said


@register.tag
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    told = node.filter_expression
    fixed = getattr(told.var, "literal", None) is not None and not told.filters
    return CachedTranslationNode(node) if fixed and not node.message_context else node
