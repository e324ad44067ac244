"""A generated month of a service desk, small enough to read, with every kind of irregularity.

Three offices in three zones, a few hundred incidents, pauses, reopenings, reassignments,
cancelations and one major incident, played through the library's own operations: open, classify,
prioritize, assign, answer, and the actions of the standard lifecycle. Equal seeds give equal
records.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from incidentcore.categorization import RuleCategorizer, classify, route
from incidentcore.conditions import ALWAYS
from incidentcore.desk import Desk, load_desk
from incidentcore.lifecycle import INCIDENT, Refused, advance, decide
from incidentcore.pages import Page
from incidentcore.priority import prioritize
from incidentcore.records import (
    Incident,
    acknowledge,
    assign,
    comment,
    mark_restored,
    set_major_status,
)
from incidentcore.report import build_report
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.values import Actor, Impact, Level, Urgency

__all__ = ["DEMO_DESK", "MONTH", "demo_desk", "demo_month", "demo_report", "refused_close"]

MONTH: Final = (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))

DEMO_DESK: Final = """
desk = 1
name = "Three offices"
zone = "UTC"
fields = { office = ["Berlin", "Chicago", "Singapore"] }

[holidays]
berlin = [
  { day = 2026-05-01, name = "Labour Day" },
  { day = 2026-05-14, name = "Ascension Day" },
  { day = 2026-05-25, name = "Whit Monday" },
]
chicago = [{ day = 2026-05-25, name = "Memorial Day" }]
singapore = [{ day = 2026-05-01, name = "Labour Day" }]

[calendars.Berlin]
zone = "Europe/Berlin"
hours = { mon-thu = "08:00-18:00", fri = "08:00-16:00" }
holidays = ["berlin"]
[calendars.Chicago]
zone = "America/Chicago"
hours = { mon-fri = "07:00-19:00", sat = "09:00-13:00" }
holidays = ["chicago"]
[calendars.Singapore]
zone = "Asia/Singapore"
hours = { mon-fri = ["08:30-12:30", "13:30-18:00"] }
holidays = ["singapore"]
[calendars.by_office]
by = "office"
Berlin = "Berlin"
Chicago = "Chicago"
Singapore = "Singapore"
else = "always"

[services.all]
calendar = "by_office"
response = { critical = "15m always", high = "1h", moderate = "4h", low = "8h", else = "8h" }
resolution = { critical = "4h always", high = "8h", moderate = "24h", low = "40h", else = "40h" }

[[agreements]]
service = "all"

[[escalation]]
name = "critical"
when = { priority = "critical" }
levels = [
  { after = "15m", since = "opened_at", to = "group:on-call" },
  { after = "15m", to = "group:team lead", mode = "hierarchical" },
  { at = "resolution 50%", to = "group:incident manager", mode = "hierarchical" },
  { at = "resolution breach", to = "group:service owner", mode = "hierarchical" },
]
[[escalation]]
name = "others"
when = { not = { priority = "critical" } }
levels = [
  { at = "response breach", to = "field:assignment_group" },
  { at = "resolution 75%", to = "manager_of:assignment_group" },
  { at = "resolution breach", to = "group:service owner", mode = "hierarchical" },
]

