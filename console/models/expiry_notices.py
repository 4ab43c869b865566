"""What people were told by mail about things that end, so that each is told once."""

from uuid import uuid4

from django.db import models

from tenants.models import Organization


class Digest(models.Model):
    """One day's mail to one organization about what ends soon.

    It is written with all that it tells before any of it is sent, so that a worker
    which is killed loses nothing: whoever finds it next sends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    day = models.DateField()
    tried_at = models.DateTimeField(null=True)  # a worker is at it, or was
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("organization", "day", name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.organization} on {self.day}"


class ToldEnd(models.Model):
    """That a thing comes to its end within so many days, or did, was told.

    One that is renewed ends at another time, and is told of anew.
    """

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    thing = models.CharField(max_length=200)
    ends_at = models.DateTimeField()
    days = models.SmallIntegerField()  # the threshold; 0: it has ended
    line = models.TextField()  # of the mail

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "thing", "ends_at", "days", name="told_once")
        ]

    def __str__(self) -> str:
        return self.line
