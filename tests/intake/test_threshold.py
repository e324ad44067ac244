"""From samples to alerts: duration, hysteresis, silence, and the laws of the fold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.builders import MINUTE, T0
from tests.intake.drawn import sample_thresholds, samples

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.intake import MetricSample, SampleState, SampleThreshold, fold_samples
from incidentcore.serialization import dumps, loads

LATER = T0 + timedelta(days=2)


def told(threshold, values, **more):
    """Return status and minute of the alerts of samples, one a minute; None is no sample."""
    taken = [
        MetricSample("cpu", T0 + n * MINUTE, value)
        for n, value in enumerate(values)
        if value is not None
    ]
    found = fold_samples(threshold, taken, until=LATER, **more).alerts
    return [(alert.status, (alert.at - T0) // MINUTE) for alert in found]


def test_a_breach_must_last():
    """With "for" two minutes, the third sample in a row fires; one below begins anew (rule A8)."""
    hot = SampleThreshold("hot", at_least=90, lasting=2 * MINUTE)

    assert told(hot, [95, 95, 80, 90, 91, 92, 93]) == [("firing", 5)]
    assert told(hot, [95, 89.999, 95]) == []
    assert told(hot, [95, None, None, 95]) == [("firing", 3)]


def test_hysteresis():
    """Between clear value and threshold a firing alert fires on; a quiet one stays quiet (A8)."""
    hot = SampleThreshold("hot", at_least=90, clear=80)

    assert told(hot, [85, 90, 85, 80, 79, 85, 89]) == [("firing", 1), ("resolved", 4)]


def test_keep_firing():
    """Every sample must be clear for so long; one that is not begins the wait anew."""
    hot = SampleThreshold("hot", at_least=90, clear=80, keep_firing=2 * MINUTE)

    assert told(hot, [95, 70, 70, 85, 70, 70, 70]) == [("firing", 0), ("resolved", 6)]


def test_from_above():
    """A threshold from above mirrors one from below."""
    low = SampleThreshold("low", at_most=10, clear=20)

    assert told(low, [15, 10, 15, 20, 21]) == [("firing", 1), ("resolved", 4)]


def test_a_series_that_falls_silent():
    """A firing alert is resolved when nothing came for so long; a pending one is forgotten."""
    hot = SampleThreshold("hot", at_least=90, lasting=MINUTE, stale_after=5 * MINUTE)

    assert told(hot, [95, 95]) == [("firing", 1), ("resolved", 6)]
    assert told(hot, [95, None, None, None, None, None, 95]) == []
    assert told(hot, [95, None, None, None, None, 95]) == [("firing", 5), ("resolved", 10)]


def test_what_an_alert_says():
    """The alert names threshold, series, value, severity and labels, and since when it breached."""
    hot = SampleThreshold("hot", at_least=90, lasting=MINUTE, severity="critical")
    taken = [MetricSample("db1", T0 + n * MINUTE, 95 + n, labels={"room": "2"}) for n in range(2)]
    (alert,) = fold_samples(hot, taken, until=LATER).alerts

    assert (alert.source, alert.key, alert.title) == ("hot", "db1", "hot: db1")
    assert (alert.value, alert.severity, alert.labels["room"]) == (96.0, "critical", "2")
    assert alert.extra["since"] == T0


def test_late_samples_are_named():
    """A sample whose time is settled counts for nothing and is handed back."""
    hot = SampleThreshold("hot", at_least=90)
    late = MetricSample("db1", T0, 99)
    found = fold_samples(hot, [MetricSample("db1", T0 + MINUTE, 50), late], until=LATER)

    assert (found.alerts, found.late) == ((), (late,))
    taken = [MetricSample("db1", T0 + MINUTE, 50), late]
    patient = fold_samples(hot, taken, until=LATER, lateness=MINUTE)
    assert [alert.status for alert in patient.alerts] == ["firing", "resolved"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "at_least, at_most"),
        ({"at_least": 1, "at_most": 2}, "at_least, at_most"),
        ({"at_least": 90, "clear": 91}, "clear"),
        ({"at_most": 10, "clear": 9}, "clear"),
        ({"at_least": float("inf")}, "limit"),
        ({"at_least": 1, "lasting": -MINUTE}, "lasting"),
        ({"at_least": 1, "stale_after": timedelta(0)}, "stale_after"),
    ],
)
def test_definitions_that_contradict_themselves(fields, where):
    """A threshold without a side, with two, or with its clear value beyond it is refused."""
    with pytest.raises(DefinitionError) as error:
        SampleThreshold("x", **fields)
    assert error.value.where == where


@pytest.mark.parametrize("value", [float("nan"), True, "1", 10**400])
def test_a_sample_is_a_finite_number(value):
    """What is no finite number is refused where it comes in."""
    with pytest.raises(InvalidValueError):
        MetricSample("x", T0, value)


def naive(threshold, taken):
    """Tell the same by looking at every minute and all samples of a series before it."""
    told = []
    last = max([(one.at - T0) // MINUTE for one in taken], default=0)
    stale = None if threshold.stale_after is None else threshold.stale_after // MINUTE
    above = threshold.at_least is not None
    for series in sorted({one.series for one in taken}):
        firing_since = breach = clear = heard = None
        for now in range(last + 20):
            values = [
                one.value for one in taken if one.series == series and one.at == T0 + now * MINUTE
            ]
            if values:
                worst = max(values) if above else min(values)
                bad = worst >= threshold.at_least if above else worst <= threshold.at_most
                good = worst < threshold.clear if above else worst > threshold.clear
                heard = now
                if firing_since is None:
                    breach = None if not bad else now if breach is None else breach
                    if bad and now - breach >= threshold.lasting // MINUTE:
                        firing_since, clear = now, None
                        told.append((now, series, "firing"))
                else:
                    clear = None if not good else now if clear is None else clear
                    if good and now - clear >= threshold.keep_firing // MINUTE:
                        firing_since = breach = None
                        told.append((now, series, "resolved"))
            elif stale is not None and heard is not None and now - heard >= stale:
                if firing_since is not None:
                    told.append((now, series, "resolved"))
                firing_since = breach = heard = None
    return sorted(told)


@given(sample_thresholds(), samples())
def test_a_naive_fold_agrees(threshold, taken):
    """Minute by minute over all samples, the same alerts fire and are resolved."""
    found = fold_samples(threshold, taken, until=LATER)

    assert found.late == ()
    assert sorted(((one.at - T0) // MINUTE, one.key, one.status) for one in found.alerts) == naive(
        threshold, taken
    )
    for series in {one.key for one in found.alerts}:
        statuses = [one.status for one in found.alerts if one.key == series]
        assert statuses == (["firing", "resolved"] * len(statuses))[: len(statuses)]


@given(sample_thresholds(), samples(), st.data())
def test_a_stream_may_be_cut_anywhere(threshold, taken, data):
    """Going on from a state that was written down and read changes nothing."""
    whole = fold_samples(threshold, taken)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(taken)), max_size=3)))
    state = SampleState()
    alerts = []
    for start, stop in zip([0, *cuts], [*cuts, len(taken)], strict=True):
        part = fold_samples(threshold, taken[start:stop], state=state)
        alerts.extend(part.alerts)
        state = loads(dumps(part.state), SampleState)

    assert (tuple(alerts), state) == (whole.alerts, whole.state)


@given(sample_thresholds(), samples(), st.randoms(use_true_random=False))
def test_the_order_of_equal_instants_is_irrelevant(threshold, taken, random):
    """Samples of one instant mean the same in any order."""
    shuffled = sorted(taken, key=lambda one: (one.at, random.random()))

    assert fold_samples(threshold, shuffled, until=LATER) == fold_samples(
        threshold, taken, until=LATER
    )


@given(sample_thresholds(), samples())
def test_quiet_series_are_not_kept(threshold, taken):
    """Only series that breach, or have not cleared yet, are remembered."""
    state = fold_samples(threshold, taken, until=LATER).state

    assert {one.series for one in state.series} <= {one.series for one in taken}
    for one in state.series:
        breached = [s for s in taken if s.series == one.series and threshold.breached_by(s.value)]
        assert breached
    if threshold.stale_after is not None:
        assert state.series == ()


def test_time_does_not_go_back():
    """An end before the last sample settles nothing more than the samples do."""
    hot = SampleThreshold("hot", at_least=90)
    taken = [MetricSample("cpu", T0 + n * MINUTE, 95) for n in range(3)]

    assert fold_samples(hot, taken, until=T0) == fold_samples(hot, taken)
