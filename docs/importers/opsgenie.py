"""Opsgenie: alerts with their logs, whose kind is only in their English text."""

from datetime import datetime, timedelta

from incidentcore.records import Acknowledged, Commented, Incident, Unacknowledged
from incidentcore.vendors.kit import Import, Times
from incidentcore.vendors.presets import OPSGENIE_ALERT, OPSGENIE_LEVELS, OPSGENIE_STATES

MOVES = {
    "Alert acknowledged": "acknowledged",
    "Alert unacknowledged": "open",
    "Alert snoozed": "snoozed",
    "Snooze ended": "open",
    "Alert closed": "closed",
}
REPORT = (("acknowledged", "ackTime"), ("closed", "closeTime"))
NOISE = ("Alert created", "Viewed on", "Notification", "Sent ", "Escalat", "Rotation")
KINDS = {"acknowledged": Acknowledged, "open": Unacknowledged}


def read_opsgenie(alerts, logs):
    """Read alerts, and the logs of each by the alert's id."""

    def build(history, alert):
        fields = {"title": alert["message"], "priority": alert.get("priority")}
        history.present(state=alert["status"], source=alert.get("source"), **fields)
        history.opened(alert["createdAt"], history.actor(alert.get("source"), "system"))
        own, report = logs.get(alert["id"], ()), alert.get("report") or {}
        start = datetime.fromisoformat(alert["createdAt"])
        if not own:
            history.truncated("no log came: moments alone", path="logs")
            spans = [(name, report[key]) for name, key in REPORT if key in report]
            after = {name: start + timedelta(milliseconds=span) for name, span in spans}
            history.moments(history.actor("import", "agent"), **after)
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
    return Import(alerts, build, record=Incident, id="id", times=Times(), covers=covers, **options)
