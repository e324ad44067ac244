"""Every row of the SLA oracle and the timelines of the vendors' documents, answered or listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from tests.oracles.rows import by_id
from tests.schedule.oracles import build

from incidentcore.conditions import NEVER, field
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    CalendarByField,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
    evaluate_sla,
    lint_sla,
)

from .desk import ALWAYS_OPEN, HOUR, incident

ROWS = by_id("sla_clock.jsonl")
DOCUMENTED = by_id("calendar_vendor_docs.jsonl")
TIMELINES = {name: row for name, row in DOCUMENTED.items() if row["kind"] == "timeline"}

OTHER = by_id("sla_other_tests.jsonl")

# Answered otherwise on purpose, with the rule; each has a test below.
DIFFERENT = {
    "sn-rounding-breach": "T4: 99.951 % is not rounded up to a breach; only more than 100 % is one",
    "sn-pause-subset-start": "S10: the source says it the wrong way round; start within pause is "
    "what is only ever paused, pause within start is the normal set-up",
    "sla_other_tests-0036": "T5: a budget used up at closing time is due then, not at the next "
    "opening",
    "sla_other_tests-0059": "S3: a pause outside opening hours delays nothing",
    "sla_other_tests-0060": "S6: a next response waits for a message; an opening is not one",
}
ANSWERED = {
    "sn-elapsed-1",
    "sn-elapsed-2",
    "sn-duration-noschedule",
    "sn-days-are-24h",
    "sn-rounding-exact",
    "sn-start-subset-stop",
    "sn-start-pause-disjoint",
    "sn-retro-start",
    "sn-retro-pause",
    "sn-tz-fallback",
}


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _resolution(target: timedelta, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return SlaDefinition.resolution(target=target, calendar=calendar, **more)


def test_every_row_is_answered_or_listed() -> None:
    """No row is left out."""
    assert set(ROWS) == ANSWERED | set(DIFFERENT) - set(OTHER)
    assert set(DIFFERENT) <= {*ROWS, *OTHER}
    assert (len(ROWS), len(OTHER)) == (12, 74)
    assert set(TIMELINES) == {"vendor_docs-0005", "vendor_docs-0006", "vendor_docs-0007"}


@pytest.mark.parametrize(
    ("row", "hours", "target"),
    [("sn-elapsed-1", "09:00-17:00", 8), ("sn-elapsed-2", "08:00-17:00", 8)],
)
def test_elapsed(row: str, hours: str, target: int) -> None:
    """Business and actual elapsed time, and the exact percentage."""
    given, expect = ROWS[row]["given"], ROWS[row]["expect"]
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": hours})
    record = incident((_utc(given["start"]), "new"))
    status = evaluate_sla(_resolution(target * HOUR, office), record, now=_utc(given["now"]))
    assert timedelta(seconds=expect["business_s"]) == status.elapsed
    assert timedelta(seconds=expect["actual_s"]) == status.wall_elapsed
    if "business_pct" in expect:
        assert Fraction(str(expect["business_pct"])) / 100 == status.fraction


def test_no_schedule_is_around_the_clock() -> None:
    """sn-duration-noschedule: ten hours from 10:30 end at 20:30."""
    row = ROWS["sn-duration-noschedule"]
    start = _utc(row["given"]["start"])
    status = evaluate_sla(_resolution(10 * HOUR), incident((start, "new")), now=start)
    assert _utc(row["expect"]["breach"]) == status.due_at


def test_a_day_of_duration_is_24_open_hours() -> None:
    """sn-days-are-24h: three working days of 8 hours."""
    row = ROWS["sn-days-are-24h"]
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    start = _utc("2026-06-01 09:00")
    clock = _resolution(timedelta(days=row["given"]["duration_days"]), office)
    status = evaluate_sla(clock, incident((start, "new")), now=start)
    assert timedelta(seconds=row["expect"]["business_seconds"]) == status.target
    assert _utc("2026-06-03 17:00") == status.due_at
    assert row["expect"]["working_days"] == len(list(office.windows(start, status.due_at)))


@pytest.mark.parametrize("row", ["sn-rounding-exact", "sn-rounding-breach"])
def test_99_951_percent_is_not_breached(row: str) -> None:
    """Exact comparison, as ServiceNow's mode business_time_left; its default rounds up (T4)."""
    start = _utc("2026-06-01 09:00")
    full = SlaThreshold(name="full", fraction=1)
    clock = _resolution(timedelta(seconds=100_000), thresholds=[full])
    now = start + timedelta(seconds=99_951)
    status = evaluate_sla(clock, incident((start, "new")), now=now)
    assert Fraction(str(ROWS[row]["given"]["business_percentage"])) / 100 == status.fraction
    assert (status.breached, status.thresholds) == (False, ())


