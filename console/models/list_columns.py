"""What a person chose for a list, wherever they sign in."""

from django.conf import settings
from django.db import models


class Chosen(models.Model):
    """The columns that one person wants to see in one list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)  # of the list
    columns = models.TextField(blank=True)  # separated by spaces

    class Meta:
        constraints = [models.UniqueConstraint("user", "name", name="one_choice_each")]

    def __str__(self) -> str:
        return f"{self.user}: {self.name}"
