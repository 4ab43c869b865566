"""The form of all 183 settings of a service, against a Django form of as many fields."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms as django

from bench.environment import BenchEnvironment, fetch
from bench.report import Ratio, print_lines
from bench.timing import cpu_ms
from console.forms.settings_form import SettingsForm, form_for
from tenants.authlete import Redactor
from tenants.authlete.documents.base import Setting
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.json.reader import parse_json

INPUT_TAG = re.compile("<(input|select|textarea)")
MULTILINE_TYPES = "prose json jwks strings pems scopes pairs named_uris trust_anchors sns".split()


def measure(stage: BenchEnvironment) -> None:
    settings = [declared for kind in SECTIONS.values() for declared in kind.settings()]
    theirs, ours = make_django_form(settings), form_for(SECTIONS.values())
    print_lines("", f"The form of {len(settings)} settings, against Django's as_div")
    for which, title in (("_ordinary", "an ordinary service"), ("_large", "40 kB")):
        text = fetch(f"{stage.region('us')}/{which}").decode()
        service = Service.model_validate(Redactor(b"k" * 32).redact(parse_json(text)))
        initial = {setting.name: to_plain(service.get(setting.api_name)) for setting in settings}
        draw = partial(render_form, ours, service)
        as_div = partial(render_django_form, theirs, initial)
        ours_took, theirs_took = cpu_ms(draw, as_div, times=5)
        ours_has, theirs_has = (len(INPUT_TAG.findall(draw_one())) for draw_one in (draw, as_div))
        print_lines(
            Ratio(
                f"{title}, created and rendered: CPU",
                ours_took,
                theirs_took,
                goal="<= 0.2x" if which == "_ordinary" else "",
                note=f"{ours_has} inputs against {theirs_has}",
            ),
            Ratio(
                f"{title}: CPU per input",
                1000 * ours_took / ours_has,
                1000 * theirs_took / theirs_has,
                unit="us",
            ),
        )


def render_form(kind: type[SettingsForm], service: Service) -> str:
    return str(kind(document=service))


def render_django_form(kind: type[django.Form], initial: Mapping[str, object]) -> str:
    return kind(initial=dict(initial)).as_div()


def make_django_form(settings: list[Setting]) -> type[django.Form]:
    """Return a form with one field per setting."""
    return type(
        "AsDjango",
        (django.Form,),
        {setting.name: make_django_field(setting) for setting in settings},
    )


def make_django_field(one: Setting) -> django.Field:
    options: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": False}
    choices = list(one.input_type.choices.items())
    match one.input_type.kind:
        case "flag":
            return django.BooleanField(**options)
        case "duration" | "number" | "moment":
            return django.IntegerField(**options)
        case "choice":
            return django.ChoiceField(choices=choices, **options)
        case "choices":
            return django.MultipleChoiceField(
                choices=choices, widget=django.CheckboxSelectMultiple, **options
            )
        case kind:
            lines = django.Textarea if kind in MULTILINE_TYPES else django.TextInput
            return django.CharField(widget=lines, **options)


def to_plain(value: object) -> object:
    """Return a value as a text field shows it."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str)
    return value
