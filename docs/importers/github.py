"""GitHub: issues with their timelines; a closed one is resolved or canceled by its reason."""

from incidentcore.lifecycle.tools import GITHUB_ISSUE
from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import Import, LevelTable, pick, unpaged
from incidentcore.vendors.presets import GITHUB_STATES

LEVELS = LevelTable(priority={"severity:1": "critical", "severity:2": "high", "severity:3": "low"})
TEAM = ("MEMBER", "OWNER", "COLLABORATOR")
NOISE = ("mentioned", "subscribed", "unsubscribed")
WORK = ("closed", "reopened", "assigned", "labeled", "milestoned")  # else only the author can


def worst(labels):
    """Return the label of the worst priority; None if none of them has one."""
    ranks = {label: LEVELS.find("priority", label) for label in labels}
    return min(filter(ranks.get, ranks), key=lambda label: ranks[label].rank, default=None)


SETS = {  # who was assigned first of those who still are, and the worst of the labels
    "assigned": ("assignee", "assignee.login", lambda logins: next(iter(logins), None)),
    "labeled": ("priority", "label.name", worst),
}


def read_github(issues, timelines):
    """Read issues, and the timeline of each by the issue's number."""

    def build(history, issue):
        if issue.get("pull_request"):
            history.leave_out("unknown_entry", "record left out: it is a pull request")
            return
        events = [*unpaged(timelines.get(issue["number"]) or timelines.get(history.id, ()))]
        asks, team, bots = pick(issue, "user.login"), set(), set()
        for event in events:
            login, works = pick(event, "actor.login"), event["event"] in WORK
            if event.get("author_association") in TEAM or (works and login != asks):
                team.add(login)
            if pick(event, "actor.type") == "Bot":
                bots.add(login)

        def who(login):
            role = "agent" if login in team else "requester"
            is_bot = login in bots or str(login).endswith("[bot]")
            return history.actor(login, "system" if is_bot else role)

        reason = issue.get("state_reason") if issue["state"] == "closed" else "open"
        priority = worst(label["name"] for label in issue["labels"])
        history.present(title=issue["title"], description=issue.get("body"), caller=asks)
        history.present(state=reason or "closed", priority=priority)
        if not any(event["event"] == "assigned" for event in events):
            history.present(assignee=pick(issue, "assignee.login"))
        history.opened(issue["created_at"], who(asks))
        held = {"assignee": [], "priority": []}
        for event in events:
            kind, key = event["event"], event.get("id") or event.get("sha")
            where = (key, event.get("created_at"), who(pick(event, "actor.login")))
            if kind in ("closed", "reopened"):
                state = "open" if kind == "reopened" else event.get("state_reason") or "closed"
                history.changed(*where, field="state", after=state)
            elif kind == "renamed":
                names = event["rename"]
                history.changed(*where, field="title", before=names["from"], after=names["to"])
            elif (plain := kind.removeprefix("un")) in SETS:
                field, path, of = SETS[plain]
                old, name = held[field], pick(event, path)
                held[field] = [one for one in old if one != name] + [name] * (kind == plain)
                before, after = of(old), of(held[field])
                if before != after:
                    history.changed(*where, field=field, before=before, after=after)
            elif kind == "commented":
                history.add(Commented, *where, text=event.get("body") or "")
            elif kind not in NOISE:
                code = "unknown_entry" if event.get("created_at") else "unreadable_time"
                history.find(code, "entry left out", path=kind)
        if not events:
            history.truncated("no timeline came: moments alone", path="timeline")
        history.check(closed_at=issue.get("closed_at"), updated_at=issue.get("updated_at"))

    options = {"states": GITHUB_STATES, "levels": LEVELS, "lifecycle": GITHUB_ISSUE}
    options |= {"covers": ("states", "assignments", "priorities", "comments", "moments")}
    return Import(unpaged(issues, "items"), build, record=Incident, id="number", **options)
