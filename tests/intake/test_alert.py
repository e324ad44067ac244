"""What is not an alert is refused."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.intake.builders import T0

from incidentcore.errors import (
    InvalidValueError,
    NaiveDatetimeError,
)
from incidentcore.intake import (
    Alert,
)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"key": ""}, InvalidValueError),
        ({"status": "pending"}, InvalidValueError),
        ({"severity": None}, InvalidValueError),
        ({"value": float("nan")}, InvalidValueError),
        ({"value": True}, InvalidValueError),
        ({"labels": {"a": 1}}, InvalidValueError),
        ({"at": datetime(2026, 6, 1)}, NaiveDatetimeError),  # noqa: DTZ001  that is the point
    ],
)
def test_alerts_that_are_none(fields, kind):
    """An alert without key, with another status or with odd values is refused."""
    with pytest.raises(kind):
        Alert(**{"key": "k", "at": T0, **fields})