[categories]
rules = [
  { when = { title = { text = "vpn" } }, category = "network/vpn" },
  { when = { service = "network" }, category = "network/wireless" },
  { when = { service = "mail" }, category = "software/mail" },
  { when = { service = "orders" }, category = "software/orders" },
  { when = { service = "accounts" }, category = "access/account" },
  { when = { service = "workplace" }, category = "hardware/workplace" },
  { when = { category = "network" }, group = "Network" },
  { when = { category = "software" }, group = "Applications" },
  { when = { category = "hardware" }, group = "Workplace" },
  { when = { category = "access" }, group = "Service Desk" },
]
"""
"""The desk file that the demonstration runs; ``incidentcore demo --desk`` prints it."""
_COMPLAINTS: Final = (
    ("Mailbox does not sync", "mail"),
    ("Calendar invitations are lost", "mail"),
    ("VPN drops every few minutes", "network"),
    ("No wireless in the meeting room", "network"),
    ("Password expired during leave", "accounts"),
    ("Account locked after the update", "accounts"),
    ("Order form rejects the postal code", "orders"),
    ("Orders are booked twice", "orders"),
    ("Printer prints blank pages", "workplace"),
    ("Laptop does not wake up", "workplace"),
)
_AGENTS: Final = ("ada", "ben", "chen", "dora", "emil", "farah", "goran", "hana")
_HOLDS: Final = ("awaiting_caller", "awaiting_caller", "awaiting_vendor", "awaiting_change")
_CODES: Final = ("configuration", "user_advice", "replacement", "workaround", "software_fix")
_LEVELS: Final[tuple[tuple[Level, Level, int], ...]] = (
    (Impact.HIGH, Urgency.HIGH, 3),
    (Impact.HIGH, Urgency.MEDIUM, 7),
    (Impact.MEDIUM, Urgency.HIGH, 8),
    (Impact.MEDIUM, Urgency.MEDIUM, 40),
    (Impact.LOW, Urgency.MEDIUM, 25),
    (Impact.MEDIUM, Urgency.LOW, 17),
)
# Minutes until the first answer and minutes of work, for the middle of each priority's incidents.
_PACE: Final = {
    "critical": (8, 150),
    "high": (30, 300),
    "moderate": (110, 700),
    "low": (240, 1_500),
}
_SYSTEM: Final = Actor("scheduler", "system")


class _Change(NamedTuple):
    """One step of a story: what happens, how long after the step before it."""

    after: timedelta
    change: Callable[..., Incident]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


@lru_cache(maxsize=1)
def demo_desk() -> Desk:
    """Return the desk of the demonstration.

    >>> demo_desk().name
    'Three offices'
    """
    return load_desk(DEMO_DESK, source="demo desk")


def _offices() -> dict[str, BusinessCalendar]:
    calendars = demo_desk().calendars.items()
    return {name: one for name, one in calendars if isinstance(one, BusinessCalendar)}


def demo_month(seed: int, *, count: int = 320) -> tuple[Incident, ...]:
    """Return the incidents of a generated month.

    Args:
        seed: Equal seeds give equal records.
        count: How many there are, the major incident among them.

    >>> len(demo_month(1, count=12)), demo_month(1, count=12) == demo_month(1, count=12)
    (12, True)
    """
    chance = random.Random(seed)  # noqa: S311  a demonstration, not a secret
    opened = sorted(_opening_time(chance) for _ in range(count - 1))
    incidents = [_incident(chance, number, at) for number, at in enumerate(opened, 2)]
    return (_major(), *incidents)


def demo_report(seed: int) -> Page:
    """Return the report on a generated month, after its records went through JSON and a store.

    Args:
        seed: Equal seeds give equal reports.
    """
    generated = demo_month(seed)
    store = InMemoryStore()
    written = 0
    for incident in generated:
        document = dumps(incident)
        written += len(document)
        read = loads(document, Incident)
        if read != incident:
            raise AssertionError(f"{incident.id} is not what was written")  # pragma: no cover
        store.append(read.id, read.history, expected_version=0)
    incidents = tuple(_stored(store))
    events = sum(incident.version for incident in incidents)
    start, end = MONTH
    offices = "; ".join(
        f"{office} ({calendar.zone.key})" for office, calendar in _offices().items()
    )
    return build_report(
        incidents,
        desk=demo_desk(),
        lifecycles=(INCIDENT,),
        as_of=end,
        title="A generated month of a service desk",
        about=(
            ("seed", str(seed)),
            ("month", f"{start:%Y-%m-%d} to {end:%Y-%m-%d}, as of its end (UTC)"),
            ("offices", offices),
            ("as JSON", f"{len(incidents)} documents, {written:,} characters, all read back equal"),
            ("in the store", f"{len(incidents)} records with {events:,} events"),
        ),
        example=refused_close(incidents),
    )


def _stored(store: RecordStore) -> Iterator[Incident]:
    """Yield everything in a store, page by page."""
    after = ""
    while page := store.find(ALWAYS, after=after):
        yield from (record for record in page if isinstance(record, Incident))
        after = page[-1].id


def refused_close(incidents: tuple[Incident, ...]) -> str:
    """Return in words why closing the first incident on hold is refused; empty without one."""
    for incident in incidents:
        if incident.state.pauses:
            answer = decide(incident, "close", at=MONTH[1], by="ada")
            if isinstance(answer, Refused):
                return f"{incident.id}: {answer.reason}"
    return ""


def _opening_time(chance: random.Random) -> datetime:
    """Return an instant of the month, three times out of four in somebody's morning."""
    start, end = MONTH
    day = start + timedelta(days=chance.randrange((end - start).days))
    if chance.random() < 0.75:
        return day + timedelta(minutes=chance.choice((60, 420, 780)) + chance.randrange(300))
    return day + timedelta(minutes=chance.randrange(24 * 60))


def _incident(chance: random.Random, number: int, at: datetime) -> Incident:
    office = chance.choice(tuple(_offices()))
    title, service = chance.choice(_COMPLAINTS)
    impact, urgency, _ = chance.choices(_LEVELS, weights=[row[2] for row in _LEVELS])[0]
    is_alert = service in ("orders", "network") and chance.random() < 0.3
    caller = f"{office.lower()}-{chance.randrange(200):03d}"
    by = Actor("monitoring", "system") if is_alert else Actor(caller, "requester")
    incident = Incident.open(
        id=f"INC-{number:04d}",
        title=title,
        at=at,
        by=by,
        impact=impact,
        urgency=urgency,
        service=service,
        source="monitoring_alert" if is_alert else "user_report",
        custom={"office": office},
    )
    incident = classify(
        incident, RuleCategorizer(demo_desk().categories), at=at + timedelta(minutes=1), by=_SYSTEM
    )
    incident = prioritize(incident, at=at + timedelta(minutes=1), by=_SYSTEM)
    group = route(incident, demo_desk().routing).group or "Service Desk"
    incident = assign(incident, group=group, at=at + timedelta(minutes=2), by=_SYSTEM)
    return _tell(incident, _story(chance, incident, caller))


