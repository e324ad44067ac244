"""One row for each record: what lists and filters need. The history is the store's."""

from django.db import models


class Ticket(models.Model):
    id = models.CharField(primary_key=True, max_length=200)
    title = models.TextField()
    state = models.CharField(max_length=50, db_index=True)
    assignee = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    version = models.PositiveIntegerField()

    def __str__(self):
        return f"{self.id} {self.title}"


class Position(models.Model):
    """How far the feed was followed."""

    value = models.BigIntegerField(default=0)
