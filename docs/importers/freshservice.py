"""Freshservice: tickets with their activities, which are English sentences, and conversations."""

import re

from incidentcore.lifecycle.tools import FRESHSERVICE_TICKET
from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import LOGGED, Import, Times, joined, pick, unpaged
from incidentcore.vendors.presets import FRESHSERVICE_LEVELS, FRESHSERVICE_STATES

FIELDS = {"status": "state", "priority": "priority", "agent": "assignee", "group": "group"}
SET = re.compile(r"set ([\w ]+?) as (.+)", re.IGNORECASE)


def read_freshservice(tickets, activities, conversations=()):
    """Read tickets got with ``include=stats``, their activities by id, and all conversations."""
    notes = joined(conversations, "ticket_id", "conversations")

    def build(history, ticket):
        def who(person, name=""):
            asks = person == ticket["requester_id"]
            role = "requester" if asks else "system" if name == "System" else "agent"
            return history.actor(person or name, role)

        if ticket.get("deleted") or ticket.get("spam"):
            history.leave_out("deleted_record", "record left out: deleted, or spam")
        history.present(state=ticket["status"], priority=ticket["priority"])
        history.present(title=ticket["subject"], type=ticket.get("type"))
        path = [ticket[name] for name in ("category", "sub_category") if ticket.get(name)]
        history.present(description=ticket.get("description_text"), category=path)
        ids = {"assignee": ticket.get("responder_id"), "group": ticket.get("group_id")}
        history.opened(ticket["created_at"], who(ticket["requester_id"]))
        log = activities.get(ticket["id"], activities.get(history.id))
        entries = list(unpaged(log or (), "activities"))
        if entries and entries[0]["created_at"] >= entries[-1]["created_at"]:
            entries.reverse()  # the newest came first; of one instant, the order counts
        for entry in entries:
            at, by = entry["created_at"], who(pick(entry, "actor.id"), pick(entry, "actor.name"))
            for text in (entry["content"].strip(), *(entry.get("sub_contents") or ())):
                for part in re.split(r",\s*(?=set )", text, flags=re.IGNORECASE):
                    found = SET.fullmatch(part.strip())
                    if found is None:
                        history.find("unknown_entry", "left out", field="content", value=part)
                        continue
                    name = found[1].casefold()
                    field = FIELDS.get(name, f"custom.{name}")
                    history.changed(f"{at} {part}", at, by, field=field, after=found[2])
                    ids.pop(field, None)  # a sentence has the name instead
        history.present(**ids)
        for note in notes.get(history.id, ()):
            where = (f"conversation-{note['id']}", note["created_at"], who(note["user_id"]))
            shown = "internal" if note["private"] else "public"
            history.add(Commented, *where, text=note["body_text"], visibility=shown)
        if log is None:
            history.truncated("no activities came: moments alone", path="activities")
            agent = history.actor(ticket.get("responder_id") or "import", "agent")
            history.moments(agent, responded=pick(ticket, "stats.first_responded_at"))
        ends = {name: pick(ticket, f"stats.{name}") for name in ("resolved_at", "closed_at")}
        history.check(**ends, updated_at=ticket.get("updated_at"))

    options = {"states": FRESHSERVICE_STATES, "levels": FRESHSERVICE_LEVELS, "times": Times()}
    covers = {*LOGGED, "moments", *(["comments"] if notes else [])}
    options |= {"lifecycle": FRESHSERVICE_TICKET, "covers": covers}
    found = unpaged(tickets, "tickets", "ticket")
    reading = Import(found, build, record=Incident, id="id", **options)
    for _ in notes.get("", ()):
        reading.findings.add("unknown_entry", "left out: it names no ticket", path="conversations")
    return reading
