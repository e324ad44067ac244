"""GLPI: tickets with their log and followups; the log numbers what changed by search options."""

import re

from incidentcore.lifecycle.tools import GLPI_TICKET
from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import IMPORTER, LOGGED, Import, Roles, Times, joined
from incidentcore.vendors.presets import GLPI_LEVELS, GLPI_STATES

FIELDS = {"1": "title", "3": "priority", "5": "assignee", "8": "group", "12": "state"}
FIGURES = ("takeintoaccount_delay_stat", "solve_delay_stat", "close_delay_stat", "waiting_duration")


def id_in(text):
    """Return the id of ``Name (7)``, any other text as it is."""
    return re.sub(r".*\((\d+)\)$", r"\1", text or "")


def ticket_of(row):
    """Return the ticket's id; None for a row of a computer or problem, which these tables hold."""
    return row.get("items_id") if row.get("itemtype", "Ticket") == "Ticket" else None


def read_glpi(tickets, logs, followups=(), *, agents=(), zone="UTC"):
    """Read rows of ``glpi_tickets``, ``glpi_logs``, ``glpi_itilfollowups``; say who is an agent."""
    changes, notes = joined(logs, ticket_of), joined(followups, ticket_of)

    def build(history, ticket):
        if str(ticket.get("is_deleted")) == "1":
            history.leave_out("deleted_record", "record left out: the ticket was deleted")
        own = sorted(changes.get(history.id, ()), key=lambda entry: int(entry["id"]))
        history.present(title=ticket["name"], description=ticket.get("content"))
        history.present(state=ticket["status"], priority=ticket["priority"])
        history.opened(ticket["date"], ticket.get("users_id_recipient"))
        people = {"assignee": [], "group": []}
        for note in notes.get(history.id, ()):
            where = (f"followup-{note['id']}", note["date"], str(note["users_id"]))
            shown = "internal" if int(note["is_private"]) else "public"
            history.add(Commented, *where, text=note["content"], visibility=shown)
        for entry in own:
            at = history.earliest = history.time(entry["date_mod"], "date_mod")
            option, action = str(entry["id_search_option"]), str(entry["linked_action"])
            field, who = FIELDS.get(option, f"custom.option_{option}"), id_in(entry["user_name"])
            before, after = entry["old_value"], entry["new_value"]
            if field in people and action in ("15", "16"):  # added, removed; "0" is a change
                several, more = people[field], [id_in(after)] if action == "15" else []
                people[field] = [one for one in several if one != id_in(before)] + more
                before, after = (next(iter(those), None) for those in (several, people[field]))
            if action == "0" or (field in people and before != after):
                by = history.actor(who, None if who and who.isdigit() else "system")
                history.changed(entry["id"], at, by, field=field, before=before, after=after)
        if not own:
            history.truncated("no entry of the log came: moments alone", path="glpi_logs")
            history.moments(IMPORTER, acknowledged=ticket.get("takeintoaccountdate"))
        for name in FIGURES:
            history.reported(name, ticket.get(name))
        ends = {"resolved_at": ticket.get("solvedate"), "closed_at": ticket.get("closedate")}
        history.check(**ends, updated_at=ticket.get("date_mod"))

    options = {"states": GLPI_STATES, "levels": GLPI_LEVELS, "lifecycle": GLPI_TICKET}
    options |= {"roles": Roles(agents=agents, default="requester"), "times": Times(zone)}
    covers = {*LOGGED, "moments", *(["comments"] if notes else [])}
    return Import(tickets, build, record=Incident, id="id", covers=covers, **options)
