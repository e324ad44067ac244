"""A simulated month of a service desk, small enough to read, with every kind of irregularity.

Three offices in three zones, a few hundred incidents, pauses, reopenings, reassignments,
cancelations and one major incident, by ``simulate`` with a desk file. Equal seeds give equal
records.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from incidentcore.categorization import RuleCategorizer, classify
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
from incidentcore.simulation import Agent, Hold, Lognormal, Reassign, Team, Workload, simulate
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.values import Actor, Impact, Urgency
from incidentcore.words import Phrase

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

[lifecycle.incident]
close_after = "2d"

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
# What breaks: the service, two titles, minutes of work for the middle one, and what it waits for.
_SERVICES: Final = (
    ("mail", ("Mailbox does not sync", "Calendar invitations are lost"), 160, "awaiting_caller"),
    ("network", ("VPN drops every few minutes", "No wireless upstairs"), 270, "awaiting_change"),
    ("accounts", ("Password expired during leave", "Account is locked"), 45, "awaiting_caller"),
    ("orders", ("Order form rejects the code", "Orders are booked twice"), 320, "awaiting_vendor"),
    ("workplace", ("Printer prints blank pages", "Laptop stays dark"), 190, "awaiting_vendor"),
)
_LEVELS: Final = (  # of twenty incidents
    *[{"impact": Impact.HIGH, "urgency": Urgency.HIGH}] * 1,
    *[{"impact": Impact.HIGH, "urgency": Urgency.MEDIUM}] * 3,
    *[{"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM}] * 8,
    *[{"impact": Impact.LOW, "urgency": Urgency.MEDIUM}] * 5,
    *[{"impact": Impact.MEDIUM, "urgency": Urgency.LOW}] * 3,
)
_AGENTS: Final = {
    "Berlin": ("ada", "ben"),
    "Chicago": ("chen", "dora"),
    "Singapore": ("emil", "farah", "goran"),
}
_SYSTEM: Final = Actor("scheduler", "system")


@lru_cache(maxsize=1)
def demo_desk() -> Desk:
    """Return the desk of the demonstration.

    >>> from incidentcore.demo import demo_desk
    >>> demo_desk().name
    'Three offices'
    """
    return load_desk(DEMO_DESK, source="demo desk")


def _offices() -> dict[str, BusinessCalendar]:
    calendars = demo_desk().calendars.items()
    return {name: one for name, one in calendars if isinstance(one, BusinessCalendar)}


def demo_month(seed: int, *, count: int = 320) -> tuple[Incident, ...]:
    """Return the incidents of a simulated month, the major incident first.

    Args:
        seed: Equal seeds give equal records, on every version of Python.
        count: About how many there are; as many as arrive at random.

    >>> from incidentcore.demo import demo_month
    >>> demo_month(1, count=12) == demo_month(1, count=12)
    True
    """
    run = simulate(
        demo_desk(),
        _team(),
        _workloads(count - 1) if count > 1 else (),
        seed=seed,
        start=MONTH[0],
        end=MONTH[1],
        watch=False,
    )
    return (_major(), *run.records)


def _team() -> Team:
    """Return two or three agents in each office and one in the second line."""
    agents = [
        Agent(name, calendar, [office])
        for office, calendar in _offices().items()
        for name in _AGENTS[office]
    ]
    return Team([*agents, Agent("hana", _offices()["Chicago"], ["second line"])])


def _workloads(count: int) -> Iterator[Workload]:
    """Yield what breaks in each office, so that about so many incidents come in a month."""
    share = count / len(_offices()) / len(_SERVICES)
    for office, calendar in _offices().items():
        for service, titles, minutes, waits_for in _SERVICES:
            work = Lognormal(timedelta(minutes=minutes), 0.7)
            yield Workload(
                name=f"{office}-{service}",
                rate=share / (calendar.open_time(*MONTH) / timedelta(hours=1)),
                arrives=calendar,
                opening=[
                    {"title": title, "service": service, "custom": {"office": office}, **level}
                    for title in titles
                    for level in _LEVELS
                ],
                work=work,
                skill=office,
                hold=Hold(chance=0.3, lasts=Lognormal(timedelta(hours=18), 0.9), reason=waits_for),
                reassign=Reassign(chance=0.12, group="Second Line", skill="second line"),
                patience=Lognormal(timedelta(days=4), 1.0),
                reopen=0.07,
            )


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
                return Phrase("{record}: {answer}", record=incident.id, answer=answer)
    return ""


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
