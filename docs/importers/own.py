"""An importer of one's own: a tool's tickets, each with its log."""

from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import Import, Roles, StateTable, Times

STATES = StateTable(
    {"Open": "new", "Working": "in_progress", "Parked": "on_hold", "Done": "closed"}
)


def build(history, ticket):
    """Say what one ticket tells."""
    history.present(state=ticket["state"], title=ticket["subject"], assignee=ticket["owner"])
    history.opened(ticket["created"], ticket["reporter"])
    for entry in ticket["log"]:
        who = (entry["id"], entry["time"], entry["user"])
        if entry["field"] == "note":
            history.add(Commented, *who, text=entry["new"])
        else:
            history.changed(*who, field=entry["field"], before=entry["old"], after=entry["new"])


def read_own(tickets, *, zone="UTC", agents=()):
    """Read tickets; whoever is not an agent is a requester."""
    roles = Roles(agents=agents, default="requester")
    covers = ("states", "assignments", "comments", "moments")
    options = {"states": STATES, "times": Times(zone), "roles": roles, "covers": covers}
    return Import(tickets, build, record=Incident, id="number", **options)