def _tell(incident: Incident, story: list[_Change]) -> Incident:
    """Let a story happen as far as the month goes."""
    at = incident.updated_at
    for step in story:
        at += step.after
        if at >= MONTH[1]:
            break
        incident = step.change(incident, *step.arguments, at=at, **step.keywords)
    return incident


def _story(chance: random.Random, incident: Incident, caller: str) -> list[_Change]:
    """Return what will happen to an incident, if the month is long enough."""
    pace = _PACE[incident.priority.name if incident.priority is not None else "low"]
    agent = chance.choice(_AGENTS)
    office = _offices()[str(incident.custom["office"])]
    round_the_clock = pace is _PACE["critical"]
    story: list[_Change] = []
    clock = incident.updated_at

    def then(middle: float, change: Callable[..., Incident], *arguments: Any, **words: Any) -> None:
        """Add a step after a while of work, which agents do in their opening hours."""
        nonlocal clock
        work = timedelta(minutes=max(1, round(chance.lognormvariate(0, 0.7) * middle)))
        due = clock + work if round_the_clock else office.deadline(clock, work)
        story.append(_Change(due - clock, change, arguments, words))
        clock = due

    if chance.random() < 0.03:
        then(pace[0], advance, "cancel", by=caller)
        return story
    then(pace[0] / 2, advance, "start", by=agent)
    then(pace[0] / 2, comment, "We are looking into it.", by=agent)
    work = float(pace[1])
    if chance.random() < 0.12:
        then(
            work / 4,
            assign,
            group=chance.choice(("Network", "Applications", "Vendor Desk")),
            by=agent,
        )
    if chance.random() < 0.3:
        hold = chance.choice(_HOLDS)
        then(work / 3, advance, "hold", reason=hold, by=agent)
        if hold == "awaiting_caller":
            then(work, comment, "Here is what you asked for.", by=Actor(caller, "requester"))
        else:
            work *= 1.5
        then(work / 4, advance, "resume", by=agent)
    _resolve(chance, then, work, agent)
    if chance.random() < 0.07:
        then(900, advance, "reopen", by=Actor(caller, "requester"))
        then(60, comment, "We look again.", by=agent)
        _resolve(chance, then, work / 2, agent)
    then(3_000, advance, "close", by=_SYSTEM)
    return story


def _resolve(chance: random.Random, then: Callable[..., None], work: float, agent: str) -> None:
    then(
        work,
        advance,
        "resolve",
        by=agent,
        resolution_code=chance.choice(_CODES),
        resolution_notes="Done and tested with the caller.",
    )


def _major() -> Incident:
    """Return the month's major incident: orders stand still in all offices for most of a day."""
    start = datetime(2026, 5, 19, 6, 12, tzinfo=UTC)

    def at(hours: int, minutes: int = 0) -> datetime:
        return start + timedelta(hours=hours, minutes=minutes)

    incident = Incident.open(
        id="INC-0001",
        title="Orders stand still in all offices",
        at=start,
        by=Actor("monitoring", "system"),
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        service="orders",
        source="monitoring_alert",
        custom={"office": "Berlin"},
    )
    incident = classify(incident, RuleCategorizer(demo_desk().categories), at=at(0, 1), by=_SYSTEM)
    incident = prioritize(incident, at=at(0, 1), by=_SYSTEM)
    incident = assign(incident, group="Applications", at=at(0, 2), by=_SYSTEM)
    incident = acknowledge(incident, at=at(0, 33), by="farah")
    incident = set_major_status(incident, "proposed", at=at(0, 40), by="farah")
    incident = set_major_status(incident, "accepted", at=at(0, 55), by="dora")
    incident = advance(incident, "start", at=at(0, 56), by="farah")
    for hour in range(1, 7):
        incident = comment(
            incident, f"Hour {hour}: the database still replays its log.", at=at(hour), by="dora"
        )
    incident = advance(incident, "hold", reason="awaiting_vendor", at=at(2, 30), by="farah")
    incident = advance(incident, "resume", at=at(3, 45), by="farah")
    incident = mark_restored(incident, at=at(7, 20), by="farah")
    incident = advance(
        incident,
        "resolve",
        at=at(8, 5),
        by="farah",
        resolution_code="workaround",
        resolution_notes="Switched to the second database.",
    )
    incident = advance(incident, "reopen", at=at(26, 10), by=Actor("berlin-017", "requester"))
    incident = comment(incident, "The first database took over again.", at=at(26, 20), by="farah")
    return advance(
        incident,
        "resolve",
        at=at(29),
        by="farah",
        resolution_code="software_fix",
        resolution_notes="The fix of the vendor is in place.",
    )
