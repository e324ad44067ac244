"""GitHub: issues with their timelines; a closed one is resolved or canceled by its reason."""

from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import IMPORTER, Import, LevelTable, pick
from incidentcore.vendors.presets import GITHUB_ISSUE, GITHUB_STATES

LEVELS = LevelTable(priority={"severity:1": "critical", "severity:2": "high", "severity:3": "low"})
TEAM = ("MEMBER", "OWNER", "COLLABORATOR")


def read_github(issues, timelines):
    """Read issues, and the timeline of each by the issue's number."""

    def build(history, issue):
        events = timelines.get(issue["number"], ())
        team = {pick(e, "actor.login") for e in events if e.get("author_association") in TEAM}

        def who(login):
            return history.actor(login, "agent" if login in team else "requester")

        reason = issue.get("state_reason") if issue["state"] == "closed" else "open"
        severity = [n["name"] for n in issue["labels"] if LEVELS.find("priority", n["name"])]
        history.present(title=issue["title"], state=reason or "closed")
        asks = pick(issue, "user.login")
        history.present(priority=severity[0] if severity else None, caller=asks)
        history.opened(issue["created_at"], who(asks))
        for event in events:
            kind, key = event["event"], event.get("id") or event.get("sha")
            where = (key, event.get("created_at"), who(pick(event, "actor.login")))
            if kind in ("closed", "reopened"):
                state = "open" if kind == "reopened" else event.get("state_reason") or "closed"
                history.changed(*where, field="state", after=state)
            elif kind in ("assigned", "unassigned"):
                login = pick(event, "assignee.login") if kind == "assigned" else None
                history.changed(*where, field="assignee", after=login)
            elif kind == "commented":
                history.add(Commented, *where, text=event.get("body") or "")
            elif event.get("created_at") is None:
                history.find("unreadable_time", "entry left out: it has no time", path=kind)
        if not events:
            history.truncated("no timeline came: moments alone", path="timeline")
            history.moments(IMPORTER, closed=issue.get("closed_at"))

    options = {"states": GITHUB_STATES, "levels": LEVELS, "lifecycle": GITHUB_ISSUE}
    covers = ("states", "assignments", "comments", "moments")
    return Import(issues, build, record=Incident, id="number", covers=covers, **options)
