"""The order of time: late alerts, clocks that run ahead, equal instants."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

from tests.intake.builders import HOUR, MINUTE, T0, alert, told

from incidentcore.instants import EARLIEST
from incidentcore.intake import Alert, IncidentEnded, Intake, IntakePolicy, fold_alerts
from incidentcore.intake.ordering import Ordering


def test_equal_instants_firing_outweighs():
    """A condition that is firing and resolved at one instant fires, whichever came first (A3)."""
    both = [alert(minutes=5, status="resolved"), alert(minutes=5)]
    expected = [
        ("open", 0, "1", ""),
        ("dropped", 5, "1", "duplicate"),
        ("dropped", 5, "1", "outweighed"),
    ]

    assert told(IntakePolicy(), [alert(), *both]) == expected
    assert told(IntakePolicy(), [alert(), *both[::-1]]) == expected


def test_late_alerts():
    """A late alert counts from now on, unless a newer one of its condition is known."""
    late = [alert("a", 10), alert("b", 5), alert("a", 9, "resolved")]

    assert told(IntakePolicy(), late) == [
        ("open", 10, "1", ""),
        ("open", 10, "2", ""),
        ("dropped", 10, "2", "stale"),  # a is the second: b began at 5
    ]
    patient = IntakePolicy(lateness=5 * MINUTE)
    assert told(patient, late)[:2] == [("open", 5, "1", ""), ("dropped", 9, "", "not_firing")]


def test_alerts_that_come_together_are_in_their_own_order() -> None:
    """Received at 15: the disk since 3, the lag and the ping since 12; the lag is critical.

    The disk opens, though its key is the last; of the two of one instant, the worse is first.
    """
    minutes = {"z-disk": (3, "warning"), "m-lag": (12, "critical"), "a-ping": (12, "warning")}
    alerts = [
        Alert(
            key=key,
            at=T0 + minute * MINUTE,
            recorded_at=T0 + 15 * MINUTE,
            severity=severity,
            labels={"host": "db7"},
        )
        for key, (minute, severity) in minutes.items()
    ]
    policy = IntakePolicy(group_by="labels.host")
    for order in permutations(alerts):
        found = fold_alerts(policy, order, until=T0 + 15 * MINUTE)
        keys = [(one.kind, one.alert and one.alert.key) for one in found.intents]
        assert keys == [("open", "z-disk"), ("add", "m-lag"), ("add", "a-ping")]


def test_a_clock_that_runs_ahead_cannot_push_time_forward():
    """An alert from next year counts when it came in, and the next one is not late (rule A2)."""
    ahead = Alert(key="x", at=T0 + 9000 * HOUR, recorded_at=T0)

    assert told(IntakePolicy(), [ahead, alert("a", 1)]) == [
        ("open", 0, "1", ""),
        ("open", 1, "2", ""),
    ]


def test_items_are_released_in_order_and_none_is_lost():
    """One that comes after its instant was settled counts at the first that is not."""
    order = Ordering(2 * MINUTE, T0, [(T0 + MINUTE, "b"), (T0 - MINUTE, "a")])
    edge = order.edge(T0 + 5 * MINUTE)
    assert (edge, order.first) == (T0 + 3 * MINUTE, T0)
    assert order.release(edge) == [(T0, ["a"]), (T0 + MINUTE, ["b"])]

    order.put(T0, "late")
    order.put(edge, "beside it")
    assert list(order.pending()) == [(edge, ["late", "beside it"])]
    assert order.release(edge) == []


def test_an_instant_that_becomes_the_first_unsettled_one_keeps_its_items():
    """Items that waited for it come before those that come late."""
    order = Ordering(HOUR, T0, [(T0 + MINUTE, "a"), (T0 + 2 * MINUTE, "b")])
    assert order.release(T0 + MINUTE) == []
    order.put(T0, "late")
    assert order.first == T0 + MINUTE
    assert list(order.pending()) == [(T0 + MINUTE, ["a", "late"]), (T0 + 2 * MINUTE, ["b"])]
    assert order.release(T0) == []
    assert order.release(T0 + HOUR) == [(T0 + MINUTE, ["a", "late"]), (T0 + 2 * MINUTE, ["b"])]
    assert order.first is None


def test_the_edge_never_goes_before_the_first_of_all_instants():
    """However late an item may be."""
    assert Ordering(timedelta.max, T0, []).edge(T0) == EARLIEST
    assert Ordering(timedelta(), T0, []).edge(T0) == T0


def test_an_end_that_comes_late_counts_from_now_on():
    """What is settled stays: the incident took the alert of minute 10, and ends after it (A2)."""
    intake = Intake(IntakePolicy(group_by="labels.service"))
    intake.feed(alert("a"))
    intake.feed(alert("b", 10))
    intake.settle(until=T0 + 10 * MINUTE)
    now = T0 + 10 * MINUTE + timedelta(microseconds=1)
    assert intake.feed(IncidentEnded("alerts-1", T0 + 5 * MINUTE)) == []
    assert intake.state.ends == (IncidentEnded("alerts-1", now),)

    intake.feed(alert("a", 11))
    (opened,) = intake.settle(until=T0 + 11 * MINUTE)
    assert (opened.kind, opened.incident, opened.at) == ("open", "alerts-2", T0 + 11 * MINUTE)
