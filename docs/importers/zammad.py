"""Zammad: tickets with their histories; what a ticket was opened with is not in it."""

from incidentcore.lifecycle.tools import ZAMMAD_TICKET
from incidentcore.records import Commented, Incident, Link, LinkAdded
from incidentcore.vendors.kit import Import, unpaged
from incidentcore.vendors.presets import ZAMMAD_LEVELS, ZAMMAD_STATES

FIELDS = {"owner": "assignee", **{name: name for name in ("state", "priority", "group", "title")}}
MERGES = {"merged_into": ("duplicate_of", "id_to"), "received_merge": ("has_duplicate", "id_from")}
FIGURES = ("first_response_in_min", "close_in_min", "update_in_min")


def read_zammad(tickets, histories, *, articles=(), agents=()):
    """Read tickets, the history of each by the ticket's id, and all articles; say who is agent."""
    written = {article["id"]: article for article in articles}

    def build(history, ticket):
        def who(user):
            role = "agent" if str(user) in agents else "requester"
            return history.actor(user, "system" if str(user) == "1" else role)

        known = {"title": ticket["title"], "caller": ticket.get("customer_id")}
        history.present(number=ticket["number"], **known)
        history.present(state=ticket["state_id"], priority=ticket.get("priority_id"))
        nobody = str(ticket.get("owner_id")) == "1"
        ids = {"owner": None if nobody else ticket.get("owner_id"), "group": ticket.get("group_id")}
        log = histories.get(ticket["id"]) or histories.get(history.id, ())
        entries = list(unpaged(log, "history"))
        made = (e for e in entries if e["object"] == "Ticket" and e["type"] == "created")
        opener, texts = next(made, ticket).get("created_by_id"), 0
        history.opened(ticket["created_at"], who(opener))
        for entry in entries:
            where = (entry["id"], entry["created_at"], who(entry["created_by_id"]))
            if entry["type"] == "updated" and entry["object"] == "Ticket":
                field = FIELDS.get(entry["attribute"], f"custom.{entry['attribute']}")
                values = {"before": entry["value_from"], "after": entry["value_to"]}
                if field == "assignee":  # "-" is nobody
                    values = {key: None if name == "-" else name for key, name in values.items()}
                history.changed(*where, field=field, **values)
                ids.pop(entry["attribute"], None)  # the history has the name instead
            elif entry["type"] in MERGES:
                kind, side = MERGES[entry["type"]]
                history.add(LinkAdded, *where, link=Link(kind, str(entry[side])))
            elif entry["object"] == "Ticket::Article" and entry["type"] == "created":
                if texts or entry["created_by_id"] != opener:  # else the text of the ticket
                    article = written.get(entry.get("o_id"), {})
                    shown = "internal" if article.get("internal") else "public"
                    text = article.get("body") or ""
                    history.add(Commented, *where, text=text, visibility=shown)
                texts += 1
        history.present(**{FIELDS[name]: value for name, value in ids.items()})
        if not entries:
            history.truncated("no history came: moments alone", path="ticket_history")
            agent = history.actor(ticket.get("owner_id") or "import", "agent")
            history.moments(agent, responded=ticket.get("first_response_at"))
        for name in FIGURES:
            history.reported(name, ticket.get(name))
        history.check(closed_at=ticket.get("close_at"), updated_at=ticket.get("updated_at"))

    options = {"states": ZAMMAD_STATES, "levels": ZAMMAD_LEVELS, "lifecycle": ZAMMAD_TICKET}
    covers = ("states", "assignments", "priorities", "comments", "moments")
    return Import(unpaged(tickets), build, record=Incident, id="id", covers=covers, **options)
