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
def test_one_page_speaks_the_language_of_each_reader(source):
    page = engines["django"].from_string(source)

    for _ in range(2):
        for language, said in (("en", "Save"), ("ja", "保存"), ("pt-br", "Salvar")):
            with override(language):
                assert page.render({"name": "Save"}) == said


def test_a_text_that_comes_from_outside_is_escaped_each_time():
    page = engines["django"].from_string("{% translate name %}")

    for name, said in (("<b>", "&lt;b&gt;"), ("<i>", "&lt;i&gt;")):
        assert page.render({"name": name}) == said
