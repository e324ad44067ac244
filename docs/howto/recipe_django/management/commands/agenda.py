"""``manage.py agenda``: follow the feed, then put what is due into the outbox and deliver it."""

from datetime import UTC, datetime

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from incidentcore.adapters import SqliteStore
from incidentcore.desk import Agenda, load_desk
from incidentcore.errors import RecordNotFoundError
from recipe_django.models import Position, Ticket

DESK = load_desk("""
desk = 1
name = "small"
zone = "UTC"
[services.all]
calendar = "always"
response = "1h"
[[agreements]]
service = "all"
""")


class Command(BaseCommand):
    def handle(self, *args, **options):
        store = SqliteStore(settings.DESK_FILE)
        place, _ = Position.objects.get_or_create(pk=1)
        while page := store.changes(after=place.value):
            with transaction.atomic():  # rows and position together
                for name in {change.record_id for change in page}:
                    self.update(store, name)
                place.value = page[-1].position
                place.save()
        unfinished = Ticket.objects.exclude(state__in=("closed", "canceled"))
        records = [store.load(row.id) for row in unfinished]
        agenda = Agenda(DESK, records, delivered=store.outbox_keys())
        store.collect(agenda, now=datetime.now(UTC))
        for item in store.pending():
            self.stdout.write(f"{item.kind} {item.key}: {item.why}")  # deliver it
            store.mark_sent(item.key)

    def update(self, store, name):
        try:
            one = store.load(name)
        except RecordNotFoundError:  # it was removed
            Ticket.objects.filter(pk=name).delete()
            return
        row = {"title": one.title, "state": one.state.name, "assignee": one.assignee or "",
               "opened_at": one.opened_at, "version": one.version}  # fmt: skip
        Ticket.objects.update_or_create(pk=name, defaults=row)
