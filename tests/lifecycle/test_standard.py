"""The standard lifecycles are values."""

from __future__ import annotations

import pickle

import pytest

from incidentcore.lifecycle import (
    INCIDENT,
    PROBLEM,
    SERVICE_REQUEST,
    Lifecycle,
)
from incidentcore.records import Record
from incidentcore.records.replay import RECORD_TYPES


@pytest.mark.parametrize("lifecycle", [INCIDENT, PROBLEM, SERVICE_REQUEST], ids=lambda one: one.id)
def test_standard_lifecycles_are_values(lifecycle: Lifecycle) -> None:
    """They hash, pickle and equal themselves."""
    again = pickle.loads(pickle.dumps(lifecycle))  # noqa: S301  our own bytes

    assert again == lifecycle
    assert hash(again) == hash(lifecycle)
    assert isinstance(RECORD_TYPES[lifecycle.record_type], type(Record))
