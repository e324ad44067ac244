"""What happens when time passes: silence, windows, flapping."""

from __future__ import annotations

from tests.intake.builders import HOUR, MINUTE, T0, WORK, alert, told

from incidentcore.intake import (
    Flapping,
    IncidentEnded,
    Intake,
    IntakePolicy,
    MaintenanceRule,
    fold_alerts,
)


def test_flapping_holds_the_incident_open():
    """Four changes within ten minutes are flapping; it ends when only one is left within them.

    Rule A6.
    """
    policy = IntakePolicy(flapping=Flapping(within=10 * MINUTE, start=4, stop=1))
    items = [alert(minutes=n, status=("firing", "resolved")[n % 2]) for n in range(6)]

    # The third change opens a second incident. The fourth, at 3, is flapping; of the changes at 4
    # and 5 the first leaves the window at 14, and by then it is resolved.
    assert told(policy, items) == [
        ("open", 0, "1", ""),
        ("add", 1, "1", ""),
        ("resolve", 1, "1", "all_resolved"),
        ("open", 2, "2", ""),
        ("dropped", 3, "2", "flapping"),
        ("dropped", 4, "2", "flapping"),
        ("dropped", 5, "2", "flapping"),
        ("resolve", 14, "2", "all_resolved"),
    ]


def test_a_change_as_old_as_the_window_is_out_of_it():
    """A fourth change ten minutes after the first makes no flapping; a minute earlier it does."""
    policy = IntakePolicy(flapping=Flapping(within=10 * MINUTE, start=4, stop=1))
    three = [alert(), alert(minutes=1, status="resolved"), alert(minutes=2)]

    late = told(policy, [*three, alert(minutes=10, status="resolved")])
    assert late[-2:] == [("add", 10, "2", ""), ("resolve", 10, "2", "all_resolved")]
    early = told(policy, [*three, alert(minutes=9, status="resolved")])
    assert ("dropped", 9, "2", "flapping") in early


def test_a_condition_is_remembered_from_the_end_of_its_incident():
    """However long it fired unheard, an old alert that is delivered again opens no incident."""
    policy = IntakePolicy(deduplicate=5 * MINUTE)
    items = [alert(), alert("other", 30), IncidentEnded("alerts-1", T0 + 30 * MINUTE)]
    again = alert("other", 31)
    old = alert(minutes=-1)

    assert ("dropped", 31, "", "stale") in told(policy, [*items, again, old])


def test_silence_resolves():
    """What is not heard of for a while counts as resolved at that instant, and not before (A5)."""
    policy = IntakePolicy(silence=10 * MINUTE)
    items = [alert(), alert(minutes=10)]

    assert told(policy, items, until=T0 + 19 * MINUTE)[-1] == ("dropped", 10, "1", "duplicate")
    assert told(policy, items)[-1] == ("resolve", 20, "1", "silence")


def test_a_deadline_that_was_put_off_is_the_next_wakeup():
    """Heard again at 3, it is silent at 13 and not at 10, whoever asked before."""
    intake = Intake(IntakePolicy(silence=10 * MINUTE))
    assert intake.feed(alert()) == []
    intake.settle(until=T0 + MINUTE)
    assert intake.next_wakeup == T0 + 10 * MINUTE
    intake.feed(alert(minutes=3))
    intake.settle(until=T0 + 4 * MINUTE)
    assert intake.next_wakeup == T0 + 13 * MINUTE
    assert [one.kind for one in intake.settle(until=T0 + 13 * MINUTE)] == ["resolve"]


def test_what_flapped_is_calm_at_once_under_a_policy_without_flapping():
    """The state goes on under another policy: a condition that was resolved is resolved."""
    turns = [alert(minutes=n, status=("firing", "resolved")[n % 2]) for n in range(6)]
    flaps = IntakePolicy(flapping=Flapping(within=HOUR, start=4, stop=1))
    before = fold_alerts(flaps, turns, until=T0 + 6 * MINUTE)

    assert [(one.at - T0) // MINUTE for one in before.intents if one.kind == "resolve"] == [1]
    assert [kind for kind, *_ in told(IntakePolicy(), [], state=before.state)] == ["resolve"]


def test_clearing_timers_away_changes_nothing(monkeypatch):
    """Timers that are out of date are only in the way."""
    policy = IntakePolicy(silence=10 * MINUTE, deduplicate=5 * MINUTE)
    storm = [alert(f"k{n % 3}", n, ("firing", "firing", "resolved")[n % 7 % 3]) for n in range(60)]
    expected = told(policy, storm)
    monkeypatch.setattr("incidentcore.intake.deadlines._SPARE", -1_000)

    assert told(policy, storm) == expected


def test_what_flaps_in_a_maintenance_waits_for_its_end():
    """Calm at minute 12, but held until 30: nothing opens before."""
    flaps = Flapping(within=10 * MINUTE, start=3, stop=0)
    policy = IntakePolicy(maintenance=MaintenanceRule("work", WORK), flapping=flaps)
    turns = [alert(), alert(minutes=1, status="resolved"), alert(minutes=2)]
    opened = [(kind, at) for kind, at, *_ in told(policy, turns) if kind == "open"]
    assert opened == [("open", 30)]


def test_a_resolved_incident_is_forgotten_under_a_policy_that_reopens_nothing():
    """The state goes on under another policy; the next alert opens another incident (A5)."""
    policy = IntakePolicy(reopen_within=HOUR)
    turns = [alert(), alert(minutes=1, status="resolved")]
    before = fold_alerts(policy, turns, until=T0 + 2 * MINUTE)
    assert len(before.state.incidents) == 1
    for after, kinds in ((policy, ["reopen"]), (IntakePolicy(), ["open"])):
        again = fold_alerts(after, [alert(minutes=5)], until=T0 + 6 * MINUTE, state=before.state)
        assert [one.kind for one in again.intents] == kinds
        assert len(again.state.incidents) == 1
