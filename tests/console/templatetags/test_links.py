import pytest
from django.template import engines
from django.urls import NoReverseMatch, set_script_prefix


@pytest.fixture
def page():
    source = '{% url "services:show" organization region id %}'
    return engines["django"].from_string(source)


def test_a_path_leads_to_its_own_object_each_time(page):
    for organization, number in (("acme", 17), ("acme", 18), ("harbor", 17)):
        context = {"organization": organization, "region": "us", "id": number}
        assert page.render(context) == f"/{organization}/services/us/{number}/"


def test_a_path_follows_where_the_console_is_mounted(page):
    context = {"organization": "acme", "region": "us", "id": 17}
    assert page.render(context).startswith("/acme/")

    set_script_prefix("/console/")
    try:
        assert page.render(context).startswith("/console/acme/")
    finally:
        set_script_prefix("/")


def test_a_path_that_there_is_not_is_a_mistake(page):
    with pytest.raises(NoReverseMatch):
        page.render({"organization": "acme", "region": "us", "id": "no number"})
