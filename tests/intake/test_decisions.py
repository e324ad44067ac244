"""What becomes of an alert: an incident, a duplicate, nothing."""

from __future__ import annotations

from datetime import timedelta

from tests.intake.builders import HOUR, MINUTE, T0, WORK, alert, told

from incidentcore.conditions import field
from incidentcore.instants import Interval
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    IntakePolicy,
    MaintenanceRule,
)
from incidentcore.schedule import BusinessCalendar, Maintenance

# Two alerts of a service within five minutes are an incident.
PAIRS = IntakePolicy(
    group_by="labels.service", threshold=2, window=5 * MINUTE, deduplicate=timedelta(0)
)


def test_windows_include_their_last_instant():
    """Exactly at the end of the window an alert joins; at that of the threshold's it counts."""
    policy = IntakePolicy(group_by="labels.service", window=5 * MINUTE)
    both = IntakePolicy(group_by="labels.service", window=5 * MINUTE, threshold=2)

    assert told(policy, [alert("a"), alert("b", 5)])[-1] == ("add", 5, "1", "")
    assert told(policy, [alert("a"), alert("b", 6)])[-1] == ("open", 6, "2", "")
    assert told(both, [alert("a"), alert("b", 5)])[0] == ("open", 5, "1", "")
    assert told(both, [alert("a"), alert("b", 6)])[0] == ("dropped", 5, "", "below_threshold")


def test_a_condition_is_in_one_incident():
    """Alerts of one condition that wait in two groups open one incident, not two."""
    policy = IntakePolicy(group_by="labels.service", threshold=2, deduplicate=timedelta(0))
    mail = Alert(key="b", at=T0, labels={"service": "mail"})
    other = Alert(key="x", at=T0 + 3 * MINUTE, labels={"service": "mail"})

    assert told(policy, [mail, alert("b", 1), alert("c", 2), other], until=T0 + 5 * MINUTE) == [
        ("open", 2, "1", ""),
        ("dropped", 2, "", "below_threshold"),
        ("add", 2, "1", ""),
    ]


def test_what_waits_goes_along():
    """An alert that waited beside a lapsed incident joins it once its window lives again."""
    items = [alert("a"), alert("b"), alert("c", 10), alert("a", 12), alert("d", 13)]

    assert told(PAIRS, items)[2:] == [
        ("add", 12, "1", ""),
        ("add", 13, "1", ""),
        ("add", 13, "1", ""),
    ]


def test_what_fires_on_after_the_maintenance_is_not_lost():
    """An alert of a maintenance that still fires at its end opens an incident then (rule A6)."""
    policy = IntakePolicy(maintenance=MaintenanceRule("work", WORK))

    assert told(policy, [alert()]) == [("open", 30, "1", "")]
    over = [alert(), alert(minutes=20, status="resolved")]
    assert told(policy, over) == [("suppressed", 20, "", "work"), ("suppressed", 20, "", "work")]
    dropped = IntakePolicy(maintenance=MaintenanceRule("work", WORK, resume=False))
    assert told(dropped, [alert()]) == [("suppressed", 0, "", "work")]
    again = told(dropped, [alert(), alert(minutes=70)], until=T0 + 2 * HOUR)
    assert again[-1] == ("open", 70, "1", "")


def test_maintenance_suppresses_starts_only():
    """E2: an incident that was open before hears of its alerts, and others are not concerned."""
    when = field("labels.service").equals("shop")
    late = Maintenance(Interval(T0 + MINUTE, T0 + HOUR))
    policy = IntakePolicy(
        group_by="labels.service", maintenance=MaintenanceRule("work", late, when)
    )

    assert told(policy, [alert("a"), alert("b", 5)])[-1] == ("add", 5, "1", "")
    other = Alert(key="x", at=T0 + 5 * MINUTE, labels={"service": "mail"})
    assert told(policy, [other]) == [("open", 5, "1", "")]


def test_deduplication_in_a_rolling_window():
    """Each repetition prolongs the window; after a silence longer than it, it is told again.

    Rule A6.
    """
    policy = IntakePolicy(deduplicate=10 * MINUTE)
    items = [alert(minutes=n) for n in (0, 10, 20, 31)]

    assert told(policy, items) == [
        ("open", 0, "1", ""),
        ("dropped", 10, "1", "duplicate"),
        ("dropped", 20, "1", "duplicate"),
        ("add", 31, "1", ""),
    ]


def test_a_worse_severity_is_never_a_duplicate():
    """A warning that becomes critical reaches the incident at once; back to warning does not."""
    severities = ("warning", "critical", "warning", "critical")
    items = [alert(minutes=n, severity=word) for n, word in enumerate(severities)]

    assert [kind for kind, *_ in told(IntakePolicy(), items)] == [
        "open",
        "add",
        "dropped",
        "dropped",
    ]


def test_maintenance_without_an_end_suppresses_at_once():
    """Where no end can be seen there is nothing to wait for (rule A6)."""
    policy = IntakePolicy(maintenance=MaintenanceRule("work", BusinessCalendar.always()))

    assert told(policy, [alert()]) == [("suppressed", 0, "", "work")]


def test_what_waits_joins_although_maintenance_suppressed_it_later():
    """It waited before; the suppression was of its second alert, and is over with the opening."""
    noisy = field("severity").equals("warning")
    rule = MaintenanceRule("work", WORK, noisy, resume=False)
    policy = IntakePolicy(
        group_by="labels.service", threshold=2, deduplicate=timedelta(0), maintenance=rule
    )
    items = [alert("a"), alert("a", 5, severity="warning"), alert("b", 6), alert("a", 7)]

    assert told(policy, items) == [
        ("suppressed", 5, "", "work"),
        ("open", 6, "1", ""),
        ("add", 6, "1", ""),
        ("add", 7, "1", ""),
    ]


def test_what_waits_beside_an_incident_outlives_it():
    """Its window had lapsed; once people end it, the group still counts who waits."""
    ended = IncidentEnded("alerts-1", T0 + 11 * MINUTE)
    items = [alert("a"), alert("b"), alert("c", 10), ended, alert("d", 12)]

    assert told(PAIRS, items) == [
        ("open", 0, "1", ""),
        ("add", 0, "1", ""),
        ("open", 12, "2", ""),
        ("add", 12, "2", ""),
    ]