OPEN = field("state.open").is_true()
NEW_OR_ACTIVE = field("state.name").is_in("new", "in_progress")
ON_HOLD = field("state.name").equals("on_hold")


def test_start_within_stop_never_attaches() -> None:
    """sn-start-subset-stop: told by the lint, and seen on a record."""
    clock = _resolution(4 * HOUR)
    trap = attrs.evolve(clock, start=OPEN & field("custom.vip").is_true(), stop=OPEN)
    assert [finding.code for finding in lint_sla(trap)] == ["never_attaches"]
    record = incident(("mon 09:00", "new"), ("mon 09:00", {"vip": True}))
    status = evaluate_sla(trap, record, now=_utc("2026-06-01 12:00"))
    assert ROWS["sn-start-subset-stop"]["expect"]["attaches"] is (status.started_at is not None)


def test_pause_within_start_is_the_normal_set_up() -> None:
    """sn-pause-subset-start: it pauses and resumes; start within pause is the trap (S10)."""
    normal = _resolution(4 * HOUR, name="normal")
    assert lint_sla(normal) == ()
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"), ("mon 11:00", "in_progress"))
    status = evaluate_sla(
        attrs.evolve(normal, cancel_when_start_ends=True), record, now=_utc("2026-06-01 12:00")
    )
    assert (status.stage, status.elapsed) == ("running", 2 * HOUR)
    trap = attrs.evolve(normal, start=ON_HOLD, pause=ON_HOLD | field("custom.wait").is_true())
    assert [finding.code for finding in lint_sla(trap)] == ["always_paused"]


def test_start_and_pause_that_never_meet_cancel() -> None:
    """sn-start-pause-disjoint: in the ServiceNow dialect a hold cancels and never pauses."""
    row = ROWS["sn-start-pause-disjoint"]
    trap = attrs.evolve(
        _resolution(4 * HOUR), start=NEW_OR_ACTIVE, pause=ON_HOLD, cancel_when_start_ends=True
    )
    (finding,) = lint_sla(trap)
    assert finding.code == "pause_cancels"
    assert trap.pause.matches(dict(finding.witness or {}))
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"))
    status = evaluate_sla(trap, record, now=_utc("2026-06-01 12:00"))
    assert row["expect"]["result"] == "cancelled, never paused"
    assert status.stage == "canceled"
    assert "paused" not in [entry.code for entry in status.trace]


P1 = field("custom.priority").equals(1)


def _swapped(pauses: list[tuple[str, str]], *, p3: timedelta, p1: timedelta) -> Any:
    policy = SlaPolicy([(P1, _resolution(p1, name="P1"))], default=_resolution(p3, name="P3"))
    record = incident(("mon 00:00", "new"), *pauses, ("mon 03:00", {"priority": 1}))
    return evaluate_sla(policy, record, now=_utc("2026-06-01 03:00"))


def test_retroactive_start() -> None:
    """sn-retro-start: P1 attached at 03:00 counts from the opening."""
    status = _swapped([], p3=8 * HOUR, p1=4 * HOUR)
    expect = ROWS["sn-retro-start"]["expect"]
    assert _utc(f"2026-06-01 {expect['clock_start']}") == status.started_at
    assert (3 * HOUR, _utc("2026-06-01 04:00")) == (status.elapsed, status.due_at)


def test_retroactive_pause() -> None:
    """sn-retro-pause: an hour of pause before P1 attached moves its breach by an hour."""
    held = [("mon 01:00", "on_hold"), ("mon 02:00", "in_progress")]
    plain, paused = (_swapped(pauses, p3=8 * HOUR, p1=4 * HOUR) for pauses in ([], held))
    assert ROWS["sn-retro-pause"]["expect"]["breach_time_shift"] == "+1h"
    assert paused.due_at - plain.due_at == HOUR


