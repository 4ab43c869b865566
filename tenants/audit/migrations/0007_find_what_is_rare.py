from collections.abc import Sequence

from django.db import migrations, models
from django.db.models import Q

CHANGES = Q(("effect", "read"), _negated=True)
RARE = Q(CHANGES, Q(("effect", "change"), _negated=True))
NOT_DONE = Q(("outcome", "done"), _negated=True)


def indexed(
    name: str, *fields: str, only: Q | None = None, told: Sequence[str] = ()
) -> migrations.AddIndex:
    columns = ["organization_id", *fields, "seq", *told]
    return migrations.AddIndex(
        model_name="auditentry",
        index=models.Index(condition=only, fields=columns, name=name),
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_tombstones")]

    # The indexes of actors and services are made anew: of two that serve alike, SQLite
    # takes the one that was made earlier, and that of fewer rows should be.
    operations = [
        *(
            migrations.RemoveIndex(model_name="auditentry", name=f"audit_{name}")
            for name in ("changes", "history", "not_done", "actor", "service")
        ),
        indexed("audit_failures", "service", only=NOT_DONE),
        indexed("audit_failures_by", "actor", only=NOT_DONE),
        indexed("audit_not_done", only=NOT_DONE, told=["outcome"]),
        indexed("audit_rare", "effect", only=RARE),
        indexed("audit_deeds", "actor", only=CHANGES),
        indexed("audit_history", "service", only=CHANGES),
        indexed("audit_changes", only=CHANGES, told=["role", "region"]),
        indexed("audit_actor", "actor"),
        indexed("audit_service", "service"),
        indexed("audit_code", "code", only=Q(code__gt="")),
    ]
