"""Jira's issues with changelog, comments and SLA cycles in forty lines on the kit."""

from datetime import timedelta

from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import Import, ReportedSla, Times, entries_of, pick
from incidentcore.vendors.presets import JIRA_LEVELS, JIRA_STATES

ROLES = {"atlassian": "agent", "customer": "requester", "app": "system"}
FIELDS = {"status": "state", "priority": "priority", "assignee": "assignee", "summary": "title"}


def build(history, issue):
    """Say what one issue tells."""

    def who(person):
        """Return an actor with the role of the account's type."""
        return history.actor(pick(person, "accountId"), ROLES.get(pick(person, "accountType")))

    fields = issue["fields"]
    history.present(title=fields["summary"], state=pick(fields, "status.name"))
    history.present(priority=pick(fields, "priority.name"))
    history.present(assignee=pick(fields, "assignee.accountId"))
    history.opened(fields["created"], who(fields["reporter"]))
    for entry in entries_of(issue, "changelog.histories"):
        when = (entry["id"], entry["created"], who(entry.get("author")))
        for item in entries_of(entry, "items"):
            field = FIELDS.get(item["field"], f"custom.{item['field']}")
            old, new = ("from", "to") if field == "assignee" else ("fromString", "toString")
            history.changed(*when, field=field, before=item.get(old), after=item.get(new))
    for note in entries_of(fields, "comment.comments"):
        shown = "public" if note.get("jsdPublic") else "internal"
        when = (f"comment-{note['id']}", note["created"], who(note["author"]))
        history.add(Commented, *when, text=str(note["body"]), visibility=shown)
    for sla in (value for value in fields.values() if pick_cycles(value)):
        for cycle in pick_cycles(sla):
            spent = timedelta(milliseconds=pick(cycle, "elapsedTime.millis"))
            history.reported_sla(
                ReportedSla(target=sla["name"], breached=cycle["breached"], elapsed=spent)
            )


def pick_cycles(value):
    """Return the completed cycles of an SLA field, nothing for any other."""
    return value.get("completedCycles") if isinstance(value, dict) else None


def read_issues(issues):
    """Read issues as the search gives them."""
    options = {"states": JIRA_STATES, "levels": JIRA_LEVELS, "times": Times()}
    covers = ("states", "assignments", "priorities", "comments", "moments", "sla")
    return Import(issues, build, record=Incident, id="key", covers=covers, **options)
