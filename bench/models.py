"""Models as wide as a service and as a small form, each with an audited twin."""

from typing import Any

from django.db import models

WIDE, NARROW = 183, 10  # fields


def _model(name: str, fields: int) -> Any:
    kinds = (
        lambda: models.CharField(max_length=200, default="harbor"),
        lambda: models.BooleanField(default=False),
        lambda: models.IntegerField(default=3600),
        lambda: models.TextField(default='["code","refresh_token"]'),
    )
    columns = {f"field_{at}": kinds[at % len(kinds)]() for at in range(fields)}
    meta = type("Meta", (), {"app_label": "bench"})
    return type(name, (models.Model,), {**columns, "__module__": __name__, "Meta": meta})


Wide, WideAudited = _model("Wide", WIDE), _model("WideAudited", WIDE)
Narrow, NarrowAudited = _model("Narrow", NARROW), _model("NarrowAudited", NARROW)