def test_a_caller_without_zone_falls_back() -> None:
    """sn-tz-fallback: the calendar by the caller's zone, or that of the system."""
    assert ROWS["sn-tz-fallback"]["expect"] == {"tz": "system"}

    def office(zone: str) -> BusinessCalendar:
        return BusinessCalendar(zone=zone, hours={"mon-fri": "09:00-17:00"})

    choice = CalendarByField(
        "custom.caller_tz", {"Asia/Tokyo": office("Asia/Tokyo")}, office("Europe/London")
    )
    clock = _resolution(HOUR, choice)
    opened = _utc("2026-06-01 00:00")
    tokyo = incident((opened, "new"), (opened, {"caller_tz": "Asia/Tokyo"}))
    nobody = incident((opened, "new"), (opened, {"caller_tz": None}))
    due = [evaluate_sla(clock, record, now=opened).due_at for record in (tokyo, nobody)]
    zones = [ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/London")]
    assert [at.astimezone(zone).hour for at, zone in zip(due, zones, strict=True)] == [10, 10]


@pytest.mark.parametrize("name", sorted(TIMELINES))
def test_timelines_of_vendors_documents(name: str) -> None:
    """Retroactive start, retroactive pause and linked goals, to the second."""
    row = TIMELINES[name]
    week = {day: [f"{a}-{b}" for a, b in spans] for day, spans in row["calendar"]["week"].items()}
    always = BusinessCalendar(zone=row["calendar"]["tz"], hours=week)
    rules, story = [], [(datetime.fromisoformat(row["created"]), "new")]
    moves = {"pause": "on_hold", "resume": "in_progress"}
    for event in row["events"]:
        when = datetime.fromisoformat(event["at"])
        if event["type"] == "retarget":
            story.append((when, {"goal": len(rules) + 1}))
            seconds = timedelta(seconds=event["targets"]["resolution"]["seconds"])
            rules.append(
                (field("custom.goal").equals(len(rules) + 1), _resolution(seconds, always))
            )
        else:
            story.append((when, moves[event["type"]]))
    first = timedelta(seconds=row["targets"]["resolution"]["seconds"])
    policy = SlaPolicy(rules, default=_resolution(first, always, name="first"))
    record: Incident = incident(*story)
    for check in row["asserts"]:
        status = evaluate_sla(policy, record, now=datetime.fromisoformat(check["at"]))
        assert datetime.fromisoformat(check["resolution_due"]) == status.due_at
        if "elapsed_s" in check:
            assert timedelta(seconds=check["elapsed_s"]) == status.elapsed


def _other(row: dict[str, Any]) -> dict[str, Any]:
    """Return what we answer to a row of another desk, for each thing that it expects."""

    def budget(given: dict[str, Any], kind: str) -> Any:
        if f"{kind}_s" in given:
            return timedelta(seconds=given[f"{kind}_s"])
        return BusinessDays(given[f"{kind}_days"], end_of_day=given.get("end_of_day", False))

    more: dict[str, Any] = {}
    if "pause" in row:
        more["pause"] = field("state.pauses").is_true() if row["pause"] else NEVER
    if "threshold" in row:
        (side,) = (key.rpartition("_")[0] for key in row["threshold"] if key != "end_of_day")
        more["thresholds"] = [
            SlaThreshold(name="level", **{f"{side}_due": budget(row["threshold"], side)})
        ]
    calendar = ALWAYS_OPEN if row["calendar"] is None else build(row["calendar"])
    more["every" if row["clock"] == "update" else "target"] = budget(row, "target")
    clock = getattr(SlaDefinition, row["clock"])(calendar=calendar, **more)
    record = incident(*((datetime.fromisoformat(when), what) for when, what in row["story"]))
    now = datetime.fromisoformat(row["now"])
    status = evaluate_sla(clock, record, now=now)
    later = (
        status
        if "level" not in row["expect"]
        else evaluate_sla(clock, record, now=now + timedelta(days=60))
    )
    found = {
        "due": status.due_at,
        "due_if_resumed": status.due_at_if_resumed,
        "elapsed_s": status.elapsed,
        "remaining_s": status.remaining,
        "breached": status.breached,
        "stage": status.stage,
        "cycles_s": [cycle.elapsed for cycle in status.cycles],
        "level": next((passed.at for passed in later.thresholds if passed.name == "level"), None),
    }
    return {key: _plain(found[key]) for key in row["expect"]}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.total_seconds() if isinstance(value, timedelta) else value


@pytest.mark.parametrize("name", sorted(set(OTHER) - set(DIFFERENT)))
def test_clocks_of_other_desks(name: str) -> None:
    """Due times, levels, pauses and cycles of GLPI, Zammad, RT, Frappe Helpdesk and Znuny."""
    assert OTHER[name]["expect"] == _other(OTHER[name])


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("sla_other_tests-0036", "2013-06-04T16:00:00Z"),
        ("sla_other_tests-0059", "2020-03-04T16:00:00Z"),
        ("sla_other_tests-0060", None),
    ],
)
def test_clocks_that_differ_on_purpose(name: str, due: str | None) -> None:
    """Due at closing time; not delayed while closed; not started by the opening alone."""
    assert {"due": due} == _other(OTHER[name])


