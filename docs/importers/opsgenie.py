"""Opsgenie: alerts with their logs, whose kind is only in their English text."""

from datetime import timedelta

from incidentcore.lifecycle.tools import OPSGENIE_ALERT
from incidentcore.records import Acknowledged, Commented, Incident, Unacknowledged
from incidentcore.vendors.kit import IMPORTER, Import, Times, unpaged
from incidentcore.vendors.kit.paths import CUT
from incidentcore.vendors.presets import OPSGENIE_LEVELS, OPSGENIE_STATES

MOVES = {
    "Alert acknowledged": "acknowledged",
    "Alert unacknowledged": "open",
    "Alert snoozed": "snoozed",
    "Snooze ended": "open",
    "Alert closed": "closed",
}
NOISE = ("Alert created", "Viewed on", "Notification", "Sent ", "Escalat", "Rotation")
KINDS = {"acknowledged": Acknowledged, "open": Unacknowledged}


def read_opsgenie(alerts, logs):
    """Read alerts, and the logs of each by the alert's id."""

    def build(history, alert):
        fields = {name: alert.get(name) for name in ("priority", "source", "description", "tags")}
        flags = [name for name in ("snoozed", "acknowledged") if alert.get(name)]
        state = alert["status"] if alert["status"] != "open" else [*flags, "open"][0]
        history.present(state=state, title=alert["message"], assignee=alert.get("owner"), **fields)
        history.opened(alert["createdAt"], history.actor(alert.get("source"), "system"))
        pages, report = [*unpaged(logs.get(history.id, ()), "data")], alert.get("report") or {}
        own = [one for one in pages if one is not CUT]
        if len(own) < len(pages):
            history.truncated("the log goes on: page the rest", path="logs")
        if own and own[0]["createdAt"] >= own[-1]["createdAt"]:
            own.reverse()  # the newest came first; of one instant, the order counts
        names = [name for name in ("ackTime", "closeTime") if report.get(name)]
        after = {name: history.earliest + timedelta(milliseconds=report[name]) for name in names}
        history.check(closed_at=after.get("closeTime"), updated_at=alert.get("updatedAt"))
        if not own:
            history.truncated("no log came: moments alone", path="logs")
            by = history.actor(report.get("acknowledgedBy") or "import", "agent")
            if by.id != "import" or after.get("ackTime") != after.get("closeTime"):
                history.moments(by, acknowledged=after.get("ackTime"))
            if state in flags:
                since = after.get("ackTime") or alert.get("updatedAt")
                history.changed("at", since, IMPORTER, field="state", before="open", after=state)
        for entry in own:
            text, owner = entry["log"], entry.get("owner")
            by = history.actor(owner, "system" if owner == "System" else "agent")
            where = (entry["offset"], entry["createdAt"], by)
            state = next((to for start, to in MOVES.items() if text.startswith(start)), None)
            if state is not None:
                history.changed(*where, field="state", after=state)
                if state in KINDS and by.role != "system" and not text.startswith("Snooze"):
                    history.add(KINDS[state], *where)
            elif text.startswith("Note added"):
                history.add(Commented, *where, text=text, visibility="internal")
            elif not text.startswith(NOISE):
                history.find("unknown_entry", "left out", field="log", value=text)
        for name, millis in report.items():
            history.reported(name, millis)

    options = {"states": OPSGENIE_STATES, "levels": OPSGENIE_LEVELS, "lifecycle": OPSGENIE_ALERT}
    covers = ("states", "acknowledgements", "moments")
    options |= {"times": Times(), "covers": covers, "record": Incident}
    return Import(unpaged(alerts, "data"), build, id="id", **options)
