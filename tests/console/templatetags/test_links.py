import pytest
from django.template import engines
from django.urls import NoReverseMatch, set_script_prefix


@pytest.fixture
def page():
    source = '{% url "services:show" organization region id %}'
    return engines["django"].from_string(source)


def test_paths_link_their_own_object(page):
    for organization, number in (("acme", 17), ("acme", 18), ("harbor", 17)):
        context = {"organization": organization, "region": "us", "id": number}
        assert page.render(context) == f"/{organization}/services/us/{number}/"


def test_paths_follow_the_script_prefix(page):
    context = {"organization": "acme", "region": "us", "id": 17}
    assert page.render(context).startswith("/acme/")

    set_script_prefix("/console/")
    try:
        assert page.render(context).startswith("/console/acme/")
    finally:
        set_script_prefix("/")


def test_unknown_path_is_an_error(page):
    with pytest.raises(NoReverseMatch):
        page.render({"organization": "acme", "region": "us", "id": "no number"})