CHANGE: dict[str, Any] = {"priority": 1}


@pytest.mark.parametrize(
    ("hours", "targets", "story", "due"),
    [
        ("00:00-24:00", (2, 4), [("10:00", "new")], "16 12:00"),
        ("00:00-24:00", (2, 4), [("10:00", "new"), ("10:30", CHANGE)], "16 14:00"),
        ("08:00-19:00", (4, 6), [("13:00", "new")], "16 17:00"),
        (
            "08:00-19:00",
            (4, 6),
            [("13:00", "new"), ("13:00", "on_hold"), ("13:10", "in_progress"), ("13:10", CHANGE)],
            "17 08:10",
        ),
    ],
)
def test_a_changed_agreement(
    hours: str, targets: tuple[int, int], story: list[tuple[str, Any]], due: str
) -> None:
    """Another target counts from the opening, and pauses before the change still count.

    Sources: bestpractical/rt#t/sla/due.t, glpi-project/glpi#tests/functional (a change of the SLA).
    """
    calendar = BusinessCalendar(zone="UTC", hours={"mon-fri": hours})
    first, other = (_resolution(n * HOUR, calendar, name=f"{n} h") for n in targets)
    policy = SlaPolicy([(P1, other)], default=first)
    happened = [(_utc(f"2034-08-16 {clock}"), what) for clock, what in story]

    status = evaluate_sla(policy, incident(*happened), now=happened[-1][0])
    assert _utc(f"2034-08-{due}") == status.due_at


@pytest.mark.parametrize(
    ("hours", "level", "due", "crossed"),
    [(2, 45, "2034-08-16 16:00", "15:15"), (8, 60, "2034-08-16 22:00", "21:00")],
)
def test_an_internal_agreement_counts_from_its_assignment(
    hours: int, level: int, due: str, crossed: str
) -> None:
    """The ticket is an hour old (glpi-project/glpi#tests/functional, dates and escalation)."""
    warning = SlaThreshold(name="level", before_due=timedelta(minutes=level))
    clock = _resolution(
        hours * HOUR, start=field("custom.ola").present(), thresholds=[warning], name="OLA"
    )
    record = incident((_utc("2034-08-16 13:00"), "new"), (_utc("2034-08-16 14:00"), {"ola": "x"}))
    status = evaluate_sla(clock, record, now=_utc("2034-08-17 14:00"))

    assert _utc(due) == status.due_at
    assert [_utc(f"2034-08-16 {crossed}")] == [passed.at for passed in status.thresholds]


def test_an_agreement_that_matches_no_more_cancels_its_clock() -> None:
    """No due time is left (zammad/zammad#test/unit/ticket_sla_test.rb)."""
    policy = SlaPolicy([(P1, _resolution(4 * HOUR))])
    opened, changed = _utc("2013-03-21 09:30"), _utc("2013-03-21 09:40")
    story = [(opened, "new"), (opened, {"priority": 1})]
    kept = evaluate_sla(policy, incident(*story), now=opened)
    lost = evaluate_sla(policy, incident(*story, (changed, {"priority": 2})), now=changed)

    assert _utc("2013-03-21 13:30") == kept.due_at
    assert (lost.due_at, lost.stage) == (None, "canceled")
