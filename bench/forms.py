"""The form of all 183 settings of a service, against Django's own of as many fields."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms as django

from bench.clock import cpu
from bench.said import Ratio, say
from bench.stage import Stage, fetch
from console.forms.settings_form import SettingsForm, form_for
from tenants.authlete import Redactor
from tenants.authlete.documents.base import Setting
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.json.reader import parse_json

INPUT = re.compile("<(input|select|textarea)")
LINES = "prose json jwks strings pems scopes pairs named_uris trust_anchors sns".split()


def measure(stage: Stage) -> None:
    settings = [one for kind in SECTIONS.values() for one in kind.settings()]
    theirs, ours = as_django(settings), form_for(SECTIONS.values())
    say("", f"The form of {len(settings)} settings, against Django's as_div")
    for which, what in (("_ordinary", "an ordinary service"), ("_large", "40 kB")):
        text = fetch(f"{stage.region('us')}/{which}").decode()
        service = Service.model_validate(Redactor(b"k" * 32).redact(parse_json(text)))
        initial = {one.name: plain(service.get(one.api_name)) for one in settings}
        draw = partial(drawn, ours, service)
        as_div = partial(divided, theirs, initial)
        ours_took, theirs_took = cpu(draw, as_div, times=5)
        ours_has, theirs_has = (len(INPUT.findall(made())) for made in (draw, as_div))
        say(
            Ratio(
                f"{what}, made and drawn: CPU",
                ours_took,
                theirs_took,
                goal="<= 0.2x" if which == "_ordinary" else "",
                note=f"{ours_has} inputs against {theirs_has}",
            ),
            Ratio(
                f"{what}: CPU an input",
                1000 * ours_took / ours_has,
                1000 * theirs_took / theirs_has,
                unit="us",
            ),
        )


def drawn(kind: type[SettingsForm], service: Service) -> str:
    return str(kind(document=service))


def divided(kind: type[django.Form], initial: Mapping[str, object]) -> str:
    return kind(initial=dict(initial)).as_div()


def as_django(settings: list[Setting]) -> type[django.Form]:
    """A form with one field a setting, none of its rows apart."""
    return type("AsDjango", (django.Form,), {one.name: field(one) for one in settings})


def field(one: Setting) -> django.Field:
    told: dict[str, Any] = {
        "label": one.label,
        "help_text": one.help,
        "required": False,
    }
    choices = list(one.input_type.choices.items())
    match one.input_type.kind:
        case "flag":
            return django.BooleanField(**told)
        case "duration" | "number" | "moment":
            return django.IntegerField(**told)
        case "choice":
            return django.ChoiceField(choices=choices, **told)
        case "choices":
            return django.MultipleChoiceField(
                choices=choices, widget=django.CheckboxSelectMultiple, **told
            )
        case kind:
            lines = django.Textarea if kind in LINES else django.TextInput
            return django.CharField(widget=lines, **told)


def plain(value: object) -> object:
    """A value as a field of one line or several shows it."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str)
    return value
