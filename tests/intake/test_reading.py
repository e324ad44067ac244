"""Alerts are read within bounds, or refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import FormatError
from incidentcore.intake import (
    Alert,
    alert_from_cloudevent,
    alert_from_dict,
    alerts_from_alertmanager,
)
from incidentcore.serialization import dumps, loads


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ),
    st.dictionaries(
        st.sampled_from(("key", "at", "status", "labels", "alerts", "version", "data", "time")),
        st.sampled_from(("4", "1.0", "firing", "2026-06-01T09:00:00Z", [{}], {}, None, 1)),
    ),
)
def test_whatever_comes_is_read_or_refused(data, fields):
    """No JSON data make a reader raise anything but FormatError, and what is read comes back."""
    for read in (alert_from_dict, alerts_from_alertmanager, alert_from_cloudevent):
        for given_data in (data, {**fields, "more": data}):
            try:
                found = read(given_data)
            except FormatError:
                continue
            for alert in found if isinstance(found, tuple) else (found,):
                assert loads(dumps(alert), Alert) == alert


def _shared(depth):
    value = {"a": 1}
    for _ in range(depth):
        value = {"left": value, "right": value}
    return value


def _cyclic():
    value = {}
    value["me"] = value
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_shared(18), "more than 50000 values"),
        (_cyclic(), "nested too deeply"),
        (list(range(50_001)), "more than 50000 values"),
    ],
)
@pytest.mark.parametrize(
    "read",
    [
        lambda more: alert_from_dict({"key": "k", "at": "2026-06-01T09:00:00Z", "more": more}),
        lambda more: alert_from_cloudevent(
            {
                "specversion": "1.0",
                "id": "1",
                "source": "s",
                "type": "t",
                "time": "2026-06-01T09:00:00Z",
                "data": {"key": "k", "at": "2026-06-01T09:00:00Z", "more": more},
            }
        ),
        lambda more: alerts_from_alertmanager({"version": "4", "more": more, "alerts": []}),
    ],
)
def test_values_are_counted_as_they_are_met(read, value, message):
    """A mapping that holds itself, or one twice at every level, ends in an error, not in hours."""
    with pytest.raises(FormatError, match=message):
        read(value)


def test_a_replaced_time_of_receipt_is_checked_too():
    """An object with a number for a name left the error tree where ``recorded_at`` was passed."""
    data = {"key": "k", "at": "2026-06-01T09:00:00Z", "recorded_at": {1: 2}}
    received = datetime(2026, 6, 1, 9, 5, tzinfo=UTC)
    with pytest.raises(FormatError, match=r"what JSON can hold @ \$.recorded_at"):
        alert_from_dict(data, recorded_at=received)
    kept = alert_from_dict({**data, "recorded_at": "yesterday"}, recorded_at=received)
    assert (kept.recorded_at, dict(kept.extra)) == (received, {"recorded_at": "yesterday"})
