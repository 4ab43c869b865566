import pytest
from django.template import engines
from django.utils.translation import override


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "Save" %}',
        '{% trans "Save" %}',
        '{% translate "Save" as word %}{{ word }}',
        "{% translate name %}",
    ],
)
def test_template_uses_each_readers_language(source):
    page = engines["django"].from_string(source)

    for _ in range(2):
        for language, text in (("en", "Save"), ("ja", "保存"), ("pt-br", "Salvar")):
            with override(language):
                assert page.render({"name": "Save"}) == text


def test_translated_foreign_text_is_escaped():
    page = engines["django"].from_string("{% translate name %}")

    for name, text in (("<b>", "&lt;b&gt;"), ("<i>", "&lt;i&gt;")):
        assert page.render({"name": name}) == text
