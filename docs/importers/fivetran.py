"""Jira and Zendesk as a replication service keeps them: a row for each value that a field took."""

from collections import defaultdict

from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import IMPORTER, Import, Roles, Times
from incidentcore.vendors.presets import JIRA, ZENDESK

# By tool: its words, and what its tables call things.
JIRA_TABLES = (JIRA, ("key", "created", "reporter"), ("issue_id", "field_id", "time"))
ZENDESK_TABLES = (
    ZENDESK,
    ("id", "created_at", "requester_id"),
    ("ticket_id", "field_name", "updated"),
)
FIELDS = {"status": "state", "priority": "priority", "assignee": "assignee"}
FIELDS |= {"assignee_id": "assignee", "group_id": "group", "summary": "title", "subject": "title"}


def by_record(rows, key):
    """Return rows by the record that they belong to."""
    own = defaultdict(list)
    for row in rows:
        own[row[key]].append(row)
    return own


def read_replicated(tables, records, field_history, comments=(), *, names=None, agents=()):
    """Read a tool's records with their history; names are words by field for what is an id."""
    words, (key, created, requester), (owner, field_name, time) = tables
    changes, notes = by_record(field_history, owner), by_record(comments, owner)

    def build(history, row):
        if row.get("status") == "deleted" or str(row.get("_fivetran_deleted")).lower() == "true":
            history.leave_out("deleted_record", "record left out: it was deleted")
            return

        def word(field, value):
            return (names or {}).get(field, {}).get(value, value) or None

        shown = {to: word(name, row[name]) for name, to in FIELDS.items() if name in row}
        history.present(**shown)
        history.opened(row[created], history.actor(row[requester], "requester"))
        last = {}
        for number, entry in enumerate(sorted(changes[row["id"]], key=lambda entry: entry[time])):
            name, value = entry[field_name], word(entry[field_name], entry["value"])
            by = entry.get("user_id") or IMPORTER
            field = FIELDS.get(name, f"custom.{name}")
            history.changed(
                number, entry[time], by, field=field, before=last.get(name), after=value
            )
            last[name] = value
        for note in notes[row["id"]]:
            if note["created"] <= row[created]:
                continue  # the text of the opening
            public = str(note.get("public", note.get("is_public"))).casefold() == "true"
            who = (note["id"], note["created"], note.get("user_id") or note.get("author_id"))
            shown = "public" if public else "internal"
            history.add(Commented, *who, text=note["body"], visibility=shown)

    tables = words | {"times": Times("UTC"), "roles": Roles(agents=agents, default="requester")}
    covers = ("states", "assignments", "priorities", "comments", "moments")
    return Import(records, build, record=Incident, id=key, covers=covers, **tables)
